"""The community of practice and its memberships."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import LineField, ProseField
from members.models.circles import Circle
from members.models.organisations import Organisation
from members.models.people import Member


class CommunityQuerySet(models.QuerySet["Community"]):
    def visible_to(self, member: Member, *, at: datetime) -> "CommunityQuerySet":
        """Communities whose circle one coordinates or facilitates (their public face is open to everybody)."""
        return self.filter(circle__in=Circle.objects.visible_to(member, at=at))


class Community(models.Model):
    """A standing community that people join by application and approval."""

    slug = models.SlugField(unique=True)
    name = LineField(_("name"), max_length=120)
    purpose = ProseField(_("purpose"))
    circle = models.OneToOneField(Circle, on_delete=models.PROTECT, related_name="community")

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "communities"

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, member: Member, *, at: datetime) -> "MembershipQuerySet":
        """One's own, and those of communities one coordinates."""
        return self.filter(Q(member=member) | Q(community__circle__in=Circle.objects.run_by(member, at=at)))


class Membership(models.Model):
    """A person's membership of a community, through an organisation or as an independent practitioner."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        DORMANT = "dormant", _("dormant")
        ENDED = "ended", _("ended")

    TRANSITIONS = {
        State.ACTIVE: {State.DORMANT, State.ENDED},
        State.DORMANT: {State.ACTIVE, State.ENDED},
        State.ENDED: {State.ACTIVE},
    }

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="memberships")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    stakeholder = models.CharField(_("stakeholder type"), max_length=4, choices=Organisation.Kind)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "community"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="membership_end_has_date",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "community"], name="membership_by_organisation")]

    def __str__(self) -> str:
        return f"membership {self.pk}"
