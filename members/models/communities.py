"""The community of practice and its memberships."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import LineField, ProseField
from members.models.circles import Circle
from members.models.organisations import CHECKED_EVERY, Organisation
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


LAST_CHECK = Greatest("joined_at", "confirmed_at", "check_asked_at")
LAST_WORD = Greatest("joined_at", "stayed_at", "stay_asked_at")  # since when nobody had to ask whether she stays


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, member: Member, *, at: datetime) -> "MembershipQuerySet":
        """One's own, and those of communities one coordinates."""
        return self.filter(Q(member=member) | Q(community__circle__in=Circle.objects.run_by(member, at=at)))

    def run_by(self, member: Member, *, at: datetime) -> "MembershipQuerySet":
        """Those of the communities one coordinates."""
        return self.filter(community__circle__in=Circle.objects.run_by(member, at=at))

    def standing(self) -> "MembershipQuerySet":
        """Those that have not ended."""
        return self.exclude(state=Membership.State.ENDED)

    def confirmed_lately(self, at: datetime) -> "MembershipQuerySet":
        """Those whose data somebody said are right within the last year, by joining or when she was asked."""
        return self.filter(_confirmed_since(at - CHECKED_EVERY))

    def not_confirmed_lately(self, at: datetime) -> "MembershipQuerySet":
        return self.exclude(_confirmed_since(at - CHECKED_EVERY))


def _confirmed_since(since: datetime) -> Q:
    return Q(joined_at__gt=since) | Q(confirmed_at__isnull=False, confirmed_at__gt=since)


class Membership(models.Model):
    """A person's membership of a community, through an organisation or as an independent practitioner."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        DORMANT = "dormant", _("dormant")
        ENDED = "ended", _("ended")

    class Reason(models.TextChoices):
        NO_TIME = "no_time", _("no time at present")
        OTHER_WORK = "other_work", _("other work, or another organisation")
        NOT_A_FIT = "not_a_fit", _("not what was looked for")
        NO_SIGN = "no_sign", _("no sign for a long time")
        CONDUCT = "conduct", _("against the code of conduct")
        TERMS = "terms", _("a term was not agreed to")
        OTHER = "other", _("another reason")

    HER_REASONS = (Reason.NO_TIME, Reason.OTHER_WORK, Reason.NOT_A_FIT, Reason.OTHER)
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
    # The yearly question whether what is written of her is still right.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    check_asked_at = models.DateTimeField(null=True, blank=True)
    # The question to somebody who gives no sign, whether she stays: twice at most, then she pauses.
    stayed_at = models.DateTimeField(null=True, blank=True)
    stay_asked_at = models.DateTimeField(null=True, blank=True)
    stay_asks = models.PositiveSmallIntegerField(default=0)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "community"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="membership_end_has_date",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "community"], name="membership_by_organisation"),
            models.Index(fields=["community", "state"], name="membership_by_state"),
            models.Index(LAST_CHECK, condition=Q(state="active"), name="membership_to_check"),
            models.Index(LAST_WORD, condition=Q(state="active"), name="membership_to_ask"),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"

    def get_absolute_url(self) -> str:
        """Its page for coordinators."""
        return reverse("membership_detail", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    def may_become(self, state: str, *, by_herself: bool) -> bool:
        """Whether it can be brought into a state; one that ended is taken up again by a coordinator only."""
        if by_herself and self.state == self.State.ENDED:
            return False
        return state in self.TRANSITIONS[self.State(self.state)]

    def is_to_check(self, at: datetime) -> bool:
        """Whether nobody has said for a year that what is written of her is right."""
        return self.is_active and max(self.joined_at, self.confirmed_at or self.joined_at) <= at - CHECKED_EVERY


class MembershipStep(models.Model):
    """One change of a membership's state: to what, when, by whom and why. Never changed afterwards.

    Fetched through its membership. Without `by` the portal did it itself.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=Membership.State)
    reason = models.CharField(max_length=12, choices=Membership.Reason, blank=True)
    words = LineField(_("in your own words"), max_length=300, blank=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state="active") | ~Q(reason=""), name="membership_step_has_reason")
        ]

    def __str__(self) -> str:
        return f"membership {self.membership_id} became {self.state}"
