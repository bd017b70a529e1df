"""Organisations and the people who speak for them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib import links
from forestallies.lib.database import Fold, alike
from forestallies.lib.fields import LineField
from members.models.people import Member

CHECKED_EVERY = timedelta(days=365)  # so often it is asked whether what is written of it, or of a member, is right


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def named(self, name: str) -> "OrganisationQuerySet":
        """Those of the same name, whatever its capitals and accents."""
        return self.alias(folded=Fold("name")).filter(folded=Fold(models.Value(name)))

    def alike(self, name: str, *, at_least: float) -> "OrganisationQuerySet":
        """Those with a name that resembles this one, the most alike first, with their `likeness`."""
        return alike(self, name, at_least=at_least)

    def taking_part_in(self, communities: Sequence[int]) -> "OrganisationQuerySet":
        """Those that active members of these communities speak for; nobody who stands for herself."""
        from members.models.communities import Membership

        through = Membership.objects.filter(
            organisation=OuterRef("pk"), community__in=communities, state=Membership.State.ACTIVE
        )
        return self.filter(Exists(through)).exclude(kind=Organisation.Kind.INDIVIDUAL)

    def run_by(self, member: Member, *, at: datetime) -> "OrganisationQuerySet":
        """Those for which somebody speaks, or spoke, who is or was in a circle that one coordinates."""
        if member.is_superuser:
            return self.all()
        people = Member.objects.known_to(member, at=at)
        spoke = Affiliation.objects.filter(organisation=OuterRef("pk"), member__in=people)
        return self.filter(Exists(spoke))

    def with_contact(self, member: Member, *, at: datetime) -> "OrganisationQuerySet":
        """Those whose contact somebody is."""
        from members.models.grants import Grant

        held = Grant.objects.current(at).filter(member=member, right=Grant.Right.ORGANISATION_CONTACT)
        return self.filter(pk__in=held.values("organisation"))

    def visible_to(self, member: Member, *, at: datetime) -> "OrganisationQuerySet":
        """Those with a person in a circle that one coordinates, and one's own."""
        if member.is_superuser:
            return self.all()
        people = Member.objects.visible_to(member, at=at)
        return self.filter(pk__in=Affiliation.objects.filter(member__in=people).values("organisation"))


class Organisation(models.Model):
    """A company, a forest-community organisation or another body; the side it stands on follows from its kind."""

    class Kind(models.TextChoices):
        FOREST_COMMUNITY = "COMM", _("forest community organisation")
        COMPANY = "COMP", _("company or brand")
        NGO = "NGO", _("non-governmental organisation")
        RESEARCH = "RES", _("research")
        PUBLIC = "PUBL", _("public sector")
        FUNDER = "FUND", _("funder")
        INDIVIDUAL = "INDV", _("independent practitioner")

    PROJECTS = 6  # supported ones, at most

    name = LineField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    country = models.CharField(_("country"), max_length=2)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # The yearly question to those who speak for it, whether what is written of it is still right.
    checked_at = models.DateTimeField(null=True, blank=True)
    check_asked_at = models.DateTimeField(null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(Fold("name"), "id", name="organisation_by_name"),
            GinIndex(OpClass(Fold("name"), name="gin_trgm_ops"), name="organisation_alike"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_to_check(self, at: datetime) -> bool:
        """Whether nobody has said for a year that what is written of it is right."""
        return max(self.created_at, self.checked_at or self.created_at) <= at - CHECKED_EVERY


class SupportedProject(models.Model):
    """A project that an organisation supports beyond its own supply chain. Fetched through its organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="projects")
    name = LineField(_("Project"), max_length=160)
    country = models.CharField(_("Country"), max_length=2)
    link = models.URLField(_("Web page"), max_length=300, blank=True, validators=[links.check_web_link])

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="project_once")]

    def __str__(self) -> str:
        return self.name


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def current(self, on: date) -> "AffiliationQuerySet":
        """Those that hold on a day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))


class Affiliation(models.Model):
    """A person's place in an organisation, half-open in days."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")
    role = LineField(_("role"), max_length=120, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # the first day on which it is over

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "organisation"], condition=Q(ends_on__isnull=True), name="affiliation_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="affiliation_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.member_id} of organisation {self.organisation_id}"

    def is_current(self, on: date) -> bool:
        return self.ends_on is None or self.ends_on > on
