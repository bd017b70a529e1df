"""Before a batch leaves: which of its messages are still wanted, and in which words, asked for all of them together.

What was prepared holds for FRESH; what has to wait longer for its turn is prepared anew, so that a slow mail server
does not let an old answer out.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import DatabaseError

from notices import drawers, guards
from notices.guards import Verdict
from notices.models import Notice

logger = logging.getLogger(__name__)

FRESH = timedelta(seconds=5)

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Ready:
    """A message whose turn has come. Its words are set when the verdict is yes and nothing failed.

    Attributes:
        verdict: its guard's, asked at most FRESH ago.
        problem: why it cannot be made into a mail, in words for the ledger; empty when it can.
    """

    row: Notice
    verdict: Verdict
    problem: str = ""


def in_turn(rows: Sequence[Notice], *, clock: Callable[[], datetime]) -> Iterator[Ready]:
    """Give the messages of a batch in their order, each prepared when its turn comes or shortly before."""
    ready: dict[int, Ready] = {}
    prepared_at = clock()
    for number, row in enumerate(rows):
        if not ready or clock() - prepared_at > FRESH:
            prepared_at = clock()
            ready = prepare(rows[number:], at=prepared_at)
        yield ready[row.pk]


def prepare(rows: Sequence[Notice], *, at: datetime) -> dict[int, Ready]:
    """Ask the guards and draw the words of several messages; by id.

    A poison message has a problem of its own and lets the others be.

    Raises:
        DatabaseError: the database is at fault, not the messages.
    """
    answers = _by(rows, lambda row: row.guard, lambda name, group: guards.ask_many(name, _subjects(group), at))
    found = {pk: Ready(row, *_judged(answer)) for row, (pk, answer) in zip(rows, answers.items(), strict=True)}
    wanted = [one.row for one in found.values() if one.verdict.ok and not one.problem and one.row.facts is not None]
    drawn = _by(wanted, lambda row: row.kind, lambda kind, group: drawers.draw_many(kind, _facts(group), at=at))
    for row in wanted:
        words = drawn[row.pk]
        if isinstance(words, Exception):
            found[row.pk] = Ready(row, found[row.pk].verdict, describe(words))
        else:
            drawers.fill(row, words)
    return found


def describe(error: Exception) -> str:
    """Say for the ledger why a message cannot be made into a mail."""
    return f"{type(error).__name__}: {error}"


def _judged(answer: Verdict | Exception) -> tuple[Verdict, str]:
    return (Verdict(True), describe(answer)) if isinstance(answer, Exception) else (answer, "")


def _subjects(rows: Sequence[Notice]) -> list[str]:
    return [row.subject_ref for row in rows]


def _facts(rows: Sequence[Notice]) -> list[drawers.Facts]:
    return [row.facts or {} for row in rows]


def _by(
    rows: Sequence[Notice], key: Callable[[Notice], str], ask: Callable[[str, Sequence[Notice]], Sequence[Answer]]
) -> dict[int, Answer | Exception]:
    """Put the same question about all rows of a key together; by id, in the order of the rows.

    Where a group cannot be answered, each of its rows is asked about alone, so that only the one at fault fails.
    """
    groups: dict[str, list[Notice]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    found: dict[int, Answer | Exception] = {}
    for name, group in groups.items():
        found |= dict(zip((row.pk for row in group), _asked(name, group, ask), strict=True))
    return {row.pk: found[row.pk] for row in rows}


def _asked(
    name: str, group: Sequence[Notice], ask: Callable[[str, Sequence[Notice]], Sequence[Answer]]
) -> Sequence[Answer | Exception]:
    try:
        return ask(name, group)
    except DatabaseError:
        raise  # the database is at fault, not the messages; their lease runs out and they are tried again
    except Exception as error:  # a poison message fails alone and loudly; the rest of the batch goes on
        if len(group) > 1:
            return [answer for row in group for answer in _asked(name, [row], ask)]
        logger.exception("notice %s cannot be made into a mail", group[0].pk)
        return [error]
