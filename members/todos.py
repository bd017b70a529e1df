"""What waits for a member's answer, from every app, in one query however many there are.

Each app makes its sources known when it is ready (`register`), as it does with its timed messages: what is to be asked
of her (rows of any table), and how one such row reads on her page. This module need not know of whom it speaks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise

from members.models import Member

MOST = 40  # of one person, so that a page stays a page


class Row(NamedTuple):
    """One thing to do as it came out of the database.

    Attributes:
        pk: of the row that asks, or of what the source chose.
        event: id of the event it is about; None for none.
        due_at: when it is too late; None for never.
    """

    source: str
    pk: int
    event: int | None
    due_at: datetime | None


@dataclass(frozen=True)
class Todo:
    """One thing to do, in words.

    Attributes:
        words: what is asked.
        about: the event or thing it is about; may be empty.
        button: what the link says.
    """

    source: str
    words: str | Promise
    about: str
    href: str
    button: str | Promise
    due_at: datetime | None = None


Titles = Mapping[int, str]
Find = Callable[[Member, datetime], QuerySet[Any]]
Read = Callable[[Row, Titles], Todo]


@dataclass(frozen=True)
class Source:
    """One kind of thing to do.

    Attributes:
        find: gives the rows that wait, made by `rows`. They become part of one statement with those of all others.
        read: says a row in words, given the titles of events by id; it asks the database nothing.
        rank: what comes first among things without an end; lower is earlier.
    """

    find: Find
    read: Read
    rank: int = 50


_SOURCES: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Make a source known under the name that its rows carry."""
    _SOURCES[name] = source


def rows(name: str, found: QuerySet[Any], *, pk: str = "pk", event: str = "", due_at: str = "") -> QuerySet[Any]:
    """Bring what was found into the four columns that all sources share.

    Args:
        pk, event, due_at: names of the fields that hold them; an empty name is nothing.
    """
    # Not the query set of a translated model, which gives its columns in any order.
    plain: QuerySet[Any, Any] = QuerySet(found.model, query=found.query.chain())
    return (
        plain.order_by()
        .annotate(
            todo_source=Value(name, output_field=CharField()),
            todo_pk=Cast(F(pk), BigIntegerField()),
            todo_event=Cast(F(event) if event else Value(None), BigIntegerField()),
            todo_due_at=Cast(F(due_at) if due_at else Value(None), DateTimeField()),
        )
        .values_list("todo_source", "todo_pk", "todo_event", "todo_due_at")
    )


def waiting(member: Member, *, at: datetime) -> list[Row]:
    """What waits for a member, what ends soonest first; in one query."""
    parts = [source.find(member, at) for source in _SOURCES.values()]
    if not parts:
        return []
    found = [Row(*values) for values in parts[0].union(*parts[1:], all=True)[:MOST]]
    return sorted(found, key=_order)


def events_of(found: Iterable[Row]) -> set[int]:
    """The ids of the events they are about, whose titles `read` wants."""
    return {row.event for row in found if row.event is not None}


def read(found: Iterable[Row], titles: Titles) -> list[Todo]:
    """Say them in words, given the titles of their events by id, in the reader's language."""
    return [_SOURCES[row.source].read(row, titles) for row in found]


def _order(row: Row) -> tuple[bool, float, int, int]:
    ends = row.due_at.timestamp() if row.due_at else 0.0
    return row.due_at is None, ends, _SOURCES[row.source].rank, row.pk
