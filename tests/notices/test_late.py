"""Nothing leaves late and nothing waits for ever: what is over is marked, with what kept it."""

import smtplib
from datetime import timedelta

import pytest

from notices import delivery, late
from notices.models import Notice
from tests.notices.servers import deliver

State = Notice.State
MINUTE = timedelta(minutes=1)


def ended(notice: Notice) -> tuple[str, str]:
    notice.refresh_from_db()
    return notice.state, notice.problem


@pytest.mark.parametrize(
    ("priority", "words"),
    [
        (Notice.Priority.ANSWER, "Its time was over before it could be sent."),
        (Notice.Priority.REMINDER, "The hour of this reminder passed before it could be sent."),
    ],
)
def test_what_waits_beyond_its_time_is_missed_and_says_why(write, at, priority, words):
    notice = write("offered", priority=priority, wait_until=at + MINUTE, expires_at=at + 5 * MINUTE)
    assert deliver(at + 5 * MINUTE) == {}
    assert ended(notice) == (State.MISSED, words)
    assert notice.finished_at == at + 5 * MINUTE


def test_attempt_that_would_come_after_its_time_does_not_hang(write, server, at):
    server.answers = [smtplib.SMTPDataError(451, b"later")]
    notice = write("offered", expires_at=at + 10 * timedelta(seconds=1))
    assert deliver(at) == {"retry": 1}
    assert deliver(at + 10 * timedelta(seconds=1)) == {}
    assert ended(notice) == (State.MISSED, "Its time was over before it could be sent. 451 later")


def test_time_that_ends_between_claim_and_sending_ends_the_message(write, at):
    notice = write("reminder_1h", priority=Notice.Priority.REMINDER, expires_at=at + MINUTE)
    moments = iter([at, at])
    assert delivery.deliver_due(clock=lambda: next(moments, at + MINUTE)) == {"missed": 1}
    assert ended(notice) == (State.MISSED, late.HOUR_PASSED)


def test_what_a_dead_worker_had_in_hand_ends_after_its_lease(write, at):
    notice = write("offered", expires_at=at + MINUTE)
    assert len(delivery.claim(worker="dead", at=at, size=1)) == 1
    deliver(at + delivery.LEASE)
    assert ended(notice) == (State.SENDING, "")
    deliver(at + delivery.LEASE + MINUTE)
    assert ended(notice) == (State.MISSED, late.IN_HAND)


def test_what_is_in_time_is_left_alone(write, at):
    waiting = write("offered", wait_until=at + MINUTE, expires_at=at + 2 * MINUTE)
    late.mark_missed(at=at + 2 * MINUTE - timedelta(seconds=1), lease=delivery.LEASE)
    assert ended(waiting) == (State.QUEUED, "")


def test_slow_server_does_not_cost_the_lease_of_what_comes_later_in_the_batch(post, at):
    """Each message takes a minute; the lease of all began with the first one."""
    post(5)
    elapsed = iter(range(100))
    assert delivery.deliver_due(clock=lambda: at + next(elapsed) * MINUTE / 4) == {"sent": 5}
    taken = Notice.objects.order_by("id").values_list("claimed_at", "finished_at", "attempts")
    assert all(finished - claimed < delivery.LEASE for claimed, finished, _attempts in taken)
    assert [attempts for *_moments, attempts in taken] == [1] * 5
    assert len({claimed for claimed, *_rest in taken}) > 1


def test_run_without_late_messages_costs_one_query(post, at, django_assert_num_queries):
    post(20)
    with django_assert_num_queries(3):  # two of the transaction
        late.mark_missed(at=at, lease=delivery.LEASE)
