"""Whom a change of an event concerns, and which time each of these people was last told."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from events.models import Event, Registration, Role
from events.places import join_link, join_role_link, place_link
from members.models import Member
from notices.models import Notice

ANSWER_GUARD = "events.registration"
MOVED_GUARD = "events.moved"
SERIES_GUARD = "events.moved_series"
UNDO = timedelta(minutes=10)  # a move is told after this, so that it can be taken back or corrected in silence
NEAR = timedelta(hours=2)  # what starts sooner than this is told at once

_STAMP = "%Y%m%dT%H%MZ"
_LABEL = re.compile(r"events\.event:([1-9][0-9]*)")


class Span(NamedTuple):
    """From when until when, both aware and in UTC; half-open."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, event: Event) -> "Span":
        return cls(event.starts_at, event.ends_at)


@dataclass(frozen=True)
class MoveRef:
    """What a notice of a move remembers in its `subject_ref`: for whom, which move, from what she knows to what."""

    event_id: int
    member_id: int
    sequence: int
    told: Span
    new: Span

    def __str__(self) -> str:
        instants = [f"{instant.astimezone(UTC):{_STAMP}}" for instant in (*self.told, *self.new)]
        return ":".join([str(self.event_id), str(self.member_id), str(self.sequence), *instants])

    @classmethod
    def parse(cls, text: str) -> "MoveRef":
        event_id, member_id, sequence, *instants = text.split(":")
        told_start, told_end, new_start, new_end = (
            datetime.strptime(instant, _STAMP).replace(tzinfo=UTC) for instant in instants
        )
        return cls(int(event_id), int(member_id), int(sequence), Span(told_start, told_end), Span(new_start, new_end))


@dataclass(frozen=True)
class Listener:
    """Somebody whom a change concerns.

    Attributes:
        told: the time she was last told.
        has_entry: the event is, or belongs, in her calendar.
        join: her personal link to the join page; empty when she has nothing to join by.
        place: her personal link to the page where she gives her place back; empty when she has none.
    """

    member: Member
    told: Span
    has_entry: bool
    join: str = ""
    place: str = ""


def listeners(event: Event, *, states: Iterable[str], to: Span | None = None) -> list[Listener]:
    """Everybody active who is registered in one of these states or has a standing role, once each.

    Args:
        event: as it stands before the change. For a lasting answer the caller holds its lock.
        to: the time it is about to have.
    """
    now, unsure = Span.of(event), _unsure(event)
    roles = Role.objects.standing().filter(event=event, member__is_active=True).select_related("member")
    helpers = {role.member_id: role for role in roles}
    found = {
        pk: Listener(role.member, _known(unsure.get(pk), now, to), has_entry=True, join=join_role_link(role))
        for pk, role in helpers.items()
    }
    rows = Registration.objects.filter(event=event, state__in=states, member__is_active=True).select_related("member")
    for row in rows:
        move = unsure.get(row.member_id)
        # Who got her place after that move was posted has been told the new time by the very mail about her place.
        known = _known(move if move and row.state_since <= move.posted_at else None, now, to)
        has_seat = row.state == Registration.State.CONFIRMED
        join = join_link(row) if has_seat else found[row.member_id].join if row.member_id in helpers else ""
        place = place_link(row) if has_seat else ""
        has_entry = has_seat or row.member_id in helpers
        found[row.member_id] = Listener(row.member, known, has_entry, join, place)
    return [found[pk] for pk in sorted(found)]


class Unsure(NamedTuple):
    """A move that did not surely reach its reader: the times that she may believe in."""

    beliefs: tuple[Span, ...]
    posted_at: datetime


def _unsure(event: Event) -> dict[int, Unsure]:
    """By member, the moves of an event that are still in the outbox.

    What nobody tried to send is unknown to its reader. Where a mail server broke off, the message may have come through
    all the same, so its reader believes in the old time or in the new one.
    """
    found = {}
    for notice in untold([event]):
        if move := _move_of(notice, event):
            beliefs = (move.told,) if notice.state == Notice.State.QUEUED else (move.told, move.new)
            found[move.member_id] = Unsure(beliefs, notice.created_at)
    return found


def _move_of(notice: Notice, event: Event) -> MoveRef | None:
    """What an unfinished message tells of an event; None for a line of a longer one that no longer holds."""
    if notice.guard == MOVED_GUARD:
        return MoveRef.parse(notice.subject_ref)
    moves = (MoveRef.parse(text) for text in (notice.facts or {})["moves"])
    return next((move for move in moves if (move.event_id, move.sequence) == (event.pk, event.sequence)), None)


def label(event_id: int | str) -> str:
    """How notices name an event that they are about."""
    return f"events.event:{event_id}"


def event_ids(about: Iterable[str]) -> list[int]:
    """The events that a notice names, by id."""
    return [int(found[1]) for name in about if (found := _LABEL.fullmatch(name))]


def untold(events: Iterable[Event]) -> QuerySet[Notice]:
    """The messages that did not arrive yet and tell of a move of one of these events, the oldest first."""
    ids = [event.pk for event in events]
    alone = Q(pk__in=[])
    for pk in ids:
        alone |= Q(subject_ref__startswith=f"{pk}:")
    series = Q(guard=SERIES_GUARD, about__overlap=[label(pk) for pk in ids])
    return Notice.objects.unfinished().filter(Q(alone, guard=MOVED_GUARD) | series).order_by("id")


def undrawn_answers(events: Iterable[Event]) -> QuerySet[Notice]:
    """The messages about somebody's own place in these events whose words are still to be drawn."""
    about = [label(event.pk) for event in events]
    return Notice.objects.filter(state=Notice.State.QUEUED, guard=ANSWER_GUARD, about__overlap=about).order_by("id")


def yet_to_hear(event: Event) -> set[int]:
    """The members who have not been told of their place yet: that message will name the new time by itself."""
    untold = Registration.objects.filter(event=event, transitions__told=False).values_list("member", flat=True)
    return {*untold, *undrawn_answers([event]).values_list("recipient", flat=True)}


def untold_moves(event: Event) -> QuerySet[Notice]:
    """Those that tell of a move of this event alone, the oldest first."""
    return Notice.objects.unfinished().filter(guard=MOVED_GUARD, subject_ref__startswith=f"{event.pk}:").order_by("id")


def _known(move: Unsure | None, now: Span, to: Span | None) -> Span:
    """The time to name as the former one: of those somebody may believe in, one that is wrong from now on."""
    if move is None:
        return now
    return next((belief for belief in move.beliefs if belief != to), move.beliefs[0])
