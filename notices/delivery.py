"""Delivery: claim what is due, ask its guard, draw its words, send it, write down what happened.

At least once: a worker that dies between sending and writing repeats at most the one message it had in hand, with the
same Message-ID. The claim is committed before the mail server is spoken to, so no transaction waits for the network;
while the database writes an outcome down, the next message is made, and leaves when that is written.

What may leave now is decided when it is claimed (`notices.rate`, `notices.unwanted`, `notices.pacing`) and looked at
once more before it is sent (`notices.refusals`, and night may have fallen meanwhile).
"""

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q

from notices import drawers, late, pacing, preparing, rate, refusals, smtp_answers, unwanted
from notices.ledger import Ledger
from notices.mime import NoticeMail, email_message
from notices.models import Notice
from notices.preparing import Ready
from notices.smtp_answers import Meaning

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)  # longer than a server can keep one message, twice over
MAX_ATTEMPTS = 10
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=30)

UNREACHABLE = "unreachable"  # an outcome of a run, not a state: the mail server did not answer

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Hand:
    """What a worker works with while it sends one batch."""

    worker: str
    clock: Clock
    connection: BaseEmailBackend
    addresses: refusals.Book
    ledger: Ledger


def deliver_due(*, clock: Clock, limit: int | None = None) -> dict[str, int]:
    """Send everything that is due, batch by batch, and count the outcomes by state.

    Safe to run in any number of processes at once: each row is claimed by one of them. Stops early when the mail server
    cannot be reached, or when it has got what it takes in a minute; what is left then waits for the next run.

    Args:
        clock: tells the present instant; asked again for every message, because sending takes time.
        limit: at most this many messages (no limit when None).
    """
    late.mark_missed(at=clock(), lease=LEASE)
    with Ledger() as ledger:
        return _deliver(ledger, clock=clock, limit=limit)


def _deliver(ledger: Ledger, *, clock: Clock, limit: int | None) -> dict[str, int]:
    outcomes: dict[str, int] = {}
    worker = f"{uuid4()}"
    while limit is None or sum(outcomes.values()) < limit:
        size = BATCH if limit is None else min(BATCH, limit - sum(outcomes.values()))
        claimed = claim(worker=worker, at=clock(), size=size)
        if not claimed:
            break
        reachable = True
        for state in _send_batch(claimed, ledger, worker=worker, clock=clock):
            outcomes[state] = outcomes.get(state, 0) + 1
            reachable = reachable and state != UNREACHABLE
        if not reachable:
            break
    return outcomes


def claim(*, worker: str, at: datetime, size: int) -> list[Notice]:
    """Take up to `size` due messages for one worker, the most urgent first.

    Rows that another worker has in hand are passed over, unless its lease ran out: then it has died. Those that have to
    wait are put aside until their moment. The rest is taken in hand, with what keeps it from leaving where something
    does; nothing is left to do when there is none.
    """
    while True:
        with transaction.atomic():
            ration = rate.ration(at=at, size=size, lease=LEASE)
            due = _lock_due(ration, at=at)
            unwanted.mark(due)
            rows = pacing.let_go(due, at=at)
            _take_in_hand(rows, worker=worker, at=at)
        if rows or not due:
            return rows


def _lock_due(ration: rate.Ration, *, at: datetime) -> list[Notice]:
    if not ration.size:
        return []
    free = Q(state__in=[Notice.State.QUEUED, Notice.State.RETRY]) | Q(
        state=Notice.State.SENDING, claimed_at__lt=at - LEASE
    )
    due = Notice.objects.filter(free, next_attempt_at__lte=at).select_for_update(skip_locked=True)
    if ration.only_sign_in:
        due = due.filter(priority=Notice.Priority.SIGN_IN)
    rows = list(due.order_by("priority", "next_attempt_at", "id")[: ration.size])
    for row in rows:
        row.waited_as = Notice.State.QUEUED if row.state == Notice.State.QUEUED else Notice.State.RETRY
    return rows


def _take_in_hand(rows: list[Notice], *, worker: str, at: datetime) -> None:
    for row in rows:
        row.state, row.claimed_at, row.claimed_by, row.attempts = Notice.State.SENDING, at, worker, row.attempts + 1
    if rows:
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=Notice.State.SENDING, claimed_at=at, claimed_by=worker, attempts=F("attempts") + 1
        )


def _send_batch(rows: list[Notice], ledger: Ledger, *, worker: str, clock: Clock) -> Iterator[str]:
    """Send claimed messages over one connection, committing after each; yield each one's outcome.

    Ends in the middle when the server is out of reach, and when it is so slow that the lease could run out: another
    worker would take up what is still in this one's hand.
    """
    hand = Hand(worker, clock, get_connection(), refusals.Book(rows), ledger)
    enough = clock() + LEASE / 2
    try:
        for number, ready in enumerate(preparing.in_turn(rows, clock=clock)):
            at = clock()
            if number and at > enough:
                _put_back(rows[number:], worker=worker)
                return
            outcome = _send_one(ready, hand, at=at)
            yield outcome
            if outcome == UNREACHABLE:
                _put_back(rows[number + 1 :], worker=worker)
                return
    finally:
        _close(hand.connection)


def _send_one(ready: Ready, hand: Hand, *, at: datetime) -> str:
    row = ready.row
    if ending := _ending(ready, hand, at=at):
        state, reason = ending
        return _finish(row, state, hand, at, reason)
    if (daybreak := pacing.daybreak(row, at)) > at:  # night fell after it was claimed
        _put_back([row], worker=hand.worker, next_attempt_at=daybreak)
        return row.waited_as.value
    try:
        refusals.check_usable(row.address)
        message = email_message(row, hand.connection)
        message.finish()
    except refusals.UnusableAddress as error:
        return _not_taken(row, hand, error, at=at)
    except Exception as error:  # a poison message fails alone and loudly; the rest of the batch goes on
        logger.exception("notice %s cannot be made into a mail", row.pk)
        return _finish(row, Notice.State.FAILED, hand, at, preparing.describe(error))
    return _hand_over(row, message, hand, at=at)


def _ending(ready: Ready, hand: Hand, *, at: datetime) -> Notice.Ending | None:
    """How a message ends that must not leave, and why; None for one that may."""
    row = ready.row
    if at >= row.expires_at:
        return Notice.State.MISSED, late.words_for(row)
    if row.hindrance:
        return row.hindrance
    if hand.addresses.stops(row):
        return Notice.State.SUPPRESSED, refusals.STOPPED
    if not ready.verdict.ok:
        return Notice.State.SUPPRESSED, ready.verdict.reason
    if pacing.daybreak(row, at) >= row.expires_at:
        return Notice.State.MISSED, pacing.NIGHT
    return (Notice.State.FAILED, ready.problem) if ready.problem else None


def _hand_over(row: Notice, message: NoticeMail, hand: Hand, *, at: datetime) -> str:
    """Give a mail to the server and write down its answer, when the answer before is written."""
    hand.ledger.settle()
    try:
        hand.connection.open()
    except OSError as error:  # whatever it says before it hears of a message
        return _out_of_reach(row, hand, preparing.describe(error), at=at)
    try:
        message.send()
    except (OSError, ValueError) as error:  # all of smtplib's are an OSError
        return _not_taken(row, hand, error, at=at)
    outcome = _finish(row, Notice.State.SENT, hand, hand.clock())  # rate and distance count from here
    hand.addresses.write_taken(row)
    return outcome


def _not_taken(row: Notice, hand: Hand, error: OSError | ValueError, *, at: datetime) -> str:
    """Try again later what the server refused for now (4xx); fail visibly what it refused for good."""
    meaning, words = smtp_answers.read(error)
    if meaning == Meaning.OUT_OF_REACH:
        return _out_of_reach(row, hand, words, at=at)
    _close(hand.connection)  # after a refusal some servers want a fresh greeting
    if meaning == Meaning.LATER and row.attempts < MAX_ATTEMPTS:
        return _retry(row, hand, at, words)
    logger.error("notice %s was refused for good: %s", row.pk, words)
    if meaning == Meaning.NO_SUCH_ADDRESS:
        hand.addresses.write_refused(row, words, at=at)
    return _finish(row, Notice.State.FAILED, hand, at, words)


def _out_of_reach(row: Notice, hand: Hand, words: str, *, at: datetime) -> str:
    """Not the message's fault: its attempts are not used up, and the rest of the batch need not try."""
    _close(hand.connection)
    row.attempts -= 1
    logger.warning("the mail server is out of reach: %s", words)
    _retry(row, hand, at, words)
    return UNREACHABLE


def _retry(row: Notice, hand: Hand, at: datetime, problem: str) -> str:
    delay = min(FIRST_DELAY * 2 ** max(row.attempts - 1, 0), LONGEST_DELAY)
    row.next_attempt_at = at + delay * random.uniform(1, 1.25)  # noqa: S311 (spreads the load, guards nothing)
    row.problem = problem
    return _write(row, hand, Notice.State.RETRY, keep_words=False)


def _finish(row: Notice, state: Notice.State, hand: Hand, at: datetime, problem: str = "") -> str:
    row.finished_at, row.problem = at, problem
    return _write(row, hand, state, keep_words=row.sensitive or row.facts is not None)


_OUTCOME = ("state", "finished_at", "next_attempt_at", "problem", "attempts")
_OURS = "WHERE id = %s AND state = 'sending' AND claimed_by = %s"
# Written out: the one statement of each message, for which Django's own would take longer than the mail server.
_WRITE = f"UPDATE notices_notice SET {', '.join(f'{name} = %s' for name in _OUTCOME)} {_OURS}"  # noqa: S608 (names)
_WRITE_WITH_WORDS = _WRITE.replace("SET ", f"SET {', '.join(f'{name} = %s' for name in drawers.WORDS)}, ")


def _write(row: Notice, hand: Hand, state: Notice.State, *, keep_words: bool) -> str:
    """Write an outcome down, for good. Only what is still ours: after a lost lease another worker's word counts.

    Args:
        keep_words: the words it left in, or would have, are kept. Those of a security mail are blanked once sent.
    """
    row.state = state
    if row.sensitive and state == Notice.State.SENT:
        row.text = row.html = ""
    words = [getattr(row, name) for name in drawers.WORDS] if keep_words else []
    values = [getattr(row, name) for name in _OUTCOME]
    statement = _WRITE_WITH_WORDS if keep_words else _WRITE
    hand.ledger.write(statement, [*words, *values, row.pk, hand.worker])
    return state.value


def _put_back(rows: list[Notice], *, worker: str, **values: datetime) -> None:
    """Free claimed messages that were not tried; they wait as before, and are due at once unless told otherwise."""
    for state in (Notice.State.QUEUED, Notice.State.RETRY):
        if keys := [row.pk for row in rows if row.waited_as == state]:
            Notice.objects.filter(pk__in=keys, state=Notice.State.SENDING, claimed_by=worker).update(
                state=state, attempts=F("attempts") - 1, claimed_at=None, claimed_by="", **values
            )


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:  # the server is gone already, which is what closing wants
        logger.debug("the mail connection was already closed: %s", error)
