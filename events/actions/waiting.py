"""The waiting list: freed seats go to the next in line, at once or as an offer for some hours."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from events import ledger
from events.ledger import Step
from events.locks import lock_event
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from forestallies.lib import zones
from members.models import Member

State = Registration.State

OFFER_STANDS = timedelta(hours=48)
OFFER_STANDS_NEAR = ((timedelta(hours=24), timedelta(hours=2)), (timedelta(days=3), timedelta(hours=12)))


def offer_ends(event: Event, at: datetime) -> datetime:
    """Until when an offer made now stands: 48 hours, less when the event is near, and never past the last moment.

    Under three days before the start it is 12 hours, under 24 hours it is 2.
    """
    left = event.starts_at - at
    stands = next((stands for near, stands in OFFER_STANDS_NEAR if left < near), OFFER_STANDS)
    return min(at + stands, event.promotes_until())


def fill_free_seats(*, event: Event, at: datetime) -> list[Registration]:
    """Give all free seats to people on the waiting list, in its order.

    Where the event makes offers, each has some hours to take the seat, which is kept for her meanwhile. The caller
    holds the event's lock. Nothing happens after `promotion_until`.
    """
    if not event.promotes(at):
        return []
    free = ledger.look(event).free_of(event)
    waiting = Registration.objects.filter(event=event).waiting().select_related("member")
    chosen = list(waiting if free is None else waiting[:free])
    if not chosen:
        return []
    for registration in chosen:
        registration.event = event
    state, ends = (State.OFFERED, offer_ends(event, at)) if event.makes_offers else (State.CONFIRMED, None)
    steps = [Step(registration=row, state=state, offer_expires_at=ends, reason="promoted") for row in chosen]
    return ledger.go_on(steps, by=None, at=at)


@transaction.atomic
def accept_offer(*, registration: Registration, by: Member, at: datetime) -> Registration:
    """Take the seat that is offered. Whoever has it already keeps it, so running twice is harmless.

    Raises:
        RegistrationRefused: there is no offer (any more), or the event has begun or does not take place.
    """
    event = lock_event(registration.event_id)
    registration = Registration.objects.select_related("member").get(pk=registration.pk)
    registration.event = event
    if registration.state == State.CONFIRMED:
        return registration
    if event.state == Event.State.CANCELLED:
        raise RegistrationRefused(_("This event was cancelled."))
    if event.starts_at <= at:
        raise RegistrationRefused(_("This event has already begun."))
    ended = registration.offer_expires_at is not None and registration.offer_expires_at <= at
    if registration.state == State.EXPIRED or ended:
        raise RegistrationRefused(_("This offer has ended, and the seat went to the next person on the list."))
    if registration.state != State.OFFERED:
        raise RegistrationRefused(_("No seat is offered to you at the moment."))
    ledger.go_on([Step(registration=registration, state=State.CONFIRMED, reason="accepted")], by=by, at=at)
    return registration


def expire_offers(*, at: datetime) -> int:
    """End the offers whose time is over and pass their seats on, event by event; return how many ended.

    Run by a tick; safe to run twice and in several processes at once.
    """
    over = Registration.objects.offers_over(at)
    return sum(
        _expire(event_id, at=at) for event_id in over.order_by("event").values_list("event", flat=True).distinct()
    )


@transaction.atomic
def _expire(event_id: int, *, at: datetime) -> int:
    event = lock_event(event_id)
    rows = list(Registration.objects.filter(event=event).offers_over(at).select_related("member"))
    for row in rows:
        row.event = event
    ledger.go_on([Step(registration=row, state=State.EXPIRED, reason="offer expired") for row in rows], by=None, at=at)
    fill_free_seats(event=event, at=at)
    return len(rows)


def move_up(
    registrations: Iterable[Registration], *, event: Event, by: Member, at: datetime, reason: str
) -> list[Registration]:
    """Put people at the head of the waiting list, in the order they have there; the caller holds the event's lock."""
    rows = sorted(registrations, key=lambda row: row.queue_no or 0)
    first = ledger.look(event).first
    steps = [
        Step(registration=row, state=State.WAITLISTED, queue_no=first - len(rows) + number, reason=reason)
        for number, row in enumerate(rows)
    ]
    return ledger.go_on(steps, by=by, at=at)


def ends_for(registration: Registration) -> zones.LocalTime:
    """Say in a person's own zone and language until when her offer stands."""
    assert registration.offer_expires_at is not None  # noqa: S101 (for the type checker; the database holds it)
    return zones.local(registration.offer_expires_at, registration.member.zone, registration.member.language)
