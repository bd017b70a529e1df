"""The rows of a file on their way into the database, and what can be seen of its columns on that way."""

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from forestallies.lib.database import batched
from forestallies.lib.tables import Row, Table
from members.importing import dates, fields
from members.models import ImportMapping, ImportRow, MemberImport

SAMPLES = 3
SAMPLE_LENGTH = 80
BATCH = 5_000
_COLUMNS = ("of_id", "number", "cells", "outcome", "values", "problems", "key", "decision", "kept_because")
_COPY = f"COPY {ImportRow._meta.db_table} ({', '.join(_COLUMNS)}) FROM STDIN"
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x00": ""})


@dataclass
class Seen:
    """What was seen of a column: its first different values, and in which order its days are."""

    samples: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {dates.DMY: 0, dates.MDY: 0})

    def look(self, cell: str) -> None:
        if len(self.samples) < SAMPLES and cell[:SAMPLE_LENGTH] not in self.samples:
            self.samples.append(cell[:SAMPLE_LENGTH])
        for order in dates.orders_of(cell):
            self.counts[order] += 1

    def order(self, otherwise: str) -> str:
        """As `dates.order_of`."""
        if self.counts[dates.DMY] == self.counts[dates.MDY]:
            return otherwise if self.counts[dates.DMY] else ""
        return max(self.counts, key=lambda order: self.counts[order])


def stage(batch: MemberImport, table: Table) -> int:
    """Copy the rows of a file in and describe its columns; returns how many rows there are.

    Raises:
        ValidationError: the file turns out bad further down.
    """
    seen = [Seen() for _heading in table.headings]
    count = 0
    for rows in batched(table.rows, BATCH):
        for _number, cells in rows:
            for column, cell in zip(seen, cells, strict=True):
                if cell:
                    column.look(cell)
        _copy(batch, rows)
        count += len(rows)
    batch.columns = _described(table.headings, seen)
    return count


def _copy(batch: MemberImport, rows: Iterable[Row]) -> None:
    lines = (
        f"{batch.pk}\t{number}\t{json.dumps(cells, ensure_ascii=False).translate(_ESCAPED)}\t\t{{}}\t[]\t\t\t\n"
        for number, cells in rows
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, io.StringIO("".join(lines)))


def _described(headings: list[str], seen: list[Seen]) -> list[dict[str, object]]:
    """Columns with what they are taken for: as the last time such a form came, else by their headings."""
    month_first = dates.MDY if fields.reads_month_first(headings) else dates.DMY
    guesses = fields.guess(headings)
    columns: list[dict[str, object]] = [
        {"heading": heading, "samples": one.samples, "field": guess, "order": one.order(month_first)}
        for heading, one, guess in zip(headings, seen, guesses, strict=True)
    ]
    known = ImportMapping.objects.filter(signature=fields.signature(headings)).first()
    if known and known.fits(columns):
        for column, before in zip(columns, known.columns, strict=True):
            column["field"] = before["field"]
    return columns
