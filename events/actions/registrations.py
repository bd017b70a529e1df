"""The seat service: who comes into an event, and who leaves it.

With its neighbours (`waiting`, `desk`, `automatic`) it is the only code that changes who has a seat. Every function
locks the events first and decides under the lock. Each change is a `Transition`, and `events.answers` tells people of
it a moment later, so that nobody who waits for the lock waits for a mail.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import entry
from events import ledger
from events.actions.waiting import fill_free_seats
from events.ledger import Entry, Step, Wishes
from events.locks import lock_event
from events.models import Event, Registration
from events.policies import check_is_invited
from events.refusals import RegistrationRefused, SomeAreFull
from members.models import Member

State = Registration.State


def register(
    *, event: Event, member: Member, by: Member | None, at: datetime, wishes: Wishes | None = None
) -> Registration:
    """Give a member a seat, or a place on the waiting list when the event is full.

    A member who already has either keeps it, so running twice is harmless. Coming back after a cancellation goes to
    the back of the list. The seat is free only when nobody waits for it. Where an event asks for approval, she waits
    for that first.

    Raises:
        RegistrationRefused: not open now, cancelled, or over.
        PermissionDenied: the member is not of the event's audience.
    """
    [registration] = register_many(
        events=[event], member=member, by=by, at=at, wishes={event.pk: wishes} if wishes else None
    )
    return registration


def register_many(
    *,
    events: Iterable[Event],
    member: Member,
    by: Member | None,
    at: datetime,
    wishes: Mapping[int, Wishes] | None = None,
    may_wait: Iterable[int] | None = None,
) -> list[Registration]:
    """Register a member for several events at once: all of them or none.

    Args:
        wishes: by event; where there are none, what she said before stays.
        may_wait: the events whose waiting list will do when they are full; all of them when None.

    Returns:
        Her registrations, by ascending event id.

    Raises:
        SomeAreFull: an event is full, and waiting for it was not asked for; names all that are.
        RegistrationRefused: one of them is not open now, cancelled, or over.
        PermissionDenied: the member is not of an event's audience.
    """
    entries = []
    wanted = {event.pk: event for event in events}
    with transaction.atomic():
        for pk in sorted(wanted):
            one = ledger.enter(wanted[pk], member, by=by, at=at, wishes=(wishes or {}).get(pk))
            if one.is_new:
                check_is_invited(one.event, invited=one.is_invited)
                check_open(one.event, at)
            entries.append(one)
        _check_none_is_full(entries, may_wait)
    return [one.registration for one in entries]


@transaction.atomic
def cancel(*, registration: Registration, by: Member, at: datetime, reason: str = "") -> Registration:
    """Give up a seat, a wish or a place on the waiting list; a freed seat goes to the next in line at once.

    Cancelling what is cancelled changes nothing. Who was registered with her circle, or was offered a seat, declines.

    Raises:
        RegistrationRefused: the event has begun or is closed, so what happened is attendance.
    """
    event = lock_event(registration.event_id)
    registration = Registration.objects.select_related("member").get(pk=registration.pk)
    registration.event = event
    if registration.stands:
        leave([registration], event=event, by=by, at=at, reason=reason)
    return registration


def leave(
    registrations: list[Registration], *, event: Event, by: Member | None, at: datetime, reason: str = ""
) -> list[Registration]:
    """Let standing registrations of one event go, and fill their seats; the caller holds its lock.

    Raises:
        RegistrationRefused: the event has begun or is closed.
    """
    if event.state != Event.State.SCHEDULED or event.starts_at <= at:
        raise RegistrationRefused(_("This event has begun or is closed; registrations can no longer be cancelled."))
    frees_seats = any(row.state in Registration.SEATED for row in registrations)
    ledger.go_on([_way_out(row, by, reason) for row in registrations], by=by, at=at)
    if frees_seats:
        fill_free_seats(event=event, at=at)
    return registrations


def _way_out(row: Registration, by: Member | None, reason: str) -> Step:
    if by == row.member and (row.automatic or row.state == State.OFFERED):
        return Step(registration=row, state=State.DECLINED, reason=reason)
    whose = Registration.CancelledBy.MEMBER if by == row.member else Registration.CancelledBy.STAFF
    return Step(registration=row, state=State.CANCELLED, cancelled_by=whose, reason=reason)


@transaction.atomic
def change_capacity(*, event: Event, capacity: int | None, by: Member, at: datetime) -> Event:
    """Set the number of seats (None: open to all); more seats move people up at once.

    Raises:
        RegistrationRefused: fewer seats than are taken.
    """
    event = lock_event(event.pk)
    taken = ledger.look(event).taken
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


def check_open(event: Event, at: datetime) -> None:
    """Registration is possible now.

    Raises:
        RegistrationRefused: with the reason as a sentence.
    """
    check_ahead(event, at)
    if at < event.opens_at():
        raise RegistrationRefused(_("Registration has not opened yet."))
    if not event.takes_registrations(at):
        raise RegistrationRefused(_("Registration is closed."))


def check_ahead(event: Event, at: datetime) -> None:
    """The event still lies ahead.

    Raises:
        RegistrationRefused: with the reason as a sentence.
    """
    if event.state == Event.State.CANCELLED:
        raise RegistrationRefused(_("This event was cancelled."))
    if event.state != Event.State.SCHEDULED:
        raise RegistrationRefused(_("Registration is closed."))
    if event.starts_at <= at:
        raise RegistrationRefused(_("This event has already begun."))


def _check_none_is_full(entries: list[Entry], may_wait: Iterable[int] | None) -> None:
    if may_wait is None:
        return
    waits = [one.event for one in entries if one.is_new and one.outcome == State.WAITLISTED]
    full = [event for event in waits if event.pk not in set(may_wait)]
    if full:
        words = ngettext(
            "%(count)d of the workshops you chose is full, so nothing was booked yet.",
            "%(count)d of the workshops you chose are full, so nothing was booked yet.",
            len(full),
        )
        raise SomeAreFull(words % {"count": len(full)}, sorted(full, key=lambda event: event.starts_at))
