"""Workers are killed, or several run at once: no message is lost, at most one per kill comes twice, none too late."""

import os
import random
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from events import reminders
from forestallies.lib.clock import now
from notices.models import Notice
from tests.drills.ledger import assert_told, rows_of
from tests.drills.messages import events_with_people, post, remaining
from tests.processes import kill, mail_sink, wait_for, worker

MESSAGES, EVENTS, PEOPLE = 2_000, 19, 100
DAY = timedelta(hours=24)
SOON = timedelta(seconds=8)
LEASE = {"OUTBOX_LEASE_SECONDS": "5"}

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


def remind_of_events() -> None:
    """Post 2,000 reminders, drawn when they leave; the last hundred close while the worker is being killed."""
    list(events_with_people(EVENTS, people=PEOPLE, starts_in=DAY - timedelta(minutes=5), reminders=["24h"]))
    [near] = events_with_people(1, people=PEOPLE, starts_in=DAY - timedelta(minutes=1), reminders=["24h"])
    assert reminders.send_due(at=now()) == MESSAGES
    closing = Notice.objects.filter(about__contains=[f"events.event:{near.pk}"])
    assert closing.update(expires_at=now() + SOON) == PEOPLE


def test_worker_killed_twice_loses_nothing_repeats_at_most_one_each_time_and_sends_nothing_late(tmp_path):
    remind_of_events()
    first, second = random.randint(100, 700), random.randint(900, 1_500)
    with mail_sink(tmp_path) as sink:
        ways, hit = {"EMAIL_URL": sink.url, **LEASE}, []
        for moment in (first, second):
            with worker(tmp_path, processes=1, **ways) as running:
                wait_for(lambda moment=moment: len(sink) >= moment, f"{moment} messages")
                kill(running)
            assert remaining(), f"the worker was too fast to be killed after {moment}"
            hit.append(Notice.objects.filter(state=Notice.State.SENDING).exists())  # not when it was between batches
        assert any(hit)
        with worker(tmp_path, **ways):
            wait_for(lambda: not remaining(), "the rest of the messages")
        assert_told(sink, rows_of(Notice.objects.all()), kills=2)
    counts = {state: Notice.objects.filter(state=state).count() for state in Notice.State}
    assert counts[Notice.State.SENT] == EVENTS * PEOPLE
    assert counts[Notice.State.MISSED] == PEOPLE


def test_two_workers_and_two_beats_send_each_message_once_and_post_each_reminder_once(tmp_path):
    list(events_with_people(2, people=100, starts_in=DAY - timedelta(minutes=1), reminders=["24h"]))
    post(100)
    two = tmp_path / "two"
    two.mkdir()
    with mail_sink(tmp_path) as sink:
        with worker(tmp_path, EMAIL_URL=sink.url), worker(two, EMAIL_URL=sink.url):
            wait_for(lambda: len(sink) >= 300, "the messages and the reminders that beat had posted")
            wait_for(lambda: not remaining(), "all messages")
        assert_told(sink, rows_of(Notice.objects.all()), kills=0)
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.SENT}
    assert Notice.objects.filter(kind="reminder_24h").count() == 200


def test_killed_child_of_the_worker_is_replaced(tmp_path):
    post(300)
    with mail_sink(tmp_path) as sink, worker(tmp_path, EMAIL_URL=sink.url, **LEASE) as running:
        wait_for(lambda: len(sink) >= 30, "the first messages")
        killed = children(running.pid)
        for child in killed:
            os.kill(child, signal.SIGKILL)
        wait_for(lambda: not remaining(), "the rest of the messages")
        assert_told(sink, rows_of(Notice.objects.all()), kills=len(killed))
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.SENT}


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
