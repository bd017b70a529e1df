"""An outcome is written down while the next message is made, which does not leave before it is written."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from notices import delivery, outbox
from notices.ledger import Ledger
from notices.models import Notice
from tests.conftest import NOW
from tests.notices.test_outbox import posting
from tests.processes import wait_for

WRITE = "UPDATE notices_notice SET problem = %s"
BROKEN = "UPDATE notices_notice SET state = %s"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _three_messages() -> None:
    outbox.post_many_once([posting(f"hello:{number}") for number in range(3)], at=NOW)


def problems() -> list[str]:
    return list(Notice.objects.values_list("problem", flat=True))


def send(rows: list[Notice]) -> list[str]:
    try:
        with Ledger() as ledger:
            return list(delivery._send_batch(rows, ledger, worker="one", clock=lambda: NOW))
    finally:
        connection.close()


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.rowcount > 0


def left_before_the_first_is_written() -> int:
    """How many messages have left when the outcome of the first one cannot be written yet."""
    rows = delivery.claim(worker="one", at=NOW, size=3)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Notice.objects.select_for_update().get(pk=rows[0].pk)
            sending = pool.submit(send, rows)
            wait_for(lambda: sending.done() or (somebody_waits_for_us() and len(mail.outbox) > 0), "the worker to wait")
            left = len(mail.outbox)
        assert sending.result(timeout=30) == ["sent"] * 3
    return left


def test_message_waits_for_the_outcome_of_the_one_before(mailoutbox):
    assert left_before_the_first_is_written() == 1
    assert len(mailoutbox) == 3


def test_without_waiting_two_would_leave_before_one_is_written(monkeypatch, mailoutbox):
    monkeypatch.setattr(Ledger, "settle", lambda _ledger: None)
    with pytest.raises(DatabaseError):
        left_before_the_first_is_written()
    assert len(mailoutbox) == 2


def test_all_is_committed_when_it_ends():
    with Ledger() as ledger:
        ledger.write(WRITE, ["one"])
        ledger.write(WRITE, ["two"])
    assert problems() == ["two"] * 3


def test_within_a_transaction_it_is_part_of_that():
    with transaction.atomic():
        with Ledger() as ledger:
            ledger.write(WRITE, ["one"])
            assert problems() == ["one"] * 3
        transaction.set_rollback(True)
    assert problems() == [""] * 3


def test_what_cannot_be_written_is_said_at_the_next_step():
    ledger = Ledger()
    ledger.write(BROKEN, ["unheard of"])
    with pytest.raises(DatabaseError, match="notice_state_known"):
        ledger.settle()


def write_and_fail(statement: str) -> None:
    with Ledger() as ledger:
        ledger.write(statement, ["one"])
        raise ZeroDivisionError


def test_what_was_sent_before_a_failure_is_written_all_the_same():
    with pytest.raises(ZeroDivisionError):
        write_and_fail(WRITE)
    assert problems() == ["one"] * 3


def test_failure_elsewhere_is_not_hidden_by_one_of_writing():
    with pytest.raises(ZeroDivisionError):
        write_and_fail(BROKEN)


def test_its_connection_ends_with_it():
    def others() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            [number] = cursor.fetchone() or [0]
            return int(number)

    before = others()
    with Ledger() as ledger:
        ledger.write(WRITE, ["one"])
        assert others() == before + 1
    wait_for(lambda: others() == before, "the connection to end")
