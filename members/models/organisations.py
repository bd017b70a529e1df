"""Organisations and the people who speak for them."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib.database import Fold, alike
from forestallies.lib.fields import LineField
from members.models.people import Member


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

    name = LineField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    country = models.CharField(_("country"), max_length=2)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(Fold("name"), "id", name="organisation_by_name"),
            GinIndex(OpClass(Fold("name"), name="gin_trgm_ops"), name="organisation_alike"),
        ]

    def __str__(self) -> str:
        return self.name


class Affiliation(models.Model):
    """A person's place in an organisation, half-open in days."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")
    role = LineField(_("role"), max_length=120, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

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
