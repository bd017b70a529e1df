"""What a member reads about an event and her place in it, for cards and pages of every kind of event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery

from events.models import Event, Question, Registration
from forestallies.lib import zones
from members.models import Member

State = Registration.State
Door = Literal["cancelled", "over", "begun", "other_group", "later", "closed", "full", "open"]


@dataclass(frozen=True)
class Place:
    """One event as one member sees it.

    Attributes:
        when: start in the member's own zone.
        ends: end in the member's own zone.
        anchor: start in the event's own zone, or None when that is the member's.
        country_line: the start for the participating countries.
        registration: hers, whatever its state, or None.
        position: on the waiting list, from 1; None unless she waits.
        seats_left: None when there is no limit.
        waiting: how many people wait.
        door: whether somebody of her groups may come in now, and if not, why.
        opens: when registration opens, in her zone; None unless that lies ahead.
        offer_until: until when the seat that is offered to her is kept, in her zone.
        list_until: until when freed seats are passed on, in her zone; None when that is the start.
        list_moves: freed seats are still passed on.
        usual: the language of interpretation that is hers, or empty.
        asks: there are questions that have to be answered, so one tap is not enough.
        may_register: registration is open to her now and she has no place yet.
        may_cancel: she has a place and the event has not begun.
        may_join: she has a seat and the doors are open, so the meeting link may be shown.
    """

    event: Event
    when: zones.LocalTime
    ends: zones.LocalTime
    anchor: zones.LocalTime | None
    country_line: str
    registration: Registration | None
    position: int | None
    seats_left: int | None
    waiting: int
    door: Door
    opens: zones.LocalTime | None
    offer_until: zones.LocalTime | None
    list_until: zones.LocalTime | None
    list_moves: bool
    usual: str
    asks: bool
    may_register: bool
    may_cancel: bool
    may_join: bool
    is_live: bool
    is_over: bool

    @property
    def state(self) -> str:
        """Her state as a word for templates: `stale` is an offer whose time is over; empty without a registration."""
        if self.registration is None:
            return ""
        return "stale" if self.is_offered and self.offer_until is None else str(self.registration.state)

    @property
    def is_offered(self) -> bool:
        return self.registration is not None and self.registration.state == State.OFFERED

    @property
    def is_confirmed(self) -> bool:
        return self.registration is not None and self.registration.state == State.CONFIRMED

    @property
    def with_group(self) -> bool:
        """She was registered with her circle and has not declined."""
        return self.is_confirmed and self.registration is not None and self.registration.automatic

    @property
    def may_accept(self) -> bool:
        """A seat is kept for her now."""
        return self.may_cancel and self.offer_until is not None

    @property
    def may_tick(self) -> bool:
        """She may register here together with others: nothing has to be answered first."""
        return self.may_register and not self.asks


class _Facts(NamedTuple):
    """What the database knows of an event beyond its row."""

    taken: int = 0
    waiting: int = 0
    is_invited: bool = False
    asks: bool = False


def places(events: Iterable[Event], *, member: Member, at: datetime) -> list[Place]:
    """Say each event for one member, in the given order, in two queries however many there are."""
    events = list(events)
    ids = [event.pk for event in events]
    if not ids:
        return []
    mine = {row.event_id: row for row in _own(ids, member)}
    facts = _facts(ids, member, at)
    return [_place(event, mine.get(event.pk), facts.get(event.pk, _Facts()), member, at) for event in events]


def usual_interpretation(event: Event, member: Member) -> str:
    """The language of interpretation that is proposed to a member: her own where the event has it, else none."""
    return member.language if member.language in event.interpretation else ""


def _own(ids: list[int], member: Member) -> Iterable[Registration]:
    """Her registrations, annotated with `position` on the waiting list."""
    ahead = (
        Registration.objects.filter(event=OuterRef("event"), state=State.WAITLISTED, queue_no__lte=OuterRef("queue_no"))
        .order_by()
        .values("event")
        .annotate(number=Count("pk"))
        .values("number")
    )
    rows = Registration.objects.filter(event__in=ids, member=member)
    return rows.annotate(position=Subquery(ahead, output_field=IntegerField()))


def _facts(ids: list[int], member: Member, at: datetime) -> dict[int, _Facts]:
    invited = Event.objects.for_audience_of(member, at=at).filter(pk=OuterRef("pk"))
    required = Question.objects.filter(event=OuterRef("pk"), required=True)
    rows = (
        Event.objects.filter(pk__in=ids)
        .order_by()
        .annotate(
            taken=Count("registrations", filter=Q(registrations__state__in=Registration.SEATED)),
            waited=Count("registrations", filter=Q(registrations__state=State.WAITLISTED)),
            is_invited=Exists(invited),
            asks=Exists(required),
        )
        .values_list("pk", "taken", "waited", "is_invited", "asks")
    )
    return {pk: _Facts(taken, waited, is_invited, asks) for pk, taken, waited, is_invited, asks in rows}


def _place(event: Event, registration: Registration | None, facts: _Facts, member: Member, at: datetime) -> Place:
    stands = registration is not None and registration.stands
    seats_left = None if event.capacity is None else max(event.capacity - facts.taken, 0)
    door = _door(event, facts, seats_left, at)
    ahead = event.state == Event.State.SCHEDULED and at < event.starts_at
    return Place(
        event=event,
        when=zones.local(event.starts_at, member.zone),
        ends=zones.local(event.ends_at, member.zone),
        anchor=zones.local(event.starts_at, event.zone) if event.zone != member.zone else None,
        country_line=event.country_line(),
        registration=registration,
        position=getattr(registration, "position", None),
        seats_left=seats_left,
        waiting=facts.waiting,
        door=door,
        opens=zones.local(event.opens_at(), member.zone) if door == "later" else None,
        offer_until=_offer_until(registration, member, at),
        list_until=_list_until(event, member),
        list_moves=event.promotes(at),
        usual=usual_interpretation(event, member),
        asks=facts.asks,
        may_register=not stands and door in ("open", "full"),
        may_cancel=stands and ahead,
        may_join=registration is not None and registration.state == State.CONFIRMED and event.doors_are_open(at),
        is_live=event.is_live(at),
        is_over=event.ends_at <= at,
    )


def _door(event: Event, facts: _Facts, seats_left: int | None, at: datetime) -> Door:
    """Whether one may come in, as the seat service would answer: `full` leads to the waiting list."""
    if event.state == Event.State.CANCELLED:
        return "cancelled"
    if event.starts_at <= at:
        return "over" if event.ends_at <= at else "begun"
    if not facts.is_invited:
        return "other_group"
    if not event.takes_registrations(at):
        return "later" if event.state == Event.State.SCHEDULED and at < event.opens_at() else "closed"
    is_full = facts.waiting > 0 or seats_left == 0
    return "full" if is_full and not event.needs_approval else "open"


def _offer_until(registration: Registration | None, member: Member, at: datetime) -> zones.LocalTime | None:
    ends = registration.offer_expires_at if registration is not None else None
    return zones.local(ends, member.zone) if ends is not None and at < ends else None


def _list_until(event: Event, member: Member) -> zones.LocalTime | None:
    until = event.promotes_until()
    return zones.local(until, member.zone) if until < event.starts_at else None
