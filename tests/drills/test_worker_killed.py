"""A worker is killed in the middle of 300 messages: none is lost, at most one comes twice."""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from forestallies.lib.clock import now
from notices import outbox
from notices.models import Notice
from notices.render import Message, Recipient
from tests.processes import kill, mail_sink, wait_for, worker

MESSAGES = 300

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


def post() -> None:
    at = now()
    postings = [
        outbox.Posting(
            message=Message(
                "drill", Recipient(f"m{n}@example.org", "M", "en", "UTC"), f"No {n}", "Text\n", "<p>Text</p>"
            ),
            key=f"drill:{n}",
        )
        for n in range(MESSAGES)
    ]
    assert outbox.post_many_once(postings, at=at) == MESSAGES


def test_killed_worker_loses_nothing_and_repeats_at_most_one(tmp_path):
    post()
    with mail_sink(tmp_path) as sink:
        ways = {"EMAIL_URL": sink.url, "OUTBOX_LEASE_SECONDS": "5"}
        with worker(tmp_path, **ways) as first:
            wait_for(lambda: len(sink) >= 60, "the first messages")
            kill(first)
        arrived = len(sink)
        assert arrived < MESSAGES, "the worker was too fast to be killed in the middle"
        assert Notice.objects.filter(state=Notice.State.SENDING).exists()
        with worker(tmp_path, **ways):
            wait_for(lambda: not Notice.objects.unfinished().exists(), "the rest of the messages")
        copies = Counter(sink.message_ids())
    assert len(copies) == MESSAGES
    assert sum(copies.values()) - MESSAGES <= 1
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.SENT}


def test_two_workers_send_each_message_once(tmp_path):
    post()
    with mail_sink(tmp_path) as sink:
        two = tmp_path / "two"
        two.mkdir()
        with worker(tmp_path, EMAIL_URL=sink.url), worker(two, EMAIL_URL=sink.url):
            wait_for(lambda: not Notice.objects.unfinished().exists(), "all messages")
        assert len(sink.message_ids()) == len(set(sink.message_ids())) == MESSAGES


def test_stopped_child_of_the_worker_is_replaced(tmp_path):
    post()
    with mail_sink(tmp_path) as sink, worker(tmp_path, EMAIL_URL=sink.url, OUTBOX_LEASE_SECONDS="5") as running:
        wait_for(lambda: len(sink) >= 30, "the first messages")
        for child in children(running.pid):
            os.kill(child, signal.SIGKILL)
        wait_for(lambda: not Notice.objects.unfinished().exists(), "the rest of the messages")
        assert len(set(sink.message_ids())) == MESSAGES


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
