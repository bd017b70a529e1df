"""Heartbeats: each tick that comes to its end leaves a row, so that a portal that has gone silent can be seen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypedDict

from notices.models import Heartbeat

REMINDERS, DELIVERY = "reminders", "delivery"
NAMES = (REMINDERS, DELIVERY)
SILENT_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Pulse:
    """When a tick last came to its end: `seconds` ago, or never (None). `is_silent` means that somebody must look.

    A sign from the future is none: the clock was set back since, and nothing came to its end after that.
    """

    name: str
    seconds: float | None
    is_silent: bool


class Facts(TypedDict):
    seconds: int | None
    state: Literal["ok", "red"]


def leave(name: str, *, at: datetime, problem: str = "") -> None:
    """Leave a sign of life; `problem` is what went wrong in a tick that came to its end all the same."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "problem": problem})


def read(*, at: datetime) -> list[Pulse]:
    """The pulse of every tick, in the order of NAMES; one query."""
    found = dict(Heartbeat.objects.filter(name__in=NAMES).values_list("name", "at"))
    return [_pulse(name, found.get(name), at) for name in NAMES]


def as_facts(*, at: datetime) -> dict[str, Facts]:
    """The same for machines: seconds since (None: never), and "ok" or "red"."""
    return {
        pulse.name: {
            "seconds": None if pulse.seconds is None else round(pulse.seconds),
            "state": "red" if pulse.is_silent else "ok",
        }
        for pulse in read(at=at)
    }


def _pulse(name: str, last: datetime | None, at: datetime) -> Pulse:
    if last is None:
        return Pulse(name, None, is_silent=True)
    age = at - last
    return Pulse(name, max(age.total_seconds(), 0), is_silent=abs(age) > SILENT_AFTER)
