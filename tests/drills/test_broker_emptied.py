"""The broker is emptied, killed, and comes back with nothing in it while messages leave: none is lost."""

import pytest

from notices.models import Notice
from tests.drills.broker import own_broker
from tests.drills.ledger import assert_told, rows_of
from tests.drills.messages import post, remaining
from tests.processes import mail_sink, wait_for, worker

BATCH = 600
KILLED = 1  # the worker ends what it has in hand when it loses the broker

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


def test_emptied_and_restarted_broker_loses_no_message(tmp_path):
    post(BATCH)
    with mail_sink(tmp_path) as sink, own_broker(tmp_path) as broker:
        ways = {"EMAIL_URL": sink.url, "REDIS_URL": broker.url, "OUTBOX_LEASE_SECONDS": "5"}
        with worker(tmp_path, processes=1, **ways):
            wait_for(lambda: len(sink) >= 50, "the first messages")
            broker.empty()
            assert remaining(), "the worker was too fast"
            wait_for(lambda: not remaining(), "the first batch, over an emptied broker")
            post(BATCH, first=BATCH)
            wait_for(lambda: len(sink) >= BATCH + 50, "the next messages")
            broker.kill()
            assert remaining(), "the worker was too fast"
            broker.start()
            wait_for(lambda: not remaining(), "the second batch, over a new broker")
            post(BATCH, first=2 * BATCH)
            wait_for(lambda: not remaining(), "what was posted afterwards")
        assert_told(sink, rows_of(Notice.objects.all()), kills=KILLED)
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.SENT}
