"""PostgreSQL is stopped in the middle of delivery, gently and at once: the worker recovers, nobody is lost."""

import pytest

from notices.models import Notice
from tests.drills.cluster import Cluster, own_cluster
from tests.drills.ledger import Row, assert_told
from tests.processes import mail_sink, wait_for, worker

MESSAGES, RESTARTS, PROCESSES = 600, 2, 1
POST = f"""
import django
django.setup()
from tests.drills.messages import post
post({MESSAGES})
"""
ROWS = "SELECT message_id, state, expires_at FROM notices_notice"
REMAINING = "SELECT count(*) FROM notices_notice WHERE state IN ('queued', 'sending', 'retry')"

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


def test_database_that_restarts_during_delivery_costs_no_message(tmp_path):
    with own_cluster(tmp_path) as cluster, mail_sink(tmp_path) as sink:
        cluster.python("-c", POST)
        ways = {"DATABASE_URL": cluster.url, "EMAIL_URL": sink.url, "OUTBOX_LEASE_SECONDS": "5"}
        with worker(tmp_path, processes=PROCESSES, **ways) as running:
            for stop, moment in ((cluster.stop_fast, 60), (cluster.stop_at_once, 300)):
                wait_for(lambda moment=moment: len(sink) >= moment, f"{moment} messages")
                stop()
                assert len(sink) < MESSAGES, "the worker was too fast"
                cluster.start()
            wait_for(lambda: nobody_waits(cluster), "the rest of the messages")
            assert running.poll() is None
        rows = [Row(*values) for values in cluster.ask(ROWS)]
        assert_told(sink, rows, kills=RESTARTS * PROCESSES)
    assert {row.state for row in rows} == {Notice.State.SENT}
    assert len(rows) == MESSAGES


def nobody_waits(cluster: Cluster) -> bool:
    return cluster.ask(REMAINING) == [(0,)]
