"""Tables that leave the portal: CSV, XLSX and JSON. Nothing else in the project writes one.

Each writer takes headings and an iterable of rows and keeps one row in memory. Values are text, numbers, booleans,
dates, aware datetimes and None (an empty cell). A datetime is written in the zone that its heading names in brackets at
the end, `starts (Africa/Accra)`, and in UTC where it names none. Whatever text comes in, no program may take it for a
formula: in XLSX text is always a text cell; in CSV, which has no types, `defused` puts an apostrophe before it.

docs/decisions/0006 gives the reasons.
"""

import csv
import io
import json
import math
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter

from forestallies.lib import zones

Value = str | int | float | bool | date | datetime | None
Row = Sequence[Value]

XLSX_ROWS = 1_048_575  # below the heading
XLSX_TEXT = 32_767  # characters in a cell

# What a spreadsheet program may start to calculate, after blanks and marks that nobody sees. Apostrophes that stand
# before it already count in, so that `armed` can take one off and get the original back.
_FORMULA = re.compile(r"'*(?:[\t\r]|[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠])")
_PHONE = re.compile(r"\+[0-9][0-9 ()\-]*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ZONE = re.compile(r"\(([^()]+)\)$")


class TooManyRows(Exception):
    """More rows than the format holds."""


@dataclass(frozen=True)
class Format:
    """One way out.

    Attributes:
        write: writes headings and rows to a binary file; returns the number of rows.
        content_type: for HTTP.
    """

    write: Callable[[BinaryIO, Sequence[str], Iterable[Row]], int]
    content_type: str


def is_phone_number(text: str) -> bool:
    """Whether text is a plus, a digit, and then only digits, blanks, hyphens and round brackets."""
    return _PHONE.fullmatch(text) is not None


def defused(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet program would calculate; phone numbers keep their form."""
    return f"'{text}" if _FORMULA.match(text) and not is_phone_number(text) else text


def armed(text: str) -> str:
    """Take the apostrophe of `defused` off again."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def printable(text: str) -> str:
    """Leave out control characters (but tab and line breaks) and broken Unicode, which no cell can hold."""
    return _UNPRINTABLE.sub("", text)


def write_csv(file: BinaryIO, headings: Sequence[str], rows: Iterable[Row]) -> int:
    """Write CSV as RFC 4180 has it, in UTF-8 with a byte order mark, without which Excel garbles accents."""
    file.write(b"\xef\xbb\xbf")
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow([defused(printable(heading)) for heading in headings])
        times = [zone_of(heading) for heading in headings]
        count = 0
        for row in rows:
            writer.writerow([_csv_value(value, zone) for value, zone in zip(row, times, strict=True)])
            count += 1
        return count
    finally:
        text.detach()


def write_json(file: BinaryIO, headings: Sequence[str], rows: Iterable[Row]) -> int:
    """Write a list of objects in UTF-8, one a line; dates and times as ISO 8601."""
    times = [zone_of(heading) for heading in headings]
    file.write(b"[")
    count = 0
    for count, row in enumerate(rows, start=1):
        values = [_json_value(value, zone) for value, zone in zip(row, times, strict=True)]
        line = json.dumps(dict(zip(headings, values, strict=True)), ensure_ascii=False)
        file.write((",\n" if count > 1 else "\n").encode() + line.encode())
    file.write(b"\n]\n")
    return count


def write_xlsx(file: BinaryIO, headings: Sequence[str], rows: Iterable[Row]) -> int:
    """Write one sheet with a frozen heading; numbers, dates and times are typed cells, text is always text.

    Raises:
        TooManyRows: a sheet ends at 1,048,576 lines.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # XlsxWriter only warns of what it leaves out
        book = xlsxwriter.Workbook(file, options)
        try:
            sheet = _Sheet(book, headings)
            count = 0
            for count, row in enumerate(rows, start=1):
                if count > XLSX_ROWS:
                    raise TooManyRows(f"An XLSX sheet holds {XLSX_ROWS:,} rows.")
                sheet.write(count, row)
        finally:
            book.close()
    return count


FORMATS = {
    "csv": Format(write_csv, "text/csv; charset=utf-8"),
    "xlsx": Format(write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": Format(write_json, "application/json"),
}


class _Sheet:
    """The one sheet of a workbook, with the cell formats and the zone of each column."""

    def __init__(self, book: xlsxwriter.Workbook, headings: Sequence[str]) -> None:
        self.sheet = book.add_worksheet()
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.times = [zone_of(heading) for heading in headings]
        bold = book.add_format({"bold": True})
        self.sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            self.sheet.set_column(column, column, max(len(heading) + 2, 12))
            self.sheet.write_string(0, column, _xlsx_text(heading), bold)

    def write(self, number: int, row: Row) -> None:
        for column, (value, zone) in enumerate(zip(row, self.times, strict=True)):
            match value:
                case None:
                    pass
                case bool():
                    self.sheet.write_boolean(number, column, value)
                case int() | float():
                    if math.isfinite(value):
                        self.sheet.write_number(number, column, value)
                case datetime():
                    self.sheet.write_datetime(number, column, local(value, zone).replace(tzinfo=None), self.moment)
                case date():
                    self.sheet.write_datetime(number, column, value, self.day)
                case _:
                    if text := _xlsx_text(value):
                        self.sheet.write_string(number, column, text)


def zone_of(heading: str) -> ZoneInfo:
    """The zone that a heading names in brackets at its end; UTC when it names none."""
    named = _ZONE.search(heading)
    return ZoneInfo(named[1] if named and named[1] in zones.known_zones() else "UTC")


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Move an instant to a zone.

    Raises:
        ValueError: it has no zone of its own, so nobody knows which instant it is.
    """
    if moment.tzinfo is None:
        raise ValueError("A datetime without a zone cannot be exported.")
    return moment.astimezone(zone)


def _iso(value: date | datetime, zone: ZoneInfo) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    there = local(value, zone)
    if zone.key == "UTC":
        return there.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return there.isoformat(timespec="seconds")


def _csv_value(value: Value, zone: ZoneInfo) -> str | int | float:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value if math.isfinite(value) else ""
        case date():
            return _iso(value, zone)
        case _:
            return defused(printable(value))


def _json_value(value: Value, zone: ZoneInfo) -> str | int | float | bool | None:
    match value:
        case None:
            return None
        case bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case date():
            return _iso(value, zone)
        case _:
            return printable(value) or None


def _xlsx_text(text: str) -> str:
    """Text as a cell of a sheet holds it: line feeds only, and no longer than it may be."""
    lines = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    return lines if len(lines) <= XLSX_TEXT else lines[: XLSX_TEXT - 1] + "…"
