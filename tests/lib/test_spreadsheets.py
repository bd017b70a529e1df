"""What leaves in a table comes back equal, and no program takes it for a formula."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forestallies.lib import spreadsheets

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HOSTILE = [
    "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\ufeff=1", "\u200b@x",
    "＝1", "＋1", "－1", "＠x", "'=1+1", "''+1", '"=1"', "a,b;c\td", "line\nbreak", "\u202eabc", "🌳", "Ñandú",
    "<b>&amp;", "_x0041_", "http://example.org", "",
]  # fmt: skip
PHONES = ["+233 20 000 0000", "+51 (1) 555-0100", "+233200000000"]


def hostile(test):
    for text in [*HOSTILE, *PHONES]:
        test = example(text=text)(test)
    return given(text=st.text())(test)


def as_csv(*rows, headings=("heading",)):
    file = io.BytesIO()
    assert spreadsheets.write_csv(file, headings, rows) == len(rows)
    return file.getvalue().decode("utf-8-sig")


def read_csv(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def as_xlsx(*rows, headings=("heading",)):
    """The cells of a workbook as (type, value) by reference, read without a spreadsheet library; None is no cell."""
    file = io.BytesIO()
    assert spreadsheets.write_xlsx(file, headings, rows) == len(rows)
    sheet = ET.fromstring(zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml"))  # noqa: S314 (our own)
    assert sheet.findall(f".//{SHEET}f") == [] and sheet.findall(f".//{SHEET}hyperlink") == []
    return {cell.get("r"): (cell.get("t", "n"), content(cell)) for cell in sheet.iter(f"{SHEET}c")}


def content(cell):
    if cell.get("t") != "inlineStr":
        return float(cell.findtext(f"{SHEET}v"))
    text = cell.findtext(f"{SHEET}is/{SHEET}t") or ""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


@hostile
def test_csv_gives_every_text_back(text):
    cell = read_csv(as_csv([text, "end"], headings=["heading", "end"]))[1][0]
    assert spreadsheets.armed(cell) == spreadsheets.printable(text)


@hostile
def test_csv_cell_never_starts_a_formula(text):
    cell = read_csv(as_csv([text, "end"], headings=["heading", "end"]))[1][0]
    visible = cell.lstrip().lstrip("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff").lstrip()
    assert spreadsheets.is_phone_number(cell) or visible[:1] not in tuple("=+-@＝＋－＠")
    assert cell[:1] not in ("\t", "\r")


@hostile
def test_xlsx_holds_text_as_text(text):
    cells = as_xlsx([text])
    wanted = spreadsheets.printable(text).replace("\r\n", "\n").replace("\r", "\n")
    assert cells == {"A1": ("inlineStr", "heading")} | ({"A2": ("inlineStr", wanted)} if wanted else {})


@hostile
def test_json_gives_every_text_back(text):
    file = io.BytesIO()
    spreadsheets.write_json(file, ["heading"], [[text], ["end"]])
    assert json.loads(file.getvalue()) == [{"heading": spreadsheets.printable(text) or None}, {"heading": "end"}]


@pytest.mark.parametrize("text", HOSTILE[:17])
def test_formula_gets_an_apostrophe(text):
    assert spreadsheets.defused(text) == f"'{text}"


@pytest.mark.parametrize("text", [*PHONES, "Ana", "a=1", "2-3", "(+1)", ""])
def test_harmless_text_keeps_its_form(text):
    assert spreadsheets.defused(text) == text


@pytest.mark.parametrize("text", ["+", "+ 1", "+1+1", "+1=2", "++1", "+1a", "-233 20", "+1\n", "+1,2", "+٢٣"])
def test_what_is_almost_a_phone_number_is_defused(text):
    assert spreadsheets.defused(text) == f"'{text}"


def test_csv_types():
    row = [-5, 1.5, True, False, None, date(2026, 12, 2), datetime(2026, 12, 2, 13, tzinfo=UTC), float("nan")]
    text = as_csv(row, headings=list("abcdefgh"))
    assert text == "a,b,c,d,e,f,g,h\r\n-5,1.5,true,false,,2026-12-02,2026-12-02T13:00:00Z,\r\n"


def test_csv_begins_with_a_byte_order_mark():
    file = io.BytesIO()
    spreadsheets.write_csv(file, ["name"], [["Ñandú"]])
    assert file.getvalue() == "\ufeffname\r\nÑandú\r\n".encode()


def test_xlsx_types():
    row = [-5, 1.5, True, None, date(2026, 12, 2), datetime(2026, 12, 2, 12, tzinfo=UTC), float("inf")]
    cells = as_xlsx(row, headings=list("abcdefg"))
    assert {key: cell for key, cell in cells.items() if key.endswith("2")} == {
        "A2": ("n", -5), "B2": ("n", 1.5), "C2": ("b", 1), "E2": ("n", 46358), "F2": ("n", 46358.5),
    }  # fmt: skip


def test_times_are_in_the_zone_of_the_heading():
    noon = datetime(2026, 12, 2, 12, tzinfo=UTC)
    headings = ["start (America/Lima)", "start_utc", "start (somewhere)"]
    assert read_csv(as_csv([noon] * 3, headings=headings))[1] == [
        "2026-12-02T07:00:00-05:00", "2026-12-02T12:00:00Z", "2026-12-02T12:00:00Z",
    ]  # fmt: skip
    assert as_xlsx([noon] * 3, headings=headings)["A2"][1] == pytest.approx(46358 + 7 / 24)


@pytest.mark.parametrize("name", spreadsheets.FORMATS)
def test_time_without_zone_is_refused(name):
    with pytest.raises(ValueError, match="without a zone"):
        spreadsheets.FORMATS[name].write(io.BytesIO(), ["at"], [[datetime(2026, 12, 2)]])


def test_overlong_text_is_cut_for_xlsx_only():
    long = "x" * 40_000
    cut = as_xlsx([long])["A2"][1]
    assert (len(cut), cut[-1]) == (32_767, "…")
    assert read_csv(as_csv([long]))[1] == [long]


def test_sheet_that_would_overflow_is_refused(monkeypatch):
    monkeypatch.setattr(spreadsheets, "XLSX_ROWS", 2)
    with pytest.raises(spreadsheets.TooManyRows):
        spreadsheets.write_xlsx(io.BytesIO(), ["n"], [[1], [2], [3]])


@pytest.mark.parametrize(("name", "empty"), [("csv", b"\xef\xbb\xbfn\r\n"), ("json", b"[\n]\n")])
def test_table_without_rows_is_whole(name, empty):
    file = io.BytesIO()
    assert spreadsheets.FORMATS[name].write(file, ["n"], iter([])) == 0
    assert file.getvalue() == empty


@pytest.mark.parametrize("name", spreadsheets.FORMATS)
def test_rows_are_taken_one_by_one(name):
    """A writer may not gather the rows: each is asked for only after the one before has been written."""
    alive = []

    class Watched(list):
        def __init__(self, values):
            super().__init__(values)
            alive.append(1)

        def __del__(self):
            alive.pop()

    def rows():
        for number in range(100):
            assert len(alive) <= 2
            yield Watched([number])

    assert spreadsheets.FORMATS[name].write(io.BytesIO(), ["n"], rows()) == 100
