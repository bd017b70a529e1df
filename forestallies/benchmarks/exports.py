"""The attendance report as a file, beside PostgreSQL's own COPY of the same query and a bare XlsxWriter."""

import io
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

import xlsxwriter
from django.db import connection
from django.db.models import QuerySet

from events.models import Attendance, Event, Registration
from forestallies.benchmarks.measure import Measurement, compare, rate
from forestallies.benchmarks.people import World, make_workshop, make_world
from forestallies.lib import clock
from forestallies.reports import exports, scopes
from forestallies.reports.search import Search

SIZE = 10_000  # rows of the report
WORKSHOPS = 10
REPORT = exports.REPORTS["attendance_detail"]


def measure(*, size: int, rounds: int) -> Iterator[Measurement]:
    at = clock.now()
    world = make_world(people=max(size // WORKSHOPS, 1), at=at)
    made = sum(attend(world, make_workshop(world, capacity=None, hour=n), at) for n in range(WORKSHOPS))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    scope = scopes.find("gathering", world.gathering.slug, member=None, at=at)
    for kind, baseline, bare in (
        ("csv", "COPY of the same query", copy),
        ("xlsx", "XlsxWriter on the same query", xlsx),
    ):
        order = exports.Order(REPORT, scope, Search(), kind, way="command")
        yield compare(
            what=f"{made} rows of attendance as {kind.upper()}",
            baseline=baseline,
            unit="rows",
            bare=lambda order=order, bare=bare: rate(made, lambda: bare(order, at)),  # type: ignore[misc]  # a lambda with defaults
            real=lambda order=order: rate(made, lambda: take(order, made, at)),  # type: ignore[misc]  # a lambda with defaults
            rounds=rounds,
        )


def attend(world: World, event: Event, at: datetime) -> int:
    """Everybody registered and came; gives how many."""
    Registration.objects.bulk_create(
        Registration(event=event, member=person, state="confirmed", created_at=at, state_since=at)
        for person in world.people
    )
    Attendance.objects.bulk_create(
        Attendance(
            event=event, member=person, status="attended", computed_status="attended", seconds=5000, connections=1,
            first_join_at=event.starts_at, last_leave_at=event.ends_at, source="file", match="address", recorded_at=at,
        )
        for person in world.people
    )  # fmt: skip
    return len(world.people)


def query(order: exports.Order, at: datetime) -> str:
    """The report's query as one text, its values filled in."""
    rows = order.table.rows(order.scope, order.search, at)
    assert isinstance(rows, QuerySet)  # noqa: S101 (for the type checker; reports of people are queries)
    statement, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        filled: bytes = cursor.mogrify(statement, values)
    return filled.decode()


def copy(order: exports.Order, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query(order, at)}) TO STDOUT WITH (FORMAT csv, HEADER)", io.BytesIO())


def xlsx(order: exports.Order, at: datetime) -> None:
    headings = order.table.headings(order.scope)
    with connection.cursor() as cursor, xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings)
        cursor.execute(query(order, at))
        for number, row in enumerate(cursor, 1):
            sheet.write_row(number, 0, [None if value is None else str(value) for value in islice(row, len(headings))])


def take(order: exports.Order, expected: int, at: datetime) -> None:
    written = exports.take(order, io.BytesIO(), by=None, at=at)
    if written != expected:
        raise RuntimeError(f"The report has {written} rows instead of {expected}.")
