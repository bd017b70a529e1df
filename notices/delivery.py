"""Delivery: claim what is due, ask its guard, draw its words, send it, write down what happened.

At least once: a worker that dies between sending and writing repeats at most the one message it had in hand, with the
same Message-ID. The claim is committed before the mail server is spoken to, so no transaction waits for the network.
"""

import logging
import random
import smtplib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q

from notices import drawers, preparing
from notices.mime import NoticeMail, email_message
from notices.models import Notice
from notices.preparing import Ready

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)  # longer than a server can keep one message, twice over
MAX_ATTEMPTS = 10
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=30)
SERVER_FAILURES = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
)

UNREACHABLE = "unreachable"  # an outcome of a run, not a state: the mail server did not answer
TOO_LATE = "Its time was over before it could be sent."

Clock = Callable[[], datetime]


def deliver_due(*, clock: Clock, limit: int | None = None) -> dict[str, int]:
    """Send everything that is due, batch by batch, and count the outcomes by state.

    Safe to run in any number of processes at once: each row is claimed by one of them. Stops early when the mail server
    cannot be reached; what was claimed then waits for its next attempt.

    Args:
        clock: tells the present instant; asked again for every message, because sending takes time.
        limit: at most this many messages (no limit when None).
    """
    outcomes: dict[str, int] = {}
    worker = f"{uuid4()}"
    _mark_missed(at=clock())
    while limit is None or sum(outcomes.values()) < limit:
        size = BATCH if limit is None else min(BATCH, limit - sum(outcomes.values()))
        claimed = claim(worker=worker, at=clock(), size=size)
        if not claimed:
            break
        reachable = True
        for state in _send_batch(claimed, worker=worker, clock=clock):
            outcomes[state] = outcomes.get(state, 0) + 1
            reachable = reachable and state != UNREACHABLE
        if not reachable:
            break
    return outcomes


@transaction.atomic
def claim(*, worker: str, at: datetime, size: int) -> list[Notice]:
    """Take up to `size` due messages for one worker, the most urgent first.

    Rows that another worker has in hand are passed over, unless its lease ran out: then it has died.
    """
    free = Q(state__in=[Notice.State.QUEUED, Notice.State.RETRY]) | Q(
        state=Notice.State.SENDING, claimed_at__lt=at - LEASE
    )
    rows = list(
        Notice.objects.filter(free, next_attempt_at__lte=at)
        .select_for_update(skip_locked=True)
        .order_by("priority", "next_attempt_at", "id")[:size]
    )
    for row in rows:
        row.state, row.claimed_at, row.claimed_by, row.attempts = Notice.State.SENDING, at, worker, row.attempts + 1
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Notice.State.SENDING, claimed_at=at, claimed_by=worker, attempts=F("attempts") + 1
    )
    return rows


def _mark_missed(*, at: datetime) -> None:
    """A message whose time is over is not sent late; it is marked, so that somebody can see it."""
    Notice.objects.filter(
        state__in=[Notice.State.QUEUED, Notice.State.RETRY], expires_at__lte=at, next_attempt_at__lte=at
    ).update(state=Notice.State.MISSED, finished_at=at, problem=TOO_LATE)


def _send_batch(rows: list[Notice], *, worker: str, clock: Clock) -> Iterator[str]:
    """Send claimed messages over one connection, committing after each; yield each one's outcome."""
    connection = get_connection()
    try:
        for number, ready in enumerate(preparing.in_turn(rows, clock=clock)):
            outcome = _send_one(ready, connection, worker=worker, at=clock())
            yield outcome
            if outcome == UNREACHABLE:
                _put_back(rows[number + 1 :], worker=worker)
                return
    finally:
        _close(connection)


def _send_one(ready: Ready, connection: BaseEmailBackend, *, worker: str, at: datetime) -> str:
    row = ready.row
    if at >= row.expires_at:
        return _finish(row, Notice.State.MISSED, worker, at, TOO_LATE)
    if not ready.verdict.ok:
        return _finish(row, Notice.State.SUPPRESSED, worker, at, ready.verdict.reason)
    if ready.problem:
        return _finish(row, Notice.State.FAILED, worker, at, ready.problem)
    try:
        message = email_message(row, connection)
    except Exception as error:  # a poison message fails alone and loudly; the rest of the batch goes on
        logger.exception("notice %s cannot be made into a mail", row.pk)
        return _finish(row, Notice.State.FAILED, worker, at, preparing.describe(error))
    return _hand_over(row, message, connection, worker=worker, at=at)


def _hand_over(row: Notice, message: NoticeMail, connection: BaseEmailBackend, *, worker: str, at: datetime) -> str:
    """Give a mail to the server and write down its answer."""
    try:
        connection.open()
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        return _refused(row, worker, at, code, answer, connection)
    except SERVER_FAILURES as error:
        return _out_of_reach(row, worker, at, error, connection)
    except smtplib.SMTPResponseException as error:
        return _refused(row, worker, at, error.smtp_code, error.smtp_error, connection)
    except (smtplib.SMTPException, ValueError) as error:  # such as an address this server cannot take
        return _refused(row, worker, at, 553, f"{type(error).__name__}: {error}", connection)
    except OSError as error:
        return _out_of_reach(row, worker, at, error, connection)
    return _finish(row, Notice.State.SENT, worker, at)


def _out_of_reach(row: Notice, worker: str, at: datetime, error: Exception, connection: BaseEmailBackend) -> str:
    """Not the message's fault: its attempts are not used up, and the rest of the batch need not try."""
    _close(connection)
    row.attempts -= 1
    logger.warning("the mail server is out of reach: %s", error)
    _retry(row, worker, at, f"{type(error).__name__}: {error}")
    return UNREACHABLE


def _refused(
    row: Notice, worker: str, at: datetime, code: int, answer: bytes | str, connection: BaseEmailBackend
) -> str:
    """Try again later what the server refused for now (4xx); fail visibly what it refused for good."""
    _close(connection)  # after a refusal some servers want a fresh greeting
    words = f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"
    if 400 <= code < 500 and row.attempts < MAX_ATTEMPTS:
        return _retry(row, worker, at, words)
    logger.error("notice %s was refused for good: %s", row.pk, words)
    return _finish(row, Notice.State.FAILED, worker, at, words)


def _retry(row: Notice, worker: str, at: datetime, problem: str) -> str:
    delay = min(FIRST_DELAY * 2 ** max(row.attempts - 1, 0), LONGEST_DELAY)
    row.next_attempt_at = at + delay * random.uniform(1, 1.25)  # noqa: S311 (spreads the load, guards nothing)
    row.problem = problem
    return _write(row, worker, Notice.State.RETRY, keep_words=False)


def _finish(row: Notice, state: Notice.State, worker: str, at: datetime, problem: str = "") -> str:
    row.finished_at, row.problem = at, problem
    return _write(row, worker, state, keep_words=row.sensitive or row.facts is not None)


_OUTCOME = ("state", "finished_at", "next_attempt_at", "problem", "attempts")
_OURS = "WHERE id = %s AND state = 'sending' AND claimed_by = %s"
# Written out: the one statement of each message, for which Django's own would take longer than the mail server.
_WRITE = f"UPDATE notices_notice SET {', '.join(f'{name} = %s' for name in _OUTCOME)} {_OURS}"  # noqa: S608 (names)
_WRITE_WITH_WORDS = _WRITE.replace("SET ", f"SET {', '.join(f'{name} = %s' for name in drawers.WORDS)}, ")


def _write(row: Notice, worker: str, state: Notice.State, *, keep_words: bool) -> str:
    """Write an outcome down, for good. Only what is still ours: after a lost lease another worker's word counts.

    Args:
        keep_words: the words it left in, or would have, are kept. Those of a security mail are blanked once sent.
    """
    row.state = state
    if row.sensitive and state == Notice.State.SENT:
        row.text = row.html = ""
    words = [getattr(row, name) for name in drawers.WORDS] if keep_words else []
    values = [getattr(row, name) for name in _OUTCOME]
    with database.cursor() as cursor:
        cursor.execute(_WRITE_WITH_WORDS if keep_words else _WRITE, [*words, *values, row.pk, worker])
    return state.value


def _put_back(rows: list[Notice], *, worker: str) -> None:
    """Free claimed messages that were never tried; they are due at once for the next run."""
    for row in rows:
        row.attempts -= 1
        _write(row, worker, Notice.State.RETRY, keep_words=False)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:  # the server is gone already, which is what closing wants
        logger.debug("the mail connection was already closed: %s", error)
