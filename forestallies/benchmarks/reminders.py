"""Reminders: one tick that finds and posts them all, beside a plain insert of the same rows."""

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from events import reminders
from events.models import Event, Registration
from forestallies.benchmarks.measure import Measurement, compare, rate
from forestallies.benchmarks.people import make_workshop, make_world
from forestallies.lib import clock
from notices.models import Notice

BEFORE = timedelta(hours=3)  # the start: by then the day's reminder is due in every zone, and no other


def measure(*, size: int, rounds: int) -> Iterator[Measurement]:
    event = make_event(size, lead=Event.Reminder.DAY, at=clock.now())
    at = event.starts_at - BEFORE
    note = f"{queries(lambda: post(size, at)) / size * 1_000:.1f} queries for 1,000"
    rows = list(Notice.objects.all())
    note += (
        f", {peak(lambda: post(size, at)):.1f} MB at most; {queries(lambda: post(0, at, anew=False))} when none is due"
    )
    yield compare(
        what=f"{size} reminders found and posted",
        baseline="a plain insert of the same rows",
        unit="reminders",
        bare=lambda: bare(rows),
        real=lambda: rate_of_posting(size, at),
        rounds=rounds,
        note=note,
    )


def make_event(people: int, *, lead: Event.Reminder, at: datetime) -> Event:
    """A workshop with so many confirmed members in four zones, who are reminded once."""
    world = make_world(people=people, at=at)
    event = make_workshop(world, capacity=None)
    event.reminders = [lead.value]
    event.save(update_fields=["reminders"])
    Registration.objects.bulk_create(
        Registration(event=event, member=member, state=Registration.State.CONFIRMED, created_at=at, state_since=at)
        for member in world.people
    )
    return event


def post(size: int, at: datetime, *, anew: bool = True) -> None:
    if anew:
        Notice.objects.all().delete()
    posted = reminders.send_due(at=at)
    if posted != size:
        raise RuntimeError(f"{posted} reminders were posted instead of {size}.")


def rate_of_posting(size: int, at: datetime) -> float:
    Notice.objects.all().delete()
    return rate(size, lambda: post(size, at, anew=False))


def bare(rows: list[Notice]) -> float:
    Notice.objects.all().delete()
    return rate(len(rows), lambda: Notice.objects.bulk_create(rows, batch_size=1_000))


def queries(act: Callable[[], None]) -> int:
    """How many statements something runs, apart from those that make room for it."""
    found: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        if not sql.startswith("DELETE"):
            found.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        act()
    return len(found)


def peak(act: Callable[[], None]) -> float:
    """The most memory that something holds at once, in megabytes."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
