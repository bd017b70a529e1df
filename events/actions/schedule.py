"""When events take place: made, announced, moved, cancelled; and everybody told, in the same transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events import emails, policies
from events.locks import lock_event
from events.models import Event, Registration
from events.telling import NEAR, Listener, Span, listeners, untold_moves
from forestallies.lib import zones
from members.models import Circle, Member
from notices import outbox

LONGEST = 24 * 60  # minutes

Kind = TypeVar("Kind", bound=Event)


class ScheduleRefused(Exception):
    """This cannot be scheduled so; the text is a sentence for the reader.

    Attributes:
        field: the field of the event that the sentence is about, or None.
    """

    def __init__(self, words: str, *, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class Impact:
    """Whom a change reaches.

    Attributes:
        told: how many people get a message.
        without_address: how many have no e-mail address and have to be told by somebody.
        at_once: the message leaves now; otherwise after the ten minutes in which a move can be taken back.
    """

    told: int
    without_address: int
    at_once: bool


@transaction.atomic
def create(*, event: Kind, audience: Iterable[Circle], by: Member, at: datetime) -> Kind:
    """Save a new event of any kind, as a draft or already scheduled, for the people of these circles.

    Raises:
        ScheduleRefused: its time cannot be, or is over although it is to be scheduled.
        PermissionDenied: the person schedules nothing in that home.
    """
    policies.check_can_schedule_in(event.home, by=by, at=at)
    _check_time(event.wall_date, event.wall_time, event.minutes, event.zone)
    event.derive_instants()
    if event.state == Event.State.SCHEDULED:
        _check_ahead(event.starts_at, at)
    event.save()
    event.audience.set(audience)
    record(verb="event.created", subject=_spine(event), by=by, at=at, state=event.state, starts_at=_z(event.starts_at))
    return event


@transaction.atomic
def announce(*, event: Event, by: Member, at: datetime) -> Event:
    """Make a draft a scheduled event: its audience sees it and can register.

    Raises:
        ScheduleRefused: it is no draft, or its time is over.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    if event.state != Event.State.DRAFT:
        raise ScheduleRefused(_("Only a draft can be announced."), field="state")
    _check_ahead(event.starts_at, at)
    event.state = Event.State.SCHEDULED
    event.save(update_fields=["state", "updated_at"])
    record(verb="event.announced", subject=event, by=by, at=at)
    return event


@transaction.atomic
def move(*, event: Event, wall_date: date, wall_time: time, minutes: int, zone: str, by: Member, at: datetime) -> Event:
    """Let an event take place at another time, and tell those who have a seat or a part in it.

    They are told once, after `telling.UNDO`, from the time each of them knows to the last one; an event that is back
    where she knows it by then is no news. What starts soon is told at once. The same time again changes nothing.

    Raises:
        ScheduleRefused: that time cannot be or is over, or the event can no longer be moved.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    if (event.wall_date, event.wall_time, event.minutes, event.zone) == (wall_date, wall_time, minutes, zone):
        return event
    _check_move(event, wall_date, wall_time, minutes, zone, at=at)
    before, after = Span.of(event), Span(*zones.instants(wall_date, wall_time, minutes, zone))
    _hold_moves(event)
    people = _hearers(event, to=after) if after != before else []
    if after != before:
        event.sequence += 1
        _withdraw_moves(event, at=at)
    event.wall_date, event.wall_time, event.minutes, event.zone = wall_date, wall_time, minutes, zone
    event.save(update_fields=["wall_date", "wall_time", "minutes", "zone", "sequence", "updated_at"])
    record(verb="event.moved", subject=event, by=by, at=at, before=_zs(before), after=_zs(after), zone=zone)
    outbox.post_many_once([emails.rescheduled(event, person, at=at) for person in people], at=at)
    return event


@transaction.atomic
def cancel(*, event: Event, reason: str, by: Member, at: datetime) -> Event:
    """Call an event off for good and tell everybody at once, those on the waiting list too.

    Args:
        reason: a sentence for them, in the writer's words.

    Raises:
        ScheduleRefused: it is cancelled already, closed or over.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    check_can_cancel(event, at=at)
    _hold_moves(event)
    was_draft = event.state == Event.State.DRAFT
    people = [] if was_draft else listeners(event, states=Registration.STANDING)
    _withdraw_moves(event, at=at)
    event.state, event.sequence = Event.State.CANCELLED, event.sequence + 1
    event.save(update_fields=["state", "sequence", "updated_at"])
    record(verb="event.cancelled", subject=event, by=by, at=at, people=len(people))
    outbox.post_many_once([emails.event_cancelled(event, person, reason=reason, at=at) for person in people], at=at)
    return event


def describe_move(event: Event, *, wall_date: date, wall_time: time, minutes: int, zone: str, at: datetime) -> Impact:
    """Count whom a move would reach, without moving anything.

    Raises:
        ScheduleRefused: as `move`.
    """
    _check_move(event, wall_date, wall_time, minutes, zone, at=at)
    after = Span(*zones.instants(wall_date, wall_time, minutes, zone))
    if after == Span.of(event):
        return Impact(0, 0, at_once=False)
    people = _hearers(event, to=after)
    return _impact(people, at_once=min(event.starts_at, after.starts_at) - at < NEAR)


def describe_impact(event: Event) -> Impact:
    """Count whom a cancellation would reach."""
    draft = event.state == Event.State.DRAFT
    return _impact([] if draft else listeners(event, states=Registration.STANDING), at_once=True)


def check_can_cancel(event: Event, *, at: datetime) -> None:
    """Only what lies ahead or is going on can be called off.

    Raises:
        ScheduleRefused: with a sentence for the reader.
    """
    if event.state == Event.State.CANCELLED:
        raise ScheduleRefused(_("This event is already cancelled."))
    if Event.State.CANCELLED not in Event.TRANSITIONS[Event.State(event.state)] or event.is_held(at):
        raise ScheduleRefused(_("This event is over; it can no longer be cancelled."))


def _hearers(event: Event, *, to: Span) -> list[Listener]:
    """Those who have to learn of a move: nobody for a draft, and nobody who knows the event at that time."""
    if event.state != Event.State.SCHEDULED:
        return []
    return [person for person in listeners(event, states=Registration.SEATED, to=to) if person.told != to]


def _impact(people: list[Listener], *, at_once: bool) -> Impact:
    told = sum(bool(person.member.email) for person in people)
    return Impact(told=told, without_address=len(people) - told, at_once=at_once)


def _hold_moves(event: Event) -> None:
    """Keep delivery from taking up messages of earlier moves while it is decided what becomes of them."""
    list(untold_moves(event).select_for_update().values_list("pk"))


def _withdraw_moves(event: Event, *, at: datetime) -> None:
    """Take back what earlier moves would tell: a later message says it better."""
    outbox.withdraw_all(untold_moves(event), at=at, reason="The event was moved again or cancelled.")


def _check_move(event: Event, wall_date: date, wall_time: time, minutes: int, zone: str, *, at: datetime) -> None:
    if event.state not in (Event.State.DRAFT, Event.State.SCHEDULED):
        raise ScheduleRefused(_("This event is closed or cancelled; its time can no longer be changed."))
    _check_time(wall_date, wall_time, minutes, zone)
    if event.state == Event.State.SCHEDULED:
        if event.starts_at <= at:
            raise ScheduleRefused(_("This event has begun; its time can no longer be changed."), field="wall_date")
        _check_ahead(zones.instants(wall_date, wall_time, minutes, zone)[0], at)


def _check_time(wall_date: date, wall_time: time, minutes: int, zone: str) -> None:
    if not 0 < minutes <= LONGEST:
        raise ScheduleRefused(_("An event lasts between one minute and 24 hours."), field="minutes")
    if zones.is_skipped(wall_date, wall_time, zone):
        raise ScheduleRefused(
            _("The clocks in this zone jump over that time. Please choose another one."), field="wall_time"
        )


def _check_ahead(starts_at: datetime, at: datetime) -> None:
    if starts_at <= at:
        raise ScheduleRefused(
            _("That time is over. A scheduled event lies ahead; please choose a later date."), field="wall_date"
        )


def _spine(event: Event) -> Event:
    """The event itself, for the audit: every kind of event is told of under one name."""
    return event if type(event) is Event else Event(pk=event.pk)


def _z(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%MZ}"


def _zs(span: Span) -> list[str]:
    return [_z(instant) for instant in span]
