"""Registrations: one row per person and event, with its whole history."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
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

    def visible_to(self, member: Member, *, at: datetime) -> "RegistrationQuerySet":
        """One's own, and those of events one looks after."""
        return self.filter(Q(member=member) | Q(event__in=Event.objects.run_by(member, at=at)))


class Registration(models.Model):
    """A person's place, or wish for a place, in an event. Exactly one row per pair; every change goes through
    `events.actions.registrations` and leaves a `Transition`."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for approval")
        CONFIRMED = "confirmed", _("confirmed")
        WAITLISTED = "waitlisted", _("on the waiting list")
        OFFERED = "offered", _("a place is offered")
        EXPIRED = "expired", _("the offer expired")
        DECLINED = "declined", _("declined")
        CANCELLED = "cancelled", _("cancelled")

    class CancelledBy(models.TextChoices):
        MEMBER = "member", _("by the member")
        STAFF = "staff", _("by staff")

    TRANSITIONS = {
        State.PENDING: {State.CONFIRMED, State.WAITLISTED, State.DECLINED, State.CANCELLED},
        State.CONFIRMED: {State.CANCELLED},
        State.WAITLISTED: {State.CONFIRMED, State.OFFERED, State.CANCELLED},
        State.OFFERED: {State.CONFIRMED, State.EXPIRED, State.CANCELLED},
        State.EXPIRED: {State.CONFIRMED, State.WAITLISTED, State.PENDING},
        State.DECLINED: {State.PENDING, State.CONFIRMED, State.WAITLISTED},
        State.CANCELLED: {State.PENDING, State.CONFIRMED, State.WAITLISTED},
    }
    SEATED = (State.CONFIRMED, State.OFFERED)
    STANDING = (State.PENDING, State.CONFIRMED, State.WAITLISTED, State.OFFERED)

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="registrations")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="registrations")
    state = models.CharField(max_length=10, choices=State)
    # Taken under the event's lock when the waiting list is entered: highest so far + 1; coming back goes to the back.
    queue_no = models.PositiveBigIntegerField(null=True, blank=True)
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
                    state__in=["pending", "confirmed", "waitlisted", "offered", "expired", "declined", "cancelled"]
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
        ]
        indexes = [
            models.Index(fields=["event", "state"], name="registration_by_event"),
            models.Index(fields=["member", "state"], name="registration_by_member"),
        ]

    def __str__(self) -> str:
        return f"registration {self.pk} ({self.state})"

    @property
    def stands(self) -> bool:
        return self.state in self.STANDING


class Transition(models.Model):
    """One change of a registration's state: from what, to what, by whom, when and why. Never changed afterwards."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="transitions")
    from_state = models.CharField(max_length=10, blank=True)  # empty: the row was made
    to_state = models.CharField(max_length=10, choices=Registration.State)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # null: the portal itself
    at = models.DateTimeField()
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["registration", "id"], name="transition_by_registration")]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} → {self.to_state}"
