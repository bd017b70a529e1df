"""What the team does with registrations: add people, decide on wishes, move up, cancel; singly and in bulk."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events import ledger, policies
from events.actions import registrations, waiting
from events.ledger import Step
from events.locks import lock_event
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from members.models import Member

State = Registration.State


@transaction.atomic
def add(*, event: Event, members: Iterable[Member], by: Member, at: datetime) -> list[Registration]:
    """Register people of the event's audience, whether or not registration is open; full means the waiting list.

    Who has a place or waits already keeps it. Who was registered before comes back with what she said then: nobody
    asks her again for what she needs.

    Raises:
        RegistrationRefused: the event has begun or does not take place, somebody is of another group, or all are in it.
        PermissionDenied: the person does not schedule this event.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event, members = lock_event(event.pk), list(members)
    registrations.check_ahead(event, at)
    entries = [ledger.enter(event, member, by=by, at=at, approved=True) for member in members]
    for entry in entries:
        if entry.is_new and not entry.is_invited:
            raise RegistrationRefused(_("%(name)s does not belong to those invited.") % {"name": entry.member.name})
    if not any(entry.is_new for entry in entries):
        raise RegistrationRefused(_("Everybody you chose has a place or waits already."))
    return [entry.registration for entry in entries if entry.is_new]


@transaction.atomic
def approve(*, event: Event, ids: Collection[int], by: Member, at: datetime) -> list[Registration]:
    """Give the wishes chosen a seat each, in the order they came, or a place on the waiting list when it is full.

    Raises:
        RegistrationRefused: the event has begun or does not take place, or nobody chosen waits for approval.
        PermissionDenied: the person does not schedule this event.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    registrations.check_ahead(event, at)
    rows = _chosen(event, ids, [State.PENDING])
    seats = ledger.look(event)
    free, last, steps = seats.free_of(event), seats.last, []
    room = len(rows) if free is None else free
    for number, row in enumerate(rows):
        if number < room and not seats.waiting:
            steps.append(Step(registration=row, state=State.CONFIRMED, reason="approved"))
        else:
            last += 1
            steps.append(Step(registration=row, state=State.WAITLISTED, queue_no=last, reason="approved"))
    return ledger.go_on(steps, by=by, at=at)


@transaction.atomic
def decline(*, event: Event, ids: Collection[int], by: Member, at: datetime, reason: str) -> list[Registration]:
    """Tell the people chosen that their wish cannot be met, and why.

    Raises:
        RegistrationRefused: nobody chosen waits for approval.
        PermissionDenied: the person does not schedule this event.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    rows = _chosen(event, ids, [State.PENDING])
    return ledger.go_on([Step(registration=row, state=State.DECLINED, reason=reason) for row in rows], by=by, at=at)


@transaction.atomic
def cancel(*, event: Event, ids: Collection[int], by: Member, at: datetime, reason: str) -> list[Registration]:
    """Take back the registrations chosen, whatever they wait for; what they leave goes to the next in line.

    Raises:
        RegistrationRefused: the event has begun or is closed, or nobody chosen has a place, waits or wishes.
        PermissionDenied: the person does not schedule this event.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    rows = _chosen(event, ids, Registration.STANDING)
    return registrations.leave(rows, event=event, by=by, at=at, reason=reason)


@transaction.atomic
def move_up(*, event: Event, ids: Collection[int], by: Member, at: datetime, reason: str) -> list[Registration]:
    """Put the people chosen at the head of the waiting list, in the order they have there.

    Raises:
        RegistrationRefused: the event has begun or does not take place, or nobody chosen waits.
        PermissionDenied: the person does not schedule this event.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    registrations.check_ahead(event, at)
    return waiting.move_up(_chosen(event, ids, [State.WAITLISTED]), event=event, by=by, at=at, reason=reason)


@transaction.atomic
def pass_on(*, event: Event, by: Member, at: datetime) -> list[Registration]:
    """Give free seats to the waiting list, after the team changed until when it moves up; there may be none.

    Raises:
        PermissionDenied: the person does not schedule this event.
    """
    policies.check_can_schedule(event, by=by, at=at)
    return waiting.fill_free_seats(event=lock_event(event.pk), at=at)


def _chosen(event: Event, ids: Collection[int], states: Iterable[str]) -> list[Registration]:
    """The registrations of this event with these ids that are in one of these states now, the oldest wish first.

    Raises:
        RegistrationRefused: there is none, because somebody was quicker or it does not fit.
    """
    rows = Registration.objects.filter(event=event, pk__in=ids, state__in=list(states)).select_related("member")
    found = list(rows.order_by("state_since", "pk"))
    if not found:
        raise RegistrationRefused(_("This fits none of those you chose as they stand now. Nothing was changed."))
    for row in found:
        row.event = event
    return found
