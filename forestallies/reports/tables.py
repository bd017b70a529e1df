"""What every table of a report is made of."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from forestallies.lib.spreadsheets import Value
from forestallies.reports.scopes import KINDS, Scope
from forestallies.reports.search import Search

Column = tuple[
    str, str | Callable[[Any], Value] | None
]  # heading; a fact's name, a function of the row, or nothing yet
Shown = tuple[str | Promise, Callable[[Any], Any]]  # a column of the page


@dataclass(frozen=True)
class Made:
    """Facts that are counted, not selected: few, and in memory. It answers what an export asks of a query."""

    facts: Sequence[dict[str, Any]]

    def count(self) -> int:
        return len(self.facts)

    def iterator(self, chunk_size: int) -> Iterator[dict[str, Any]]:
        yield from self.facts


Rows = QuerySet[Any, Any] | Made


@dataclass(frozen=True)
class Table:
    """One report.

    Attributes:
        name: of the file and the command, `attendance_detail`; `templates/reports/_<name>.html` defines its words.
        title: what the page calls it, for a scope.
        columns: of the file, in order.
        shown: the columns of the page, fewer, for reading; the person and her organisation stand before them.
        rows: the query, in a stable order; its rows are dicts of facts.
        reader: prepares what rows need once per report, and gives the function that makes each row readable.
        asks: the fields of the search that mean something here.
        about: the kinds of scope that it can be made of.
        prepare: gives the scope as this report and search want it, before anything else is asked of the table.
    """

    name: str
    title: Callable[[Scope], str | Promise]
    columns: Callable[[Scope], Sequence[Column]]
    shown: Callable[[Scope], Sequence[Shown]]
    rows: Callable[[Scope, Search, datetime], Rows]
    reader: Callable[[Scope], Callable[[dict[str, Any]], SimpleNamespace]]
    asks: tuple[str, ...] = ("session", "group", "country", "status", "gender")
    about: tuple[str, ...] = KINDS
    prepare: Callable[[Scope, Search], Scope] = lambda scope, _search: scope

    @property
    def page_name(self) -> str:
        """The last part of the page's address: `attendance_detail` is `…/detail/`."""
        return self.name.removeprefix("attendance_")

    def headings(self, scope: Scope) -> list[str]:
        return [heading for heading, _how in self.columns(scope)]

    def values(self, scope: Scope, facts: Iterable[dict[str, Any]]) -> Iterable[list[Value]]:
        """Turn facts into the cells of the file, one row at a time."""
        columns, read = self.columns(scope), self.reader(scope)
        for fact in facts:
            row = read(fact)
            yield [cell(row, how) for _heading, how in columns]


def cell(row: SimpleNamespace, how: str | Callable[[Any], Value] | None) -> Value:
    """One value of a row; an empty text is an empty cell."""
    if how is None:
        return None
    value = getattr(row, how) if isinstance(how, str) else how(row)
    return None if value == "" else value
