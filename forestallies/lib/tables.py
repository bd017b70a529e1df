"""Tables that come in: CSV in whatever encoding and with whatever separator, and XLSX, as headings and rows of text.

Nothing is calculated: a cell that begins with an equals sign is text like any other. The apostrophe that our own
exports put before such text is taken off again (`spreadsheets.armed`).
"""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

from forestallies.lib import uploads, xlsx
from forestallies.lib.spreadsheets import armed

ROWS = 100_000
COLUMNS = 200
CELL = 10_000  # characters
ENDINGS = ("csv", "tsv", "txt", "xlsx")
SEPARATORS = (",", ";", "\t")
_LOOKED_AT = 20  # records, to find the separator
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ZERO = re.compile(r"\x00")
_PROGRAM = re.compile(r"\s*(?:#!|<[!?a-z]|%PDF|\{\\rtf)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
PIECE = 65_536
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """A file of rows, read as it is asked for.

    Attributes:
        headings: as written, one for each column.
        rows: the number of each, as a spreadsheet program counts, and as many cells as there are headings. Can be
            read once. Empty rows are left out. Raises ValidationError where the file turns out bad further down.
    """

    headings: list[str]
    rows: Iterator[Row]


def accepted() -> str:
    """The value for a form's `accept`."""
    return ",".join(f".{ending}" for ending in ENDINGS)


def open_table(file: File) -> Table:
    """Find out what a file of rows is, by its content, and read its headings.

    Raises:
        ValidationError: with a sentence: empty, too large, of another type, in letters that nobody can tell apart,
            without headings, with too many columns; or harmful to open.
    """
    ending = uploads.extension_of(file.name or "")
    if not file.size:
        raise ValidationError(_("This file is empty."))
    if file.size > uploads.most_bytes():
        raise uploads.too_large()
    if ending in uploads.MACROS:
        raise uploads.with_macros()
    if ending not in ENDINGS:
        words = _("Files of this type are not taken. You can send: %(types)s.")
        raise ValidationError(words % {"types": ", ".join(f".{one}" for one in ENDINGS)})
    file.seek(0)
    if ending == "xlsx":
        uploads.inspect(file)
        file.seek(0)
        records = xlsx.read(file, columns=COLUMNS)
    else:
        records = _csv_records(file)
    return _with_headings(_checked(records))


def _with_headings(records: Iterator[Row]) -> Table:
    _number, cells = next(records, (0, []))
    while len(cells) and not cells[-1]:
        cells = cells[:-1]
    if not cells:
        raise ValidationError(_("This file is empty."))
    if any(_ADDRESS.fullmatch(cell) for cell in cells):
        raise ValidationError(_("The first row must hold the headings of the columns. Please add them and try again."))
    return Table(cells, _body(records, len(cells)))


def _body(records: Iterator[Row], width: int) -> Iterator[Row]:
    for number, (line, cells) in enumerate(records, start=1):
        if number > ROWS:
            words = _("This file has more than %(most)s rows. Please split it into several files.")
            raise ValidationError(words % {"most": f"{ROWS:,}"})
        if any(cells[width:]):
            raise ValidationError(_("Row %(row)s has more cells than there are headings.") % {"row": line})
        yield line, (cells + [""] * (width - len(cells)))[:width]


def _checked(records: Iterator[Row]) -> Iterator[Row]:
    """Rows with something in them, no wider and no longer than a list of people needs."""
    for line, cells in records:
        if len(cells) > COLUMNS and any(cells[COLUMNS:]):
            words = _("This file has more than %(most)s columns. Please leave out what is not needed.")
            raise ValidationError(words % {"most": COLUMNS})
        if any(len(cell) > CELL for cell in cells):
            words = _("Row %(row)s has a cell with more than %(most)s characters. Is a quotation mark not closed?")
            raise ValidationError(words % {"row": line, "most": f"{CELL:,}"})
        clean = [armed(cell.replace("\x00", "")).strip() for cell in cells]
        if any(clean):
            yield line, clean


def _csv_records(file: File) -> Iterator[Row]:
    encoding = _encoding(file)
    text = _text(file, encoding)
    try:
        head = text.read(PIECE)
    finally:
        text.detach()  # else the file would be closed with it
    if _PROGRAM.match(head):
        raise no_table()
    separator = _separator(head)
    text = _text(file, encoding)
    try:
        yield from enumerate(csv.reader(text, delimiter=separator), start=1)
    except csv.Error as error:
        raise ValidationError(_("This file cannot be read as a table. Is a quotation mark not closed?")) from error
    finally:
        with suppress(ValueError):  # the file was closed before somebody read to its end
            text.detach()


def _text(file: File, encoding: str) -> io.TextIOWrapper:
    file.seek(0)
    return io.TextIOWrapper(file.file or file, encoding=encoding, newline="")


def _encoding(file: File) -> str:
    """The encoding in which all of the file makes sense.

    Raises:
        ValidationError: there is none, or it is no text.
    """
    file.seek(0)
    start = file.read(4_096)
    candidates = _candidates(start)
    if "utf-8" in candidates and b"\x00" in start:
        raise no_table()
    for encoding in candidates:
        file.seek(0)
        decoder = getincrementaldecoder(encoding)()
        # One stray control character in a name is that row's mistake; here it only tells text from programs.
        bad = _CONTROL if encoding == "cp1252" else _ZERO
        try:
            is_text = not any(bad.search(decoder.decode(piece)) for piece in file.chunks(PIECE))
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        if is_text:
            return encoding
        break
    else:
        raise ValidationError(_("Please save this text as “UTF-8”, so that every letter can be read."))
    raise no_table()


def no_table() -> ValidationError:
    return ValidationError(_("This file is not a table. Please save the list as CSV or XLSX."))


def _candidates(start: bytes) -> tuple[str, ...]:
    if start.startswith(BOM_UTF8):
        return ("utf-8-sig",)
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return ("utf-16",)
    # Western letters in UTF-16 have a zero in every second byte, the first one too; no other text has one anywhere.
    if start[0] and not any(start[1:2]) and start[1::2].count(0) > len(start) // 4:
        return ("utf-16-le",)
    if not start[0] and start[1::2].count(0) == 0 and start[::2].count(0) > len(start) // 4:
        return ("utf-16-be",)
    return ("utf-8", "cp1252")


def _separator(head: str) -> str:
    """The sign that cuts the first records into the most columns, the same number in each."""
    best, most = ",", (0.0, 0)
    for sign in SEPARATORS:
        try:
            widths = [
                len(cells) for cells in islice(csv.reader(io.StringIO(head, newline=""), delimiter=sign), _LOOKED_AT)
            ]
        except csv.Error:
            continue
        widths = (widths[:-1] if len(widths) > 2 and len(head) >= PIECE else widths) or [0]
        width = widths[0]
        alike = sum(one == width for one in widths) / len(widths) if width > 1 else 0.0
        if (alike, width) > most:
            best, most = sign, (alike, width)
    return best
