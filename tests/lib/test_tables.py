"""Lists that come in: encodings, separators, XLSX; and what is not taken, in one sentence."""

import csv
import io
import re
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from forestallies.lib import tables
from forestallies.lib.spreadsheets import armed, write_csv, write_xlsx
from tests.processes import ROOT

NAUGHTY = (ROOT / "tests" / "data" / "naughty-strings.txt").read_text().splitlines()
ROWS = [["Nombre", "País"], ["José Ñandú", "Perú"], ["Zoë", "Côte d’Ivoire"]]


def read(data, name="list.csv"):
    table = tables.open_table(SimpleUploadedFile(name, data))
    return [table.headings, *(cells for _number, cells in table.rows)]


def refusal(data, name="list.csv"):
    with pytest.raises(ValidationError) as refused:
        read(data, name)
    [sentence] = refused.value.messages
    return sentence


def as_csv(rows, separator=","):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue()


def as_xlsx(rows, **parts):
    """A workbook, whose parts may be replaced or added."""
    file = io.BytesIO()
    write_xlsx(file, rows[0], rows[1:])
    if not parts:
        return file.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, lambda text: text)(old.read(name).decode()))
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_found(encoding, separator):
    assert read(as_csv(ROWS, separator).encode(encoding)) == ROWS


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_ends_of_lines_and_line_breaks_in_cells(ends):
    data = f'Name,"What do{ends}you do?"{ends}Ana,"a, b"{ends}'.encode()
    assert read(data) == [["Name", f"What do{ends}you do?"], ["Ana", "a, b"]]


def test_empty_rows_are_left_out_and_numbers_stay_those_of_the_spreadsheet():
    table = tables.open_table(SimpleUploadedFile("a.csv", b"Name,E-mail\n\nAna,\n,,\nBo,x\n"))
    assert list(table.rows) == [(3, ["Ana", ""]), (5, ["Bo", "x"])]


def test_formula_is_text_and_the_apostrophe_of_our_exports_goes():
    assert read(b"Name,Note\n=1+1,'=cmd\n't Hooft,'+233 20\n")[1:] == [["=1+1", "=cmd"], ["'t Hooft", "+233 20"]]


@pytest.mark.parametrize(
    ("written", "forged"),
    [
        ('row r="3"', 'row r="99999999999"'),
        ('row r="3"', 'row r="2"'),
        ('row r="3"', 'row r="-3"'),
        ('t="inlineStr"><is><t>Zoë</t></is>', 't="s"><v>9999</v>'),
    ],
)
def test_xlsx_with_numbers_that_no_sheet_has_is_damaged(written, forged):
    name = "xl/worksheets/sheet1.xml"
    data = as_xlsx(ROWS, **{name: lambda words: words.replace(written, forged)})
    assert data != as_xlsx(ROWS, **{name: lambda words: words})
    assert refusal(data, "list.xlsx") == refusal(data[: len(data) // 2], "list.xlsx")


def test_xlsx_gives_dates_numbers_and_text():
    rows = [
        ["Name", "Since", "At", "Phone", "Share"],
        ["Ana", date(2026, 8, 10), datetime(2026, 8, 10, 9, 5), 233201, 0.5],
    ]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "d/m/yyyy h:mm"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    assert read(file.getvalue(), "a.xlsx")[1] == ["Ana", "2026-08-10", "2026-08-10 09:05:00", "233201", "0.5"]


def test_first_sheet_that_is_shown_is_read():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        hidden, shown = book.add_worksheet("Old"), book.add_worksheet("People")
        hidden.write_row(0, 0, ["Secret"])
        shown.write_row(0, 0, ["Name"])
        shown.write_row(1, 0, ["Ana"])
        shown.activate()
        hidden.hide()
    assert read(file.getvalue(), "a.xlsx") == [["Name"], ["Ana"]]


cell = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=40)


@given(st.lists(st.tuples(cell, cell), max_size=8))
def test_csv_that_we_write_is_read_as_it_was(rows):
    wanted = [[one.strip(), two.strip()] for one, two in rows]
    file = io.BytesIO()
    write_csv(file, ["Name", "Note"], rows)
    printable = [
        [re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", one).strip() for one in row] for row in wanted
    ]
    found = read(file.getvalue())[1:]
    assert [[armed(one) for one in row] for row in found] == [
        [armed(one) for one in row] for row in printable if any(row)
    ]


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.tsv", "a.txt", "a.xlsx"]))
def test_any_bytes_are_read_or_refused_in_one_sentence(data, name):
    try:
        read(data, name)
    except ValidationError as refusal:
        [_sentence] = refusal.messages


@given(st.binary(min_size=1, max_size=40), st.integers(0, 4_000))
def test_damaged_workbook_is_read_or_refused_in_one_sentence(damage, place):
    data = bytearray(as_xlsx(ROWS))
    data[place : place + len(damage)] = damage
    try:
        read(bytes(data), "a.xlsx")
    except ValidationError as refusal:
        [_sentence] = refusal.messages


def test_naughty_strings_come_in_as_typed():
    wanted = [line for line in NAUGHTY if line.strip() and "\x00" not in line and "@" not in line]
    found = read(as_csv([["Name", "N"], *([line, str(n)] for n, line in enumerate(wanted))]).encode())
    assert [row[0] for row in found[1:]] == [armed(line.strip()) for line in wanted]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.csv", "This file is empty."),
        (b"\n\n,,\n", "a.csv", "This file is empty."),
        (b"Name\nAna", "a.exe", "Files of this type are not taken. You can send: .csv, .tsv, .txt, .xlsx."),
        (b"MZ\x90\x00\x03\x00\x00\x00", "a.csv", "This file is not a table. Please save the list as CSV or XLSX."),
        (b"#!/bin/sh\nrm -rf x\n", "a.csv", "This file is not a table. Please save the list as CSV or XLSX."),
        (b"<html><td>Ana", "a.csv", "This file is not a table. Please save the list as CSV or XLSX."),
        (b"Name\n\x81\x8d\x8f", "a.csv", "Please save this text as “UTF-8”, so that every letter can be read."),
        (b"Ana,ana@example.org\n", "a.csv",
         "The first row must hold the headings of the columns. Please add them and try again."),
        (b"Name\nAna,Bo\n", "a.csv", "Row 2 has more cells than there are headings."),
        (b'Name,N\n"Ana' + b"a" * 11_000, "a.csv",
         "Row 2 has a cell with more than 10,000 characters. Is a quotation mark not closed?"),
        (b'Name,N\n"Ana' + b"a" * 140_000, "a.csv",
         "This file cannot be read as a table. Is a quotation mark not closed?"),
        (b",".join([b"x"] * 201), "a.csv",
         "This file has more than 200 columns. Please leave out what is not needed."),
        (b"Name\nAna", "a.xlsx", "The name of this file ends in .xlsx, but its content is something else."),
        (b"Name\nAna", "a.xlsm", "Documents with macros are not taken. Please save it without macros."),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_said_in_one_sentence(data, name, said):
    assert refusal(data, name) == said


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "ROWS", 3)
    said = "This file has more than 3 rows. Please split it into several files."
    assert refusal(b"Name\na\nb\nc\nd\n") == said
    assert len(read(b"Name\na\nb\nc\n")) == 4


def test_file_that_is_too_large_is_refused(settings):
    settings.MATERIAL_MAX_MB = 0.00001
    assert refusal(b"Name\nAna Quispe\n").startswith("This file is too large")


# --- Workbooks that mean harm ---


def with_sheet(change):
    return as_xlsx(ROWS, **{"xl/worksheets/sheet1.xml": change})


def test_two_cells_at_opposite_corners_cost_nothing():
    corner = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    data = with_sheet(lambda text: text.replace("</sheetData>", corner))
    assert refusal(data, "a.xlsx") == "This file has more than 200 columns. Please leave out what is not needed."


def test_sheet_that_lies_about_its_size_is_read_as_it_is():
    data = with_sheet(lambda text: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"', text))
    assert read(data, "a.xlsx") == ROWS


@pytest.mark.parametrize("part", ["worksheets/sheet1.xml", "sharedStrings.xml", "workbook.xml", "styles.xml"])
def test_entities_are_refused(part):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    file, out = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write_row(0, 0, ["Name", "Note"])
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, text.replace("?>", f"?>{bomb}", 1) if name == f"xl/{part}" else text)
    assert refusal(out.getvalue(), "a.xlsx").startswith("This file is damaged")


def test_shared_words_without_end_are_refused(monkeypatch):
    monkeypatch.setattr("forestallies.lib.xlsx.SHARED", 10)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write_row(0, 0, ["Name", "a long word that is shared"])
    assert refusal(file.getvalue(), "a.xlsx").startswith("This file would become too large")


def test_sheet_of_zeros_is_refused_before_it_is_unpacked():
    data = with_sheet(lambda text: text.replace("</sheetData>", " " * 20_000_000 + "</sheetData>"))
    assert refusal(data, "a.xlsx").startswith("This file would become too large")
