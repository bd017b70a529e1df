"""Everything stood still for hours: what is still of use is sent once, what is stale is written down as missed."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from forestallies.lib.clock import now
from notices.models import Heartbeat, Notice
from tests.drills.ledger import assert_told, rows_of
from tests.drills.messages import events_with_people, remaining
from tests.processes import ROOT, environment, mail_sink, wait_for, worker

PEOPLE = 20
BEGAN, NEAR, TOMORROW = -timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=20)

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _events_of_which_nobody_was_reminded() -> None:
    for starts_in in (BEGAN, NEAR, TOMORROW):
        list(events_with_people(1, people=PEOPLE, starts_in=starts_in, reminders=["24h", "1h"]))


def send_due_reminders(*words: str) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "manage.py", "send_due_reminders", "--json", *words],
        cwd=ROOT, env=environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ledger() -> dict[tuple[str, str], int]:
    kinds = Notice.objects.values_list("kind", "state")
    return {pair: sum(pair == other for other in kinds) for pair in kinds}


def test_reminders_of_the_hours_before_are_missed_and_the_present_ones_sent(tmp_path):
    assert send_due_reminders()["reminders"] == 2 * PEOPLE
    assert send_due_reminders()["reminders"] == 0
    with mail_sink(tmp_path) as sink, worker(tmp_path, EMAIL_URL=sink.url):
        wait_for(lambda: not remaining(), "the reminders")
        assert_told(sink, rows_of(Notice.objects.all()), kills=0)
        assert len(sink) == 2 * PEOPLE
    assert ledger() == {
        ("reminder_24h", "sent"): PEOPLE,  # of tomorrow's event
        ("reminder_24h", "missed"): 2 * PEOPLE,  # of the near one and the one that began
        ("reminder_1h", "sent"): PEOPLE,  # of the near one
        ("reminder_1h", "missed"): PEOPLE,  # of the one that began
    }


def test_after_a_day_of_silence_nobody_is_reminded_of_what_began_meanwhile(tmp_path):
    at = now() + timedelta(hours=25)
    assert send_due_reminders("--at", at.isoformat())["reminders"] == 0
    assert ledger() == {
        ("reminder_24h", "missed"): 3 * PEOPLE,
        ("reminder_1h", "missed"): 3 * PEOPLE,
        ("feedback_request", "queued"): 3 * PEOPLE,  # all three are over; it waits for its hour
    }
    with mail_sink(tmp_path) as sink, worker(tmp_path, EMAIL_URL=sink.url) as running:
        wait_for(Heartbeat.objects.filter(name="delivery").exists, "a tick of delivery")
        assert running.poll() is None
        assert len(sink) == 0
