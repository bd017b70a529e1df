"""A database of its own for a benchmark: the portal's tables, empty, beside the one that is in use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit, urlunsplit

from django.core.management import call_command
from django.db import ProgrammingError, connection
from psycopg2 import errors, sql


class NotAllowed(Exception):
    """The database's user may not make databases."""


@contextmanager
def prepared_tables() -> Iterator[str]:
    """Make a database with the portal's tables, empty, for `scratch_database` to copy; yields its name.

    Raises:
        NotAllowed: with a sentence for the operator.
    """
    with _database("CREATE DATABASE {}", f"{connection.settings_dict['NAME']}_benchmark_{os.getpid()}") as name:
        with _in_use(name):
            call_command("migrate", verbosity=0, interactive=False)
        yield name


@contextmanager
def scratch_database(tables: str) -> Iterator[None]:
    """Work in a fresh copy of the prepared tables until the end of the block. The database in use is not touched."""
    with _database("CREATE DATABASE {} TEMPLATE {}", f"{tables}_work", tables) as name, _in_use(name):
        yield


def address_of(name: str) -> str:
    """DATABASE_URL for another database of the same server."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{quote(name)}"))  # noqa: SLF001 (public in spite of its name)


@contextmanager
def _database(making: str, name: str, *others: str) -> Iterator[str]:
    try:
        _make(making, name, *others)
        yield name
    finally:
        # Also when the making was broken off: a signal may come between the server's answer and the next line.
        _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _make(making: str, *names: str) -> None:
    try:
        _execute(making, *names)
    except ProgrammingError as error:
        if isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise NotAllowed(
                "The database's user may not make databases, and benchmarks work in one of their own."
            ) from error
        raise


@contextmanager
def _in_use(name: str) -> Iterator[None]:
    given = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = given


def _execute(statement: str, *names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
