"""The one door through which a report leaves: it counts, refuses, writes and records."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from forestallies.lib.spreadsheets import FORMATS
from forestallies.reports import attendance_detail, attendance_matrix, health, registrations
from forestallies.reports.scopes import Scope
from forestallies.reports.search import Search
from forestallies.reports.tables import Table
from members.models import Member

PEOPLE = (attendance_matrix.TABLE, attendance_detail.TABLE, registrations.TABLE)  # a row is a person or one's event
HEALTH = (health.ENGAGEMENT_TABLE, health.CONFIDENCE_TABLE)  # numbers only
REPORTS: dict[str, Table] = {table.name: table for table in (*PEOPLE, *HEALTH)}
PAGE_LIMIT = 20_000  # rows that a page hands over while the reader waits
CHUNK = 1_000  # rows fetched at a time


class ExportRefused(Exception):
    """No file was made; the text says why, for the reader."""


class NothingToExport(ExportRefused):
    """No row fits the search."""


@dataclass(frozen=True)
class Order:
    """What is to be taken out.

    Attributes:
        way: page or command, for the audit.
        limit: more rows than this are refused; None for no limit.
    """

    table: Table
    scope: Scope
    search: Search
    format: str
    way: str
    limit: int | None = None

    def file_name(self, at: datetime) -> str:
        """ASCII only: the report, what it is about, the day in UTC."""
        return f"{self.table.name}_{self.scope.subject.slug}_{at:%Y-%m-%d}.{self.format}"


@transaction.atomic
def take(order: Order, file: BinaryIO, *, by: Member | None, at: datetime) -> int:
    """Write a report to a file, row by row, and record who took what; returns the number of rows.

    The audit holds the search and the number of rows, never a value. When recording fails there is no file for anybody,
    because nobody gets the file before this returns.

    Raises:
        NothingToExport: no row fits; nothing was written.
        ExportRefused: too many rows; nothing was written.
    """
    scope = order.table.prepare(order.scope, order.search)
    rows = order.table.rows(scope, order.search, at)
    count = rows.count()
    if count == 0:
        raise NothingToExport(_("There is nothing to export: no row fits."))
    if order.limit is not None and count > order.limit:
        sentence = _(
            "These are %(count)s rows, and this page gives at most %(limit)s. Choose one session or one country, or ask"
            " whoever runs the portal for the whole file (manage.py export_report)."
        )
        raise ExportRefused(sentence % {"count": count, "limit": order.limit})
    # Closed here whatever happens: the cursor in the database ends with this transaction.
    with closing(cast("Generator[Any]", rows.iterator(chunk_size=CHUNK))) as facts:
        values = order.table.values(scope, facts)
        written = FORMATS[order.format].write(file, order.table.headings(scope), values)
    record(
        verb="report.exported",
        subject=order.scope.subject,
        by=by,
        at=at,
        report=order.table.name,
        format=order.format,
        way=order.way,
        search=order.search.narrows(),
        rows=written,
    )
    return written
