"""What a member reads about an event and her place in it, for cards and pages of every kind of event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from events.models import Event, Registration
from forestallies.lib import zones
from members.models import Member


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
        may_register: registration is open now and she has no place yet.
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
    may_register: bool
    may_cancel: bool
    may_join: bool
    is_live: bool
    is_over: bool

    @property
    def is_confirmed(self) -> bool:
        return self.registration is not None and self.registration.state == Registration.State.CONFIRMED


def places(events: Iterable[Event], *, member: Member, at: datetime) -> list[Place]:
    """Say each event for one member, in the given order, in three queries however many there are."""
    events = list(events)
    ids = [event.pk for event in events]
    mine = {row.event_id: row for row in Registration.objects.filter(event__in=ids, member=member)}
    taken = dict(
        Event.objects.filter(pk__in=ids)
        .values_list("pk")
        .annotate(taken=Count("registrations", filter=Q(registrations__state__in=Registration.SEATED)))
    )
    waited = [pk for pk, row in mine.items() if row.state == Registration.State.WAITLISTED]
    positions = _positions(waited, member) if waited else {}
    return [
        _place(event, mine.get(event.pk), positions.get(event.pk), taken.get(event.pk, 0), member=member, at=at)
        for event in events
    ]


def _positions(event_ids: list[int], member: Member) -> dict[int, int]:
    rows = (
        Registration.objects.filter(event__in=event_ids, state=Registration.State.WAITLISTED)
        .annotate(position=Window(RowNumber(), partition_by="event_id", order_by=F("queue_no").asc()))
        .values_list("member_id", "event_id", "position")
    )
    return {event_id: position for member_id, event_id, position in rows if member_id == member.pk}


def _place(
    event: Event, registration: Registration | None, position: int | None, taken: int, *, member: Member, at: datetime
) -> Place:
    stands = registration is not None and registration.stands
    return Place(
        event=event,
        when=zones.local(event.starts_at, member.zone),
        ends=zones.local(event.ends_at, member.zone),
        anchor=zones.local(event.starts_at, event.zone) if event.zone != member.zone else None,
        country_line=event.country_line(),
        registration=registration,
        position=position,
        seats_left=None if event.capacity is None else max(event.capacity - taken, 0),
        may_register=not stands and event.takes_registrations(at),
        may_cancel=stands and event.state == Event.State.SCHEDULED and at < event.starts_at,
        may_join=(
            registration is not None and registration.state == Registration.State.CONFIRMED and event.doors_are_open(at)
        ),
        is_live=event.is_live(at),
        is_over=event.ends_at <= at,
    )
