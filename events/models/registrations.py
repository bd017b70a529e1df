"""Registrations: one row per person and event, with its whole history."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from forestallies.lib.fields import LineField
from members.models import Member


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def confirmed(self) -> "RegistrationQuerySet":
        return self.filter(state=Registration.State.CONFIRMED)

    def waiting(self) -> "RegistrationQuerySet":
        """The waiting list in its order: first come, first moved up."""
        return self.filter(state=Registration.State.WAITLISTED).order_by("queue_no")

    def seated(self) -> "RegistrationQuerySet":
        """Those that take a seat; the one place that says which states do."""
        return self.filter(state__in=Registration.SEATED)

    def standing(self) -> "RegistrationQuerySet":
        return self.filter(state__in=Registration.STANDING)

    def offers_over(self, at: datetime) -> "RegistrationQuerySet":
        """Offers that nobody took in time."""
        return self.filter(state=Registration.State.OFFERED, offer_expires_at__lte=at)

    def behind(self, pk: int) -> "RegistrationQuerySet":
        """The one that a link names, or the one it became part of when two records of a person were merged."""
        merged = Transition.objects.filter(merged_from=pk).values("registration")[:1]
        return self.filter(pk=Coalesce(Subquery(merged), pk))

    def visible_to(self, member: Member, *, at: datetime) -> "RegistrationQuerySet":
        """One's own, and those of events one looks after."""
        return self.filter(Q(member=member) | Q(event__in=Event.objects.run_by(member, at=at)))


class Registration(models.Model):
    """A person's place, or wish for a place, in an event. Exactly one row per pair; every change goes through the
    seat service (`events.actions.registrations` and its neighbours) and leaves a `Transition`."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for approval")
        CONFIRMED = "confirmed", _("confirmed")
        WAITLISTED = "waitlisted", _("on the waiting list")
        OFFERED = "offered", _("a place is offered")
        EXPIRED = "expired", _("the offer expired")
        DECLINED = "declined", _("declined")
        CANCELLED = "cancelled", _("cancelled")
        MERGED = "merged", _("merged")  # with another of the same person; the row goes, its history goes on there

    class CancelledBy(models.TextChoices):
        MEMBER = "member", _("by the member")
        STAFF = "staff", _("by staff")

    # docs/registration.md draws this table; `manage.py draw_states` writes it.
    TRANSITIONS = {
        State.PENDING: {
            State.CONFIRMED, State.WAITLISTED, State.OFFERED, State.DECLINED, State.CANCELLED, State.MERGED,
        },
        State.CONFIRMED: {State.DECLINED, State.CANCELLED, State.MERGED},
        State.WAITLISTED: {
            State.WAITLISTED, State.CONFIRMED, State.OFFERED, State.DECLINED, State.CANCELLED, State.MERGED,
        },
        State.OFFERED: {State.CONFIRMED, State.EXPIRED, State.DECLINED, State.CANCELLED, State.MERGED},
        State.EXPIRED: {State.CONFIRMED, State.WAITLISTED, State.PENDING, State.OFFERED, State.MERGED},
        State.DECLINED: {State.PENDING, State.CONFIRMED, State.WAITLISTED, State.OFFERED, State.MERGED},
        State.CANCELLED: {State.PENDING, State.CONFIRMED, State.WAITLISTED, State.OFFERED, State.MERGED},
        State.MERGED: set(),
    }  # fmt: skip
    SEATED = (State.CONFIRMED, State.OFFERED)
    STANDING = (State.PENDING, State.CONFIRMED, State.WAITLISTED, State.OFFERED)

    # No indexes of their own: `registration_once` and `registration_by_member` begin with them.
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="registrations", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="registrations", db_index=False)
    state = models.CharField(max_length=10, choices=State)
    # Taken under the event's lock when the waiting list is entered: highest so far + 1; coming back goes to the back.
    # Who is moved up to the head gets lowest - 1, which may be negative.
    queue_no = models.BigIntegerField(null=True, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    automatic = models.BooleanField(default=False)  # registered with her circle, not by her own act
    interpretation = models.CharField(max_length=10, choices=settings.LANGUAGES, blank=True)  # wanted; empty: none
    needs = ArrayField(models.CharField(max_length=30), default=list, blank=True)  # of settings.ACCESSIBILITY_NEEDS
    note = LineField(max_length=300, blank=True)
    cancelled_by = models.CharField(max_length=10, choices=CancelledBy, blank=True)
    created_at = models.DateTimeField()
    state_since = models.DateTimeField()

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "member"], name="registration_once"),
            models.UniqueConstraint(
                fields=["event", "queue_no"], condition=Q(queue_no__isnull=False), name="registration_queue_no_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "pending",
                        "confirmed",
                        "waitlisted",
                        "offered",
                        "expired",
                        "declined",
                        "cancelled",
                        "merged",
                    ]
                ),
                name="registration_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="waitlisted", queue_no__isnull=False)
                | (~Q(state="waitlisted") & Q(queue_no__isnull=True)),
                name="registration_waits_with_number",
            ),
            models.CheckConstraint(
                condition=(Q(state="cancelled") & ~Q(cancelled_by="")) | (~Q(state="cancelled") & Q(cancelled_by="")),
                name="registration_cancelled_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offer_expires_at__isnull=False)
                | (~Q(state="offered") & Q(offer_expires_at__isnull=True)),
                name="registration_offer_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["event", "state"], name="registration_by_event"),
            models.Index(fields=["member", "state"], name="registration_by_member"),
            models.Index(fields=["offer_expires_at"], condition=Q(state="offered"), name="registration_offers_by_end"),
        ]

    def __str__(self) -> str:
        return f"registration {self.pk} ({self.state})"

    @property
    def stands(self) -> bool:
        return self.state in self.STANDING


class TransitionQuerySet(models.QuerySet["Transition"]):
    def own(self) -> "TransitionQuerySet":
        """Those of the registration itself, without what happened to one that was merged into it."""
        return self.filter(merged_from__isnull=True)

    def to_tell(self) -> "TransitionQuerySet":
        """Those of which nobody was told yet."""
        return self.filter(told=False)


class Transition(models.Model):
    """One change of a registration's state: from what, to what, by whom, when and why. Never changed afterwards."""

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="transitions", db_index=False
    )  # `transition_by_registration` begins with it
    from_state = models.CharField(max_length=10, blank=True)  # empty: the row was made
    to_state = models.CharField(max_length=10, choices=Registration.State)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # null: the portal itself
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)  # in staff's words, or what the portal did it for
    # The registration in which it happened, where that was merged into this one: it is beside this one's own history.
    merged_from = models.BigIntegerField(null=True, blank=True)
    told = models.BooleanField(default=True)  # the ledger writes False; `events.answers` turns it into a message

    objects = TransitionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["registration", "id"], name="transition_by_registration"),
            models.Index(fields=["id"], condition=Q(told=False), name="transition_to_tell"),
            models.Index(
                fields=["merged_from"], condition=Q(merged_from__isnull=False), name="transition_by_merged_from"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} → {self.to_state}"
