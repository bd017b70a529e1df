"""Needs and offers of members, introductions between two of them, and the partnerships that began so."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import LineField, ProseField
from members.models.circles import Circle
from members.models.communities import Community, Membership
from members.models.directory import Communities, readable_communities
from members.models.people import Member
from members.models.vocabulary import Theme

LISTINGS_EACH = 20  # open ones of one person
INTRODUCTIONS_A_DAY = 10  # asked for by one person who does not coordinate


class ListingQuerySet(models.QuerySet["Listing"]):
    def open(self, at: datetime) -> "ListingQuerySet":
        """Those that stand, and whose last day is not over."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=at.date()), state=Listing.State.OPEN)

    def visible_to(self, member: Member, *, at: datetime) -> "ListingQuerySet":
        """One's own, and the open ones of active members of the communities whose directory one reads."""
        communities = readable_communities(member, at=at).values("pk")
        return self.filter(Q(member=member) | Q(pk__in=Listing.objects.standing_in(communities, at=at).values("pk")))

    def standing_in(self, communities: Communities, *, at: datetime) -> "ListingQuerySet":
        """The open ones of active members of these communities."""
        active = Membership.objects.filter(
            member=OuterRef("member"), community=OuterRef("community"), state=Membership.State.ACTIVE
        )
        return self.open(at).filter(Exists(active), community__in=communities, member__is_active=True)


class Listing(models.Model):
    """What a member needs or offers, shown with her name to the members of one community."""

    class Kind(models.TextChoices):
        NEED = "need", _("need")
        OFFER = "offer", _("offer")

    class Exchange(models.TextChoices):
        ADVICE = "advice", _("advice or mentoring")
        TRADE = "trade", _("buying and selling")
        TRAINING = "training", _("training")
        VISIT = "visit", _("visit or field exchange")
        FINANCE = "finance", _("finance")
        DATA = "data", _("data or research")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    TRANSITIONS = {State.OPEN: {State.CLOSED}, State.CLOSED: {State.OPEN}}

    kind = models.CharField(_("I have a"), max_length=5, choices=Kind)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="listings")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="listings")
    what = LineField(_("What"), max_length=120)
    details = ProseField(_("More about it"), max_length=1000, blank=True)
    exchange = models.CharField(_("Kind of exchange"), max_length=8, choices=Exchange)
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(_("Where"), max_length=2, blank=True)  # empty: anywhere
    languages = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    until = models.DateField(_("By when"), null=True, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | Q(state="open", closed_at__isnull=True),
                name="listing_end_has_date",
            )
        ]
        indexes = [models.Index(fields=["community", "kind", "-created_at"], name="listing_by_community")]

    def __str__(self) -> str:
        return f"listing {self.pk}"

    def stands(self, at: datetime) -> bool:
        return self.state == self.State.OPEN and (self.until is None or self.until >= at.date())

    @property
    def opposite(self) -> str:
        return self.Kind.OFFER if self.kind == self.Kind.NEED else self.Kind.NEED


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def of(self, member: Member) -> "IntroductionQuerySet":
        """Those between her and somebody else."""
        return self.filter(Q(need__member=member) | Q(offer__member=member))

    def visible_to(self, member: Member, *, at: datetime) -> "IntroductionQuerySet":
        """One's own, and those of communities one coordinates."""
        run = Circle.objects.run_by(member, at=at)
        return self.filter(Q(need__member=member) | Q(offer__member=member) | Q(need__community__circle__in=run))


class Introduction(models.Model):
    """A need and an offer that fit: each side says yes or no, and addresses are shown when both said yes."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for an answer")
        AGREED = "agreed", _("both agreed")
        DECLINED = "declined", _("not wanted")

    TRANSITIONS = {State.ASKED: {State.AGREED, State.DECLINED}, State.AGREED: set(), State.DECLINED: set()}

    need = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="introductions_of_need")
    offer = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="introductions_of_offer")
    proposed_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    need_agreed_at = models.DateTimeField(null=True, blank=True)
    offer_agreed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "offer"], name="introduction_once"),
            models.CheckConstraint(condition=~Q(need=F("offer")), name="introduction_of_two"),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(need_agreed_at__isnull=False, offer_agreed_at__isnull=False),
                name="introduction_agreed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", closed_at__isnull=True) | (~Q(state="asked") & Q(closed_at__isnull=False)),
                name="introduction_end_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"introduction {self.pk}"

    def side_of(self, member: Member) -> str:
        """Whether she has the need or the offer; empty when neither is hers."""
        if self.need.member_id == member.pk:
            return Listing.Kind.NEED
        return Listing.Kind.OFFER if self.offer.member_id == member.pk else ""

    def listing_of(self, side: str) -> Listing:
        return self.need if side == Listing.Kind.NEED else self.offer

    def has_agreed(self, side: str) -> bool:
        return bool(self.need_agreed_at if side == Listing.Kind.NEED else self.offer_agreed_at)


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def visible_to(self, member: Member, *, at: datetime) -> "PartnershipQuerySet":
        """Those one wrote down, and those of communities one coordinates."""
        run = Circle.objects.run_by(member, at=at)
        return self.filter(Q(recorded_by=member) | Q(community__circle__in=run))


class Partnership(models.Model):
    """What began between members, and what it came from: an introduction, an event, or something else.

    `about` names the event ("events.event:12"), as letters and messages do.
    """

    class State(models.TextChoices):
        TALKING = "talking", _("in talks")
        ACTIVE = "active", _("active")
        ENDED = "ended", _("ended")

    TRANSITIONS = {
        State.TALKING: {State.ACTIVE, State.ENDED},
        State.ACTIVE: {State.TALKING, State.ENDED},
        State.ENDED: {State.TALKING, State.ACTIVE},
    }

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="partnerships")
    parties = LineField(_("Between whom"), max_length=200)
    what = LineField(_("What it is about"), max_length=160)
    state = models.CharField(_("How it stands"), max_length=8, choices=State, default=State.TALKING)
    started_on = models.DateField(_("Since"))
    introduction = models.ForeignKey(
        Introduction, null=True, blank=True, on_delete=models.SET_NULL, related_name="partnerships"
    )
    about = models.CharField(max_length=80, blank=True)
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["community", "-started_on"], name="partnership_by_community")]

    def __str__(self) -> str:
        return f"partnership {self.pk}"
