"""The run of show on the clock: when each segment begins, whether all of it fits, and what is on now.

Only the lengths are stored. A segment starts where the one before it ends, and the first one with the event.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from events.models import Event, Segment

Phase = Literal["empty", "before", "running", "over"]


@dataclass(frozen=True)
class Timed:
    """A segment with its time, half-open.

    Attributes:
        overruns: some of it lies after the end of the event.
    """

    segment: Segment
    starts_at: datetime
    ends_at: datetime
    overruns: bool = False


@dataclass(frozen=True)
class Fit:
    """How long the segments take together, and how long the event is; both in minutes."""

    planned: int
    length: int

    @property
    def left(self) -> int:
        return max(self.length - self.planned, 0)

    @property
    def over(self) -> int:
        return max(self.planned - self.length, 0)


@dataclass(frozen=True)
class Moment:
    """Where the run of show stands.

    Attributes:
        current: what is on; None before, after, and without segments.
        following: what comes next; None when nothing does.
        later: what comes after that, in its order.
        done: what is over, in its order.
    """

    phase: Phase
    current: Timed | None
    following: Timed | None
    later: list[Timed]
    done: list[Timed]


def timed(segments: Iterable[Segment], starts_at: datetime, *, until: datetime | None = None) -> list[Timed]:
    """Give each segment its time, in elapsed minutes, so that a change of the clocks moves nothing.

    Args:
        segments: in their order.
        starts_at: when the first one begins; aware, any zone.
        until: when the event ends; what goes on after it overruns.
    """
    found, start = [], starts_at
    for segment in segments:
        end = start + timedelta(minutes=segment.minutes)
        found.append(Timed(segment, start, end, overruns=until is not None and end > until))
        start = end
    return found


def timed_of(event: Event, segments: Iterable[Segment]) -> list[Timed]:
    """Give the segments of an event their times."""
    return timed(segments, event.starts_at, until=event.ends_at)


def fit(event: Event, segments: Iterable[Segment]) -> Fit:
    """Hold the segments against the length of their event."""
    return Fit(sum(segment.minutes for segment in segments), event.minutes)


def now_and_next(rows: Sequence[Timed], at: datetime) -> Moment:
    """Say what is on at a moment and what comes; every row is in exactly one place of the answer."""
    done = [row for row in rows if row.ends_at <= at]
    ahead = [row for row in rows if row.starts_at > at]
    current = next((row for row in rows if row.starts_at <= at < row.ends_at), None)
    phase: Phase = "running" if current else "before" if ahead else "over" if done else "empty"
    return Moment(phase, current, ahead[0] if ahead else None, ahead[1:], done)
