"""Writing down what became of messages, while the next one is being made."""

import logging
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import psycopg2
from django.db import DatabaseError
from django.db import connection as database
from psycopg2.extras import wait_select

logger = logging.getLogger(__name__)


class Ledger:
    """Commits one statement at a time, each on its own, and does not keep its worker waiting meanwhile.

    The worker makes the next message while the database writes the last outcome, and calls `settle` before that message
    leaves: so one that dies repeats the message it had in hand, and no other. It has a connection of its own, opened
    with the first statement. Within a transaction everything belongs to that: it is written at once, as part of it.

    Raises:
        django.db.DatabaseError: the statement before failed, or this one cannot be sent.
    """

    def __init__(self) -> None:
        self._cursor: Any = None  # psycopg2's, of an asynchronous connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.settle()
        except DatabaseError:
            if error is None:
                raise
            logger.exception("an outcome could not be written down either")  # the error before says why it all ended
        finally:
            if self._cursor:
                self._cursor.connection.close()

    def write(self, statement: str, values: Sequence[Any]) -> None:
        """Send a statement to the database, once the one before is committed."""
        if database.in_atomic_block:
            with database.cursor() as cursor:
                cursor.execute(statement, values)
            return
        self.settle()
        with database.wrap_database_errors:
            self._cursor = self._cursor or _cursor()
            self._cursor.execute(statement, values)

    def settle(self) -> None:
        """Wait until all that was written is committed."""
        if self._cursor:
            with database.wrap_database_errors:
                wait_select(self._cursor.connection)


def _cursor() -> Any:
    wanted = database.get_connection_params()
    wanted.pop("cursor_factory", None)
    made = psycopg2.connect(**wanted, async_=True)
    wait_select(made)
    return made.cursor()
