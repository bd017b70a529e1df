"""The seat service: the only code that changes who has a seat.

Every function locks the event first, decides under the lock, writes the transition and posts the mails in the same
transaction. Seats taken are counted in one place, `Registration.objects.seated()`.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit.models import Entry, entry
from events import emails, policies
from events.locks import lock_event
from events.models import Event, Registration, Transition
from members.models import Member
from notices import outbox

State = Registration.State


class RegistrationRefused(Exception):
    """The event does not take this registration; the text is a sentence for the reader."""


@transaction.atomic
def register(*, event: Event, member: Member, by: Member, at: datetime) -> Registration:
    """Give a member a seat, or a place on the waiting list when the event is full.

    A member who already has either keeps it, so running twice is harmless. Coming back after a cancellation goes to
    the back of the list. The seat is free only when nobody waits for it.

    Raises:
        RegistrationRefused: not open now, cancelled, or over.
        PermissionDenied: the member is not of the event's audience.
    """
    event = lock_event(event.pk)
    standing = Registration.objects.filter(event=event, member=member).first()
    if standing and standing.stands:
        return standing
    policies.check_can_register(event, member=member, at=at)
    _check_open(event, at)
    if _free_seats(event) != 0 and not Registration.objects.filter(event=event).waiting().exists():
        registration = _enter(event, member, State.CONFIRMED, standing, by=by, at=at)
        outbox.post_once(emails.registration_confirmed(registration, at=at), at=at)
    else:
        registration = _enter(event, member, State.WAITLISTED, standing, by=by, at=at)
        outbox.post_once(emails.waitlisted(registration, position=position(registration), at=at), at=at)
    return registration


@transaction.atomic
def cancel(*, registration: Registration, by: Member, at: datetime, reason: str = "") -> Registration:
    """Give up a seat or a place on the waiting list; a freed seat goes to the next in line at once.

    Cancelling what is cancelled changes nothing.

    Raises:
        RegistrationRefused: the event has begun or is closed, so what happened is attendance.
    """
    event = lock_event(registration.event_id)
    registration = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    if not registration.stands:
        return registration
    if event.state != Event.State.SCHEDULED or event.starts_at <= at:
        raise RegistrationRefused(_("This event has begun or is closed; registrations can no longer be cancelled."))
    had_seat = registration.state in Registration.SEATED
    whose = Registration.CancelledBy.MEMBER if by == registration.member else Registration.CancelledBy.STAFF
    _change(registration, State.CANCELLED, by=by, at=at, reason=reason, cancelled_by=whose)
    outbox.post_once(emails.registration_cancelled(registration, had_seat=had_seat, at=at), at=at)
    fill_free_seats(event=event, at=at)
    return registration


def fill_free_seats(*, event: Event, at: datetime) -> list[Registration]:
    """Move people up from the waiting list, in its order, into all free seats, and tell them.

    The caller holds the event's lock. Nothing happens after `promotion_until`.
    """
    if not event.promotes(at):
        return []
    free = _free_seats(event)
    waiting = Registration.objects.filter(event=event).waiting().select_related("member")
    promoted = list(waiting if free is None else waiting[:free])
    for registration in promoted:
        _change(registration, State.CONFIRMED, by=None, at=at, reason="promoted")
    outbox.post_many_once([emails.promoted(registration, at=at) for registration in promoted], at=at)
    return promoted


@transaction.atomic
def change_capacity(*, event: Event, capacity: int | None, by: Member, at: datetime) -> Event:
    """Set the number of seats (None: open to all); more seats move people up at once.

    Raises:
        RegistrationRefused: fewer seats than are taken.
    """
    event = lock_event(event.pk)
    taken = Registration.objects.filter(event=event).seated().count()
    if capacity is not None and capacity < taken:
        raise RegistrationRefused(
            _("%(taken)d seats are taken; there cannot be fewer. Cancel registrations first.") % {"taken": taken}
        )
    before, event.capacity = event.capacity, capacity
    event.save(update_fields=["capacity", "updated_at"])
    entry(verb="event.capacity_changed", subject=event, by=by, at=at, before=before, after=capacity).save()
    fill_free_seats(event=event, at=at)
    return event


def position(registration: Registration) -> int | None:
    """Where somebody stands on the waiting list, counting from 1; None for everybody who does not wait."""
    if registration.state != State.WAITLISTED:
        return None
    ahead = Registration.objects.filter(event_id=registration.event_id, queue_no__lt=registration.queue_no).waiting()
    return ahead.count() + 1


def _check_open(event: Event, at: datetime) -> None:
    if event.state == Event.State.CANCELLED:
        raise RegistrationRefused(_("This event was cancelled."))
    if event.starts_at <= at:
        raise RegistrationRefused(_("This event has already begun."))
    if at < event.opens_at():
        raise RegistrationRefused(_("Registration has not opened yet."))
    if not event.takes_registrations(at):
        raise RegistrationRefused(_("Registration is closed."))


def _free_seats(event: Event) -> int | None:
    """Count free seats, for the holder of the event's lock. None means that there is no limit."""
    if event.capacity is None:
        return None
    return max(event.capacity - Registration.objects.filter(event=event).seated().count(), 0)


def _next_queue_no(event: Event) -> int:
    """One more than any number of this event still in use, so that whoever comes last is last.

    Numbers given up by leaving the list may come again; the order of those who wait never depends on them.
    """
    highest = Registration.objects.filter(event=event).aggregate(highest=Max("queue_no"))["highest"]
    return (highest or 0) + 1


def _enter(
    event: Event, member: Member, state: State, former: Registration | None, *, by: Member, at: datetime
) -> Registration:
    """Make the row of a member and event, or bring the former one back to life."""
    queue_no = _next_queue_no(event) if state == State.WAITLISTED else None
    if former:
        return _change(former, state, by=by, at=at, reason="again", queue_no=queue_no)
    registration = Registration.objects.create(
        event=event, member=member, state=state, queue_no=queue_no, created_at=at, state_since=at
    )
    _write_transition(registration, "", by=by, at=at, reason="")
    return registration


def _change(
    registration: Registration,
    state: State,
    *,
    by: Member | None,
    at: datetime,
    reason: str,
    queue_no: int | None = None,
    cancelled_by: str = "",
) -> Registration:
    before = State(registration.state)
    if state not in Registration.TRANSITIONS[before]:
        raise ValueError(f"registration {registration.pk} cannot go from {before} to {state}")
    registration.state, registration.state_since = state, at
    registration.queue_no, registration.cancelled_by = queue_no, cancelled_by
    registration.save(update_fields=["state", "state_since", "queue_no", "cancelled_by"])
    _write_transition(registration, before, by=by, at=at, reason=reason)
    return registration


def _write_transition(registration: Registration, before: str, *, by: Member | None, at: datetime, reason: str) -> None:
    Transition.objects.create(
        registration=registration, from_state=before, to_state=registration.state, by=by, at=at, reason=reason
    )
    Entry.objects.bulk_create(
        [
            entry(
                verb=f"registration.{registration.state}",
                subject=registration,
                by=by,
                at=at,
                event=registration.event_id,
                member=registration.member_id,
            )
        ]
    )
