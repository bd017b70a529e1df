"""Database functions of the portal, for queries and indexes, and statements on many rows at once."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import CharField, Func

Row = TypeVar("Row")


class Fold(Func):
    """Fold text for search, sorting and comparison: lower case without accents (`fa_fold` in the database)."""

    function = "fa_fold"
    output_field = CharField()


@contextmanager
def forgiving(alike: float) -> Iterator[None]:
    """Let `trigram_word_similar` find what is so much alike, from 0 to 1, until the end of the block.

    The operator that an index can answer takes its limit from the session; 0.6 is PostgreSQL's own.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(alike)])
        yield


def execute_values(statement: str, rows: Iterable[Sequence[Any]], *, page: int = 1_000) -> list[tuple[Any, ...]]:
    """Run a statement on rows of values, a page of them at a time, and return what it returns.

    For what Django's insert cannot say. Values are quoted by the driver, never by us.

    Args:
        statement: with one `%s` where the rows stand, as in `INSERT … VALUES %s RETURNING id`.
        rows: all of the same length.
    """
    found: list[tuple[Any, ...]] = []
    before, after = statement.split("%s")
    with connection.cursor() as cursor:
        for chunk in batched(rows, page):
            template = f"({','.join(['%s'] * len(chunk[0]))})"
            values = ",".join(cursor.mogrify(template, row).decode() for row in chunk)
            cursor.execute(before + values + after)
            found += cursor.fetchall()
    return found


def batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Cut rows, or whatever else, into lists of at most `size`."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
