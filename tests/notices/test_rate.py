"""In no sixty seconds more leaves than the mail server takes from us, with however many workers."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock

import pytest
from django.db import connections

from notices import delivery, turns
from notices.models import Notice
from tests.events.test_two_at_once import meet
from tests.notices.servers import deliver

State = Notice.State
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class TickingClock:
    """Moves on by half a second each time somebody looks at it, for all threads alike."""

    def __init__(self, at: datetime) -> None:
        self.at, self._lock = at, Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self.at += SECOND / 2
            return self.at


def most_within_a_minute() -> int:
    moments = list(Notice.objects.filter(state=State.SENT).values_list("finished_at", flat=True))
    return max(sum(begin <= moment < begin + MINUTE for moment in moments) for begin in moments)


def test_full_minute_leaves_the_rest_for_the_next(post, at, settings):
    settings.OUTBOX_PER_MINUTE = 3
    post(5)
    assert deliver(at) == {"sent": 3}
    assert deliver(at + MINUTE - SECOND) == {}
    assert deliver(at + MINUTE) == {"sent": 2}


def test_without_a_rate_all_go(post, at, settings):
    settings.OUTBOX_PER_MINUTE = 0
    post(60)
    assert deliver(at) == {"sent": 60}


def test_what_does_not_reach_the_server_does_not_count(post, at, settings):
    settings.OUTBOX_PER_MINUTE = 2
    post(2)
    Notice.objects.update(state=State.SUPPRESSED, finished_at=at)
    post(4)
    assert deliver(at) == {"sent": 2}


def test_what_the_server_refused_counts(post, server, at, settings):
    settings.OUTBOX_PER_MINUTE = 3
    server.answers = [smtplib.SMTPDataError(451, b"later"), smtplib.SMTPDataError(554, b"never")]
    post(5)
    assert deliver(at) == {"retry": 1, "failed": 1, "sent": 1}
    assert deliver(at + 59 * SECOND) == {}
    assert deliver(at + MINUTE) == {"sent": 3}


def test_what_was_put_back_untried_does_not_count(post, server, at, settings):
    settings.OUTBOX_PER_MINUTE = 4
    server.answers = [ConnectionRefusedError("no server")]
    post(4)
    assert deliver(at) == {"unreachable": 1}
    assert deliver(at + SECOND) == {"sent": 3}


def test_hand_of_a_dead_worker_does_not_stop_the_rest_for_ever(post, at, settings):
    settings.OUTBOX_PER_MINUTE = 2
    post(2)
    assert len(delivery.claim(worker="dead", at=at, size=50)) == 2
    assert deliver(at + delivery.LEASE) == {}
    assert deliver(at + delivery.LEASE + SECOND) == {"sent": 2}


def test_last_tenth_is_kept_free_for_signing_in(write, at, settings):
    settings.OUTBOX_PER_MINUTE = 10
    for number in range(20):
        write("offered", address=f"n{number}@example.org")
    assert deliver(at) == {"sent": 9}
    codes = [write("account/email/login_code", priority=Notice.Priority.SIGN_IN) for _ in range(2)]
    assert deliver(at + SECOND) == {"sent": 1}
    assert deliver(at + MINUTE) == {"sent": 8}
    assert {code.pk for code in codes} <= set(Notice.objects.filter(state="sent").values_list("pk", flat=True))


def test_count_costs_two_queries_for_any_number(post, at, settings, django_assert_num_queries):
    settings.OUTBOX_PER_MINUTE = 100
    for number in (3, 30):
        post(number)
        with django_assert_num_queries(6):  # two of the transaction, the turn, the count, the rows, the claim
            assert len(delivery.claim(worker="one", at=at, size=50)) == number
        Notice.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_two_workers_keep_the_rate_together(post, at, settings):
    settings.OUTBOX_PER_MINUTE = 5
    post(23)
    clock = TickingClock(at)

    def work() -> None:
        try:
            while Notice.objects.unfinished().exists():
                delivery.deliver_due(clock=clock)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work) for _ in range(2)]:
            done.result(timeout=60)
    assert Notice.objects.filter(state=State.SENT).count() == 23
    assert most_within_a_minute() == 5


def claims(worker: str, at: datetime):
    return lambda: len(delivery.claim(worker=worker, at=at, size=50))


@pytest.mark.django_db(transaction=True)
def test_second_worker_takes_what_the_first_one_leaves_of_the_minute(post, at, settings):
    settings.OUTBOX_PER_MINUTE = 3
    post(8)
    assert meet(claims("one", at), claims("two", at)) == 0
    assert Notice.objects.filter(state=State.SENDING).count() == 3


@pytest.mark.django_db(transaction=True)
def test_without_taking_turns_two_workers_take_twice_as_much(post, at, settings, monkeypatch):
    """The negative control: neither counts what the other has taken."""
    monkeypatch.setattr(turns, "wait_for_turn", lambda: None)
    settings.OUTBOX_PER_MINUTE = 3
    post(8)
    assert meet(claims("one", at), claims("two", at), waits=False) == 3
    assert Notice.objects.filter(state=State.SENDING).count() == 6
