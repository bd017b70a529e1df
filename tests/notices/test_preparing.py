"""A batch is asked about together; a poison message fails alone; nothing old leaves."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from events import emails
from notices import drawers, guards, outbox, preparing
from notices.guards import Verdict
from notices.models import Notice
from notices.render import Draft, Message
from tests.factories import EventFactory, RegistrationFactory
from tests.notices.test_outbox import message, posting

YES = Verdict(True)


@pytest.fixture
def rows(db, at):
    def make(number, **options):
        outbox.post_many_once([posting(f"hello:{index}", **options) for index in range(number)], at=at)
        return list(Notice.objects.order_by("id"))

    return make


def judge_by(monkeypatch, guard):
    monkeypatch.setitem(guards._GUARDS, "g", guard)


def draw_by(monkeypatch, drawer):
    monkeypatch.setitem(drawers._DRAWERS, "hello", drawer)


def draft():
    return Draft("hello", message().recipient, {"n": 1})


def test_guard_is_asked_once_for_a_batch(rows, at, monkeypatch):
    asked = []
    judge_by(monkeypatch, lambda refs, _at: asked.append(list(refs)) or [YES] * len(refs))
    batch = rows(3, guard="g", subject_ref="7")
    assert [one.verdict for one in preparing.prepare(batch, at=at).values()] == [YES] * 3
    assert asked == [["7", "7", "7"]]


def test_poison_subject_fails_alone(rows, at, monkeypatch):
    def guard(refs, _at):
        return [Verdict(int(ref) > 1, "too small") for ref in refs]

    judge_by(monkeypatch, guard)
    batch = rows(3, guard="g", subject_ref="7")
    batch[0].subject_ref, batch[1].subject_ref = "1", "not a number"
    found = list(preparing.prepare(batch, at=at).values())
    assert [(one.verdict.ok, bool(one.problem)) for one in found] == [(False, False), (True, True), (True, False)]
    assert found[1].problem.startswith("ValueError: ")


def test_poison_facts_fail_alone(rows, at, monkeypatch):
    def drawer(facts, _at):
        return [Message("hello", message().recipient, f"No {10 // one['n']}", "t", "h") for one in facts]

    draw_by(monkeypatch, drawer)
    batch = rows(3, message=draft())
    batch[1].facts = {"n": 0}
    found = list(preparing.prepare(batch, at=at).values())
    assert [one.row.subject for one in found] == ["No 10", "", "No 10"]
    assert [one.problem for one in found] == ["", "ZeroDivisionError: integer division or modulo by zero", ""]


def test_what_is_not_wanted_is_not_drawn(rows, at, monkeypatch):
    judge_by(monkeypatch, lambda refs, _at: [Verdict(False, "gone")] * len(refs))
    draw_by(monkeypatch, lambda _facts, _at: pytest.fail("drawn although nobody wants it"))
    batch = rows(2, message=draft(), guard="g")
    assert [one.verdict.reason for one in preparing.prepare(batch, at=at).values()] == ["gone", "gone"]


def test_broken_database_is_not_the_messages_fault(rows, at, monkeypatch):
    def guard(refs, _at):
        raise DatabaseError("gone away")

    judge_by(monkeypatch, guard)
    with pytest.raises(DatabaseError):
        preparing.prepare(rows(2, guard="g"), at=at)


@pytest.mark.parametrize(("seconds", "times"), [(0, 1), (1, 1), (3, 2), (6, 4)])
def test_what_waits_for_its_turn_is_asked_about_anew(rows, at, monkeypatch, seconds, times):
    """Four messages that take so many seconds each: an answer is used for five seconds at most."""
    asked = []
    judge_by(monkeypatch, lambda refs, _at: asked.append(len(refs)) or [YES] * len(refs))
    moments = [at]
    for _ready in preparing.in_turn(rows(4, guard="g"), clock=lambda: moments[-1]):
        moments.append(moments[-1] + timedelta(seconds=seconds))
    assert len(asked) == times
    assert asked[0] == 4


@pytest.mark.parametrize("people", [2, 20])
def test_batch_of_reminders_costs_two_queries(db, at, django_assert_num_queries, people):
    """One for the guard, one for the words, whatever their number."""
    event = EventFactory.create()
    places = [RegistrationFactory.create(event=event) for _ in range(people)]
    outbox.post_many_once([emails.reminder_24h(place, at=at) for place in places], at=at)
    batch = list(Notice.objects.all())
    with django_assert_num_queries(2):
        found = preparing.prepare(batch, at=at)
    assert {(one.verdict.ok, one.problem, bool(one.row.text)) for one in found.values()} == {(True, "", True)}
