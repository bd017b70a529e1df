from datetime import timedelta

import pytest

from notices import heartbeats, sources, tasks, timed
from notices.heartbeats import Pulse
from notices.models import Heartbeat
from notices.timed import Sender

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def fail(*_args, **_options):
    raise LookupError("ana@example.org has no zone")


def pulse(name, at):
    return next(found for found in heartbeats.read(at=at) if found.name == name)


def problem_of(name):
    return Heartbeat.objects.get(name=name).problem


def test_portal_that_never_ticked_is_silent(at):
    assert heartbeats.read(at=at) == [
        Pulse("reminders", None, is_silent=True),
        Pulse("delivery", None, is_silent=True),
    ]


@pytest.mark.parametrize(
    ("tick", "name"),
    [(tasks.send_due_reminders, "reminders"), (tasks.deliver, "delivery")],
    ids=["reminders", "delivery"],
)
def test_each_tick_leaves_its_heartbeat_and_no_other(tick, name, at, clock):
    tick()
    assert list(Heartbeat.objects.values_list("name", "at", "problem")) == [(name, at, "")]


def test_next_tick_takes_the_place_of_the_one_before(at, clock):
    tasks.deliver()
    clock.shift(5 * SECOND)
    tasks.deliver()
    assert list(Heartbeat.objects.values_list("name", "at")) == [("delivery", at + 5 * SECOND)]


def test_silence_is_red_after_five_minutes_as_with_a_beat_that_was_killed_or_a_broker_that_is_gone(at, clock):
    tasks.deliver()
    assert pulse("delivery", at + 5 * MINUTE) == Pulse("delivery", 300, is_silent=False)
    assert pulse("delivery", at + 5 * MINUTE + SECOND) == Pulse("delivery", 301, is_silent=True)


def test_one_tick_does_not_speak_for_the_other(at, clock):
    tasks.deliver()
    assert [found.is_silent for found in heartbeats.read(at=at)] == [True, False]


def test_sign_from_the_future_is_none_once_the_clock_was_set_back(at, clock):
    tasks.deliver()
    assert pulse("delivery", at - timedelta(hours=4)).is_silent


def test_kind_of_reminder_that_fails_leaves_a_living_tick_with_its_name_and_no_address(monkeypatch, at, clock):
    monkeypatch.setitem(timed._SENDERS, "feedback", Sender(fail, fail, "requests for feedback"))
    with pytest.raises(ExceptionGroup, match="could not be posted: feedback"):
        tasks.send_due_reminders()
    assert not pulse("reminders", at).is_silent
    assert problem_of("reminders") == "could not be posted: feedback"


def test_source_that_fails_is_named_and_delivery_goes_on(monkeypatch, at, clock):
    monkeypatch.setitem(sources._SOURCES, "broken", fail)
    tasks.deliver()
    assert problem_of("delivery") == "could not be posted: broken"


def test_problem_is_gone_with_the_next_tick_that_has_none(monkeypatch, at, clock):
    with monkeypatch.context() as broken:
        broken.setitem(sources._SOURCES, "broken", fail)
        tasks.deliver()
    tasks.deliver()
    assert problem_of("delivery") == ""


def test_delivery_that_does_not_come_to_its_end_leaves_no_heartbeat(monkeypatch, at, clock):
    monkeypatch.setattr(tasks, "deliver_due", fail)
    with pytest.raises(LookupError):
        tasks.deliver()
    assert pulse("delivery", at) == Pulse("delivery", None, is_silent=True)
