"""The beat holds its pace whatever happens to the wall clock. With processes: tests/drills/test_clock_jumps.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from celery import Celery
from celery.beat import Scheduler
from celery.exceptions import ImproperlyConfigured
from celery.schedules import crontab
from kombu import Queue

from forestallies import clockwork
from forestallies.clockwork import Clockwork
from tests.conftest import NOW

EVERY = timedelta(seconds=5)
TICK = {"task": "ring", "schedule": EVERY, "options": {"expires": 5, "queue": "trial"}}
BACK, AHEAD = -timedelta(hours=4), timedelta(hours=3)


@dataclass
class World:
    """Time that passes only when told to, for the wall clock and for the monotonic one; and a broker in memory."""

    wall: time_machine.Traveller
    app: Celery
    passed: float = 0.0

    def run(self, scheduler: Scheduler, seconds: float) -> int:
        """Let beat tick and sleep for some time; say how many messages it sent."""
        before, end = len(self.messages()), self.passed + seconds
        while (delay := scheduler.tick()) + self.passed <= end:
            self.let_pass(max(delay, 0.001))  # the world's own pace: a beat that asks for no delay still takes a moment
        self.let_pass(end - self.passed)
        return len(self.messages()) - before

    def let_pass(self, seconds: float) -> None:
        self.passed += seconds
        self.wall.shift(timedelta(seconds=seconds))

    def messages(self) -> list[Any]:
        with self.app.connection_for_write() as connection:
            sent = connection.default_channel._queue_for("trial").queue
            return [message["headers"] for message in sent]

    def last_end(self) -> datetime:
        """Until when a worker runs the last message."""
        return datetime.fromisoformat(self.messages()[-1]["expires"])


@pytest.fixture
def world(clock, monkeypatch) -> Iterator[World]:
    app = Celery("trial", broker="memory://", set_as_current=False)
    app.conf.update(beat_schedule={"ring": TICK}, task_queues=[Queue("trial")], timezone="UTC")
    made = World(clock, app)
    monkeypatch.setattr(clockwork, "time", SimpleNamespace(monotonic=lambda: made.passed))
    yield made
    made.messages().clear()


@pytest.fixture
def beat(world) -> Clockwork:
    return Clockwork(app=world.app)


def test_first_tick_comes_with_the_start_and_the_next_ones_at_their_interval(world, beat):
    assert world.run(beat, 0) == 1
    assert world.run(beat, 60) == 12


@pytest.mark.parametrize("jump", [BACK, AHEAD])
def test_beat_holds_its_pace_when_the_clock_jumps(world, beat, jump):
    world.run(beat, 60)
    world.wall.shift(jump)
    assert world.run(beat, 120) == 24


def test_beat_of_celery_falls_silent_when_the_clock_is_set_back(world):
    beat = Scheduler(app=world.app)
    assert world.run(beat, 60) == 12
    world.wall.shift(BACK)
    assert world.run(beat, 120) == 0


@pytest.mark.parametrize("jump", [BACK, AHEAD])
def test_no_worker_takes_a_tick_for_past_whether_its_clock_jumped_along_or_not(world, beat, jump):
    world.run(beat, 60)
    world.wall.shift(jump)
    world.run(beat, 60)
    right, jumped = NOW + timedelta(seconds=world.passed), NOW + timedelta(seconds=world.passed) + jump
    assert world.last_end() > max(right, jumped)


def test_end_that_is_read_off_the_wall_alone_would_be_past_for_workers_with_the_right_clock(world, beat, monkeypatch):
    monkeypatch.setattr(Clockwork, "_end", lambda _beat, entry: entry.options["expires"])
    world.run(beat, 60)
    world.wall.shift(BACK)
    assert world.run(beat, 60) == 12
    assert world.last_end() < NOW


@pytest.mark.parametrize("wrong", [BACK, AHEAD])
def test_clock_that_was_wrong_at_the_start_and_is_put_right_changes_nothing(world, wrong):
    world.wall.shift(wrong)
    beat = Clockwork(app=world.app)
    world.run(beat, 60)
    world.wall.shift(-wrong)
    assert world.run(beat, 60) == 12
    assert world.last_end() > NOW + timedelta(seconds=world.passed)


def test_tick_that_nobody_runs_ends_with_its_interval(world, beat):
    world.run(beat, 12)
    assert world.last_end() == NOW + timedelta(seconds=10) + EVERY


def test_beat_that_was_held_up_rings_once_and_not_for_every_tick_it_missed(world, beat):
    world.run(beat, 5)
    world.let_pass(3600)
    assert world.run(beat, 0) == 1


def test_tick_at_an_hour_on_the_wall_is_refused(world):
    world.app.conf.beat_schedule = {"nightly": {**TICK, "schedule": crontab(hour=4)}}
    with pytest.raises(ImproperlyConfigured, match="The tick nightly needs a timedelta"):
        Clockwork(app=world.app)


def test_portal_beats_with_it_and_every_tick_of_the_settings_is_due_at_the_start(settings):
    from forestallies.celery import app

    beat = app.Beat(quiet=True).Service(app=app, scheduler_cls=app.conf.beat_scheduler).scheduler
    assert type(beat) is Clockwork
    assert set(beat.schedule) == set(settings.CELERY_BEAT_SCHEDULE)
    assert {entry.is_due().is_due for entry in beat.schedule.values()} == {True}
