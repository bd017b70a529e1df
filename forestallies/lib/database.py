"""Database functions of the portal, for queries and indexes, and statements on many rows at once."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Aggregate, BooleanField, CharField, ExpressionWrapper, Func, Q, QuerySet, Value

Row = TypeVar("Row")
Rows = TypeVar("Rows", bound="QuerySet[Any]")


class Fold(Func):
    """Fold text for search, sorting and comparison: lower case without accents (`fa_fold` in the database)."""

    function = "fa_fold"
    output_field = CharField()


class Median(Aggregate):
    """The middle value, of numbers or of lengths of time; None without rows."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    name = "Median"


def alike(rows: Rows, name: str, *, at_least: float) -> Rows:
    """Those whose folded `name` is or resembles this one, the same first, then the most alike.

    Each gets `is_same` and `likeness`, from 0 to 1 (0, too, for the same name without a letter or a digit). Goes
    through the indexes over `Fold("name")`, a plain and a trigram one, where the model has them.

    Args:
        at_least: of likeness. Below the limit at which the index begins, nothing is found: 0.3, or what
            `resembling` says. Asked inside that block the index leaves out early what would be thrown away later;
            among 100,000 names that is most of the work.
    """
    folded = Fold(Value(name))
    found = rows.alias(folded=Fold("name")).annotate(
        likeness=TrigramSimilarity(Fold("name"), folded),  # type: ignore[arg-type]  # it takes expressions as well
        is_same=ExpressionWrapper(Q(folded=folded), output_field=BooleanField()),
    )
    wanted = Q(folded=folded) | Q(folded__trigram_similar=folded, likeness__gte=at_least)
    return found.filter(wanted).order_by("-is_same", "-likeness", "pk")


@contextmanager
def forgiving(alike: float) -> Iterator[None]:
    """Let `trigram_word_similar` find what is so much alike, from 0 to 1, until the end of the block.

    The operator that an index can answer takes its limit from the session; 0.6 is PostgreSQL's own.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(alike)])
        yield


@contextmanager
def resembling(alike: float) -> Iterator[None]:
    """Let the index find names that are so much alike, from 0 to 1, and no others, until the end of the block.

    For queries of `alike`, which must be evaluated inside it. 0.3 is PostgreSQL's own limit.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(alike)])
        yield
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', '0.3', true)")


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
