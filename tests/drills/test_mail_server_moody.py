"""The mail server refuses, hangs, or shuts its door: what can leave leaves once, the rest is seen with its words."""

from datetime import timedelta

import pytest
from django.db.models import F

from forestallies.lib.clock import now
from notices.models import Notice
from tests.drills.ledger import assert_told, rows_of
from tests.drills.messages import post, remaining
from tests.drills.moody_sink import GONE, moody_sink
from tests.processes import wait_for, worker

State = Notice.State
WAYS = {"EMAIL_TIMEOUT_SECONDS": "1", "OUTBOX_LEASE_SECONDS": "10"}
FIRST_WAIT = timedelta(seconds=15)  # a message that is tried again waits for half a minute and more

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


def resting() -> bool:
    """Everything was tried, and what is left waits for its next attempt."""
    return not Notice.objects.unfinished().exclude(state=State.RETRY, next_attempt_at__gt=now()).exists()


def let_them_wait_no_longer() -> int:
    """As if the time until their next attempt were over; how many waited."""
    waiting = Notice.objects.filter(state=State.RETRY, next_attempt_at__gt=now() + FIRST_WAIT)
    return waiting.update(next_attempt_at=F("next_attempt_at") - timedelta(hours=1))


def states() -> dict[str, int]:
    return {state: number for state in State if (number := Notice.objects.filter(state=state).count())}


def test_every_third_mail_refused_for_now_is_tried_again_until_all_have_come(tmp_path):
    post(90)
    with moody_sink(every=3) as sink, worker(tmp_path, EMAIL_URL=sink.url, **WAYS):
        wait_for(lambda: sink.offered >= 90 and resting(), "a first attempt for everybody")
        assert states() == {State.SENT: 60, State.RETRY: 30}
        rounds = 0
        while remaining():
            rounds += let_them_wait_no_longer() > 0
            wait_for(resting, "the next attempts")
        assert_told(sink, rows_of(Notice.objects.all()), kills=0)
    assert states() == {State.SENT: 90}
    assert rounds == 4  # 30 were refused at first, then 10, 3 or 4, 1, and none


def test_address_refused_for_good_is_seen_at_once_with_the_servers_words_and_the_others_go_on(tmp_path):
    post(60)
    gone = {f"m{number}@example.org" for number in (7, 8, 31)}
    with moody_sink(gone=gone) as sink, worker(tmp_path, EMAIL_URL=sink.url, **WAYS):
        wait_for(lambda: not remaining(), "everything")
        assert_told(sink, rows_of(Notice.objects.all()), kills=0)
    assert states() == {State.SENT: 57, State.FAILED: 3}
    failed = Notice.objects.filter(state=State.FAILED)
    assert set(failed.values_list("address", flat=True)) == gone
    assert set(failed.values_list("problem", "attempts")) == {(GONE, 1)}


@pytest.mark.parametrize(("door", "problem"), [("closed", "421"), ("silent", "timed out")])
def test_shut_door_costs_nobody_an_attempt_and_the_rest_goes_on_with_the_next_tick(tmp_path, door, problem):
    post(60)
    with moody_sink(doors=[door]) as sink, worker(tmp_path, processes=1, EMAIL_URL=sink.url, **WAYS):
        wait_for(lambda: len(sink) == 59 and resting(), "all but the one for which the door was tried")
        waiting = Notice.objects.get(state=State.RETRY)
        assert problem in waiting.problem
        assert waiting.attempts == 0
        assert let_them_wait_no_longer() == 1
        wait_for(lambda: not remaining(), "the last one")
        assert_told(sink, rows_of(Notice.objects.all()), kills=0)
    assert states() == {State.SENT: 60}


def test_server_that_takes_a_mail_and_never_answers_keeps_a_worker_no_longer_than_the_time_allowed(tmp_path):
    post(60)
    with moody_sink(hangs_on={"m5@example.org"}) as sink:
        with worker(tmp_path, processes=1, EMAIL_URL=sink.url, **WAYS):
            wait_for(lambda: len(sink) == 59 and resting(), "all but the one that was never answered")
            waiting = Notice.objects.get(state=State.RETRY)
            assert (waiting.address, waiting.attempts) == ("m5@example.org", 0)
            assert let_them_wait_no_longer() == 1
            wait_for(lambda: not remaining(), "the last one")
        assert_told(sink, rows_of(Notice.objects.all()), kills=0)
    assert states() == {State.SENT: 60}
