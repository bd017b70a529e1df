"""Reading the cells of an XLSX file that a stranger sent: row by row, in little memory, as text.

A sheet is zipped XML. Libraries that read it either fill the whole rectangle that a sheet claims to have (two cells at
opposite corners are then seventeen thousand million) or need another one against hostile XML. Here expat reads it in
pieces, refuses every document type, and stops where the caller has seen enough. The archive was judged before.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import IO
from xml.parsers import expat

from forestallies.lib.archives import Archive, damaged, too_large

PIECE = 65_536
SHARED = 60_000_000  # characters of shared words in all
PART = 1_000_000  # bytes of the small parts: the list of sheets, and so on
STYLES = 8_000_000
FARTHEST = 16_384  # columns that a sheet can have
LOWEST = 1_048_576  # rows
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_REFERENCE = re.compile(r"([A-Z]{1,3})\d+")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 (days of a sheet have no zone)
Row = tuple[int, list[str]]
Handler = Callable[[str, dict[str, str]], None]


def read(file: IO[bytes], *, columns: int) -> Iterator[Row]:
    """Yield the rows of the first sheet that is shown which have something in them: their number and their cells.

    Dates are ISO 8601, whole numbers have no decimals, a formula is its last result.

    Args:
        columns: cells further to the right are cut off, all but one, by which the caller sees that there are more.

    Raises:
        ValidationError: with a sentence: damaged, or too large.
    """
    archive = Archive(file)
    try:
        book = _Book(archive)
        yield from _Sheet(book, columns).rows(archive)
    except (expat.ExpatError, ValueError, LookupError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise damaged() from error


def _parse(
    archive: Archive, name: str, start: Handler, end: Callable[[str], None], text: Callable[[str], None]
) -> Iterator[None]:
    """Read a part of the archive in pieces; yields after each."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise damaged()

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(_local(tag), attributes)
    parser.EndElementHandler = lambda tag: end(_local(tag))
    parser.CharacterDataHandler = text
    with archive.zip.open(name) as part:
        while piece := part.read(PIECE):
            parser.Parse(piece, False)
            yield
    parser.Parse(b"", True)
    yield


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _ignore(*_: object) -> None:
    return None


class _Book:
    """What the cells of a sheet refer to: shared words, and which styles are of dates."""

    def __init__(self, archive: Archive) -> None:
        self.epoch = _EPOCH
        self.sheets: list[tuple[str, bool]] = []  # the id of its relation, whether it is shown
        self.targets: dict[str, str] = {}
        self.shared: list[str] = []
        self.dates: list[bool] = []
        self._run(archive, "xl/workbook.xml", PART, self._book_part)
        self._run(archive, "xl/_rels/workbook.xml.rels", PART, self._relation)
        self._read_styles(archive)
        self._read_shared(archive)

    @property
    def first_sheet(self) -> str:
        """The name of the part that holds the first sheet that is shown.

        Raises:
            KeyError: there is none.
        """
        shown = [key for key, is_shown in self.sheets if is_shown]
        target = self.targets[(shown or [key for key, _shown in self.sheets] or [""])[0]]
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def _run(self, archive: Archive, name: str, limit: int, start: Handler) -> None:
        if archive.zip.getinfo(name).file_size > limit:
            raise too_large()
        for _piece in _parse(archive, name, start, _ignore, _ignore):
            pass

    def _book_part(self, tag: str, given: dict[str, str]) -> None:
        if tag == "workbookPr" and given.get("date1904") in ("1", "true"):
            self.epoch = _EPOCH_1904
        if tag == "sheet":
            key = next((value for name, value in given.items() if _local(name) == "id" and ":" in name), "")
            self.sheets.append((key, given.get("state", "visible") == "visible"))

    def _relation(self, tag: str, given: dict[str, str]) -> None:
        if tag == "Relationship":
            self.targets[given["Id"]] = given["Target"]

    def _read_styles(self, archive: Archive) -> None:
        if "xl/styles.xml" not in archive.names:
            return
        formats: dict[str, str] = {}
        inside = [""]

        def start(tag: str, given: dict[str, str]) -> None:
            if tag == "numFmt":
                formats[given.get("numFmtId", "")] = given.get("formatCode", "")
            elif tag in ("cellXfs", "cellStyleXfs"):
                inside[0] = tag
            elif tag == "xf" and inside[0] == "cellXfs":
                number = given.get("numFmtId", "0")
                code = _QUOTED.sub("", formats.get(number, "")).lower()
                self.dates.append(int(number) in _DATE_FORMATS or any(sign in code for sign in "dyh"))

        self._run(archive, "xl/styles.xml", STYLES, start)

    def _read_shared(self, archive: Archive) -> None:  # noqa: C901 (three small callbacks around one state)
        name = next((one for one in archive.names if one.lower() == "xl/sharedstrings.xml"), "")
        if not name:
            return
        words: list[str] = []
        state = {"wanted": False, "phonetic": False}
        size = 0

        def start(tag: str, _given: dict[str, str]) -> None:
            if tag == "si":
                words.clear()
            state["phonetic"] = state["phonetic"] or tag == "rPh"  # how a word is spoken, written above it
            state["wanted"] = tag == "t" and not state["phonetic"]

        def end(tag: str) -> None:
            state["wanted"] = False
            if tag == "rPh":
                state["phonetic"] = False
            if tag == "si":
                self.shared.append("".join(words))

        def text(piece: str) -> None:
            nonlocal size
            if state["wanted"]:
                size += len(piece)
                words.append(piece)

        for _piece in _parse(archive, name, start, end, text):
            if size > SHARED or len(self.shared) > SHARED // 10:
                raise too_large()


class _Sheet:
    """The cells of a sheet as they come by."""

    def __init__(self, book: _Book, columns: int) -> None:
        self.book, self.columns = book, columns
        self.finished: list[Row] = []
        self.cells: list[str] = []
        self.number = self.column = 0
        self.kind = self.style = ""
        self.words: list[str] = []
        self.is_value = False

    def rows(self, archive: Archive) -> Iterator[Row]:
        for _piece in _parse(archive, self.book.first_sheet, self._start, self._end, self._text):
            yield from self.finished
            self.finished.clear()

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "row":
            number = int(given.get("r", self.number + 1))
            if not self.number < number <= LOWEST:
                raise ValueError(number)  # no sheet has it twice, or below its end
            self.number = number
            self.cells, self.column = [], 0
        elif tag == "c":
            found = _REFERENCE.fullmatch(given.get("r", ""))
            self.column = _column(found[1]) if found else self.column + 1
            self.kind, self.style, self.words = given.get("t", "n"), given.get("s", ""), []
        elif tag in ("v", "t"):
            self.is_value = True

    def _text(self, piece: str) -> None:
        if self.is_value:
            self.words.append(piece)

    def _end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.is_value = False
        elif tag == "c" and (text := self._value("".join(self.words))):
            column = min(self.column, self.columns + 1)
            if column >= 1:
                self.cells += [""] * (column - len(self.cells))
                self.cells[column - 1] = text
        elif tag == "row" and any(self.cells):
            self.finished.append((self.number, self.cells))

    def _value(self, text: str) -> str:
        match self.kind:
            case "s":
                return self.book.shared[int(text)] if text else ""
            case "b":
                return {"1": "TRUE", "0": "FALSE"}.get(text, text)
            case "n":
                return self._number(text)
            case _:
                return text

    def _number(self, text: str) -> str:
        try:
            number = float(text)
        except ValueError:
            return text
        if (
            self.style
            and self.style.isdecimal()
            and int(self.style) < len(self.book.dates)
            and self.book.dates[int(self.style)]
        ):
            return self._moment(number) or text
        return str(int(number)) if abs(number) < 1e15 and number == int(number) else text

    def _moment(self, days: float) -> str:
        if not 1 <= days < 2_958_466:
            return ""
        moment = self.book.epoch + timedelta(seconds=round(days * 86_400))
        return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(" ")


def _column(letters: str) -> int:
    """A is 1, and so on."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number if number <= FARTHEST else 0
