"""The question before a move in the staff admin: whom it reaches, what speaks against it, one event or a series."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from events.actions import moving
from events.actions.moving import Impact, Moves, ScheduleRefused, When
from events.clashes import warnings_for
from events.local_times import Shown, compared, shown
from events.models import Event
from events.warnings import Caution, Draft, warn
from forestallies.lib import zones
from members.models import Member

ASKED, SCOPE = "_asked", "_scope"
ALONE, FOLLOWING = "one", "following"
BUTTONS = {"csrfmiddlewaretoken", "_back", ASKED, SCOPE}


@dataclass(frozen=True)
class Shift:
    """An event's move, and the same shift on the wall for those of its series that follow.

    Attributes:
        moves: of the event and of all that follow it.
        followers: these, by start, as they stand now.
    """

    event: Event
    when: When
    followers: tuple[Event, ...]

    @classmethod
    def of(cls, event: Event, when: When, following: "QuerySet[Any]") -> "Shift":
        """Make the move of an event. In another zone the hours of the others would mean something else: none follow."""
        moves_on = when.wall != When.of(event).wall and when.zone == event.zone
        return cls(event, when, tuple(following) if moves_on else ())

    @property
    def alone(self) -> Moves:
        return {self.event.pk: self.when}

    @property
    def moves(self) -> Moves:
        by = self.when.wall - When.of(self.event).wall
        return {**self.alone, **{event.pk: When.of(event).later(by) for event in self.followers}}


@dataclass(frozen=True)
class Follower:
    """One that follows: its times, and what speaks against the new one by the calendar alone (clashes aside)."""

    event: Event
    old: Shown
    new: Shown
    warnings: tuple[Caution, ...]


@dataclass(frozen=True)
class Following:
    """What the page says about moving all that follow: whom it reaches, or why it cannot be."""

    impact: Impact | None
    refusal: str
    times: tuple[Follower, ...]

    @property
    def is_unusual(self) -> bool:
        return any(one.warnings for one in self.times)


class AskFirst(Exception):
    """People would be told, or others could move along: show whom and what before anything is saved."""

    def __init__(self, shift: Shift, obj: Event, impact: Impact) -> None:
        self.shift, self.obj, self.impact = shift, obj, impact


def scope_of(request: HttpRequest) -> str:
    """Which events somebody chose to move."""
    return FOLLOWING if request.POST.get(SCOPE) == FOLLOWING else ALONE


def question_of(request: HttpRequest, question: AskFirst, *, by: Member, at: datetime) -> dict[str, Any]:
    """What the page shows, with everything that was typed, for its hidden fields.

    It is asked after the transaction of the attempt was undone.
    """
    old, new = Event.objects.get(pk=question.shift.event.pk), question.obj
    new.derive_instants()
    return {
        "original": old,
        "impact": question.impact,
        "old": shown(old),
        "new": shown(new),
        "times": compared(old, new),
        "repeated": zones.is_repeated(new.wall_date, new.wall_time, new.zone),
        "warnings": warnings_for(new, by=by, at=at),
        "following": _following(question.shift, at=at) if question.shift.followers else None,
        "typed": [(name, value) for name, values in request.POST.lists() for value in values if name not in BUTTONS],
    }


def _following(shift: Shift, *, at: datetime) -> Following:
    try:
        impact, refusal = moving.describe_all(shift.moves, at=at), ""
    except ScheduleRefused as refused:
        impact, refusal = None, str(refused)
    return Following(impact, refusal, tuple(_follower(event, shift.moves[event.pk]) for event in shift.followers))


def _follower(event: Event, when: When) -> Follower:
    span = when.span()
    start, end = (zones.local(instant, event.zone) for instant in span)
    return Follower(event, shown(event), Shown(start, end), tuple(warn(Draft(span, tuple(event.countries)))))
