"""The command: whole files or none, one sentence when refused, and on record."""

import hashlib
import io
import json
import stat
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from forestallies.lib import spreadsheets
from forestallies.reports import exports
from tests.factories import WorkshopFactory

DETAIL, EDITION = "attendance_detail", ["--edition", "sske-2026-27"]
ONE = "Please give one of --edition, --gathering and --community."

pytestmark = pytest.mark.usefixtures("clock")


def export(name="attendance_detail", *scope, form="csv", out, **options):
    said = io.StringIO()
    arguments = scope or ("--edition", "sske-2026-27")
    call_command("export_report", name, *arguments, format=form, out=str(out), stdout=said, **options)
    return said.getvalue()


@pytest.mark.parametrize("name", [table.name for table in exports.PEOPLE])
@pytest.mark.parametrize("form", spreadsheets.FORMATS)
def test_file_is_written_and_recorded(small, edition, tmp_path, at, name, form):
    out = tmp_path / f"report.{form}"
    rows = 2 if name == "attendance_matrix" else 4
    assert export(name, form=form, out=out) == f"{rows} rows are in {out}.\n"
    assert out.stat().st_size > 100 and list(tmp_path.iterdir()) == [out]
    entry = Entry.objects.get(verb="report.exported")
    assert (entry.at, entry.actor_id, entry.subject_id) == (at, None, edition.pk)
    assert entry.detail == {"report": name, "format": form, "way": "command", "search": {}, "rows": rows}


def test_json_summary_says_what_was_written(small, tmp_path):
    out = tmp_path / "report.json"
    summary = json.loads(export(form="json", out=out, json=True))
    assert summary == {
        "report": "attendance_detail", "rows": 4, "file": str(out), "as_of": "2026-11-21T09:00:00+00:00",
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
    }  # fmt: skip
    rows = json.loads(out.read_bytes())
    assert [row["full_name"] for row in rows] == ["Ana Quispe", "Ana Quispe", "Dan Roe", "Eve Mensah"]
    assert (rows[1]["first_join_utc"], rows[1]["room"]) == ("2026-11-17T13:58:00Z", None)


def test_file_is_for_its_owner_only(small, tmp_path):
    export(out=tmp_path / "report.csv")
    assert stat.S_IMODE((tmp_path / "report.csv").stat().st_mode) == 0o600


def test_standard_output_gets_the_file_and_nothing_else(small, monkeypatch):
    screen = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", screen)
    errors = io.StringIO()
    assert export(out="-", json=True, stderr=errors) == ""
    data = screen.buffer.getvalue()
    assert data.startswith(b"\xef\xbb\xbfedition,session_no,")
    assert json.loads(errors.getvalue())["sha256"] == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("kind", ["gathering", "community"])
def test_nothing_to_export_is_status_1_and_no_file(community, tmp_path, kind):
    workshop = WorkshopFactory.create()
    slug = workshop.gathering.slug if kind == "gathering" else community.slug
    with pytest.raises(CommandError, match="nothing to export") as refusal:
        export("attendance_detail", f"--{kind}", slug, out=tmp_path / "x.csv")
    assert refusal.value.returncode == 1
    assert list(tmp_path.iterdir()) == []
    assert not Entry.objects.filter(verb="report.exported").exists()


@pytest.mark.parametrize(
    ("arguments", "form", "sentence"),
    [
        (["nothing", *EDITION], "csv", f"There is no report 'nothing'; there is {', '.join(exports.REPORTS)}."),
        ([DETAIL, *EDITION], "pdf", "There is no format 'pdf'; there is csv, xlsx, json."),
        ([DETAIL, "--edition", "nothing"], "csv", "There is no edition 'nothing'."),
        ([DETAIL, "--gathering", "sske-2026-27"], "csv", "There is no gathering 'sske-2026-27'."),
        ([DETAIL], "csv", ONE),
        ([DETAIL, *EDITION, "--community", "y"], "csv", ONE),
    ],
)
def test_wrong_use_is_status_2_and_one_sentence(small, tmp_path, arguments, form, sentence):
    with pytest.raises(CommandError) as refusal:
        call_command("export_report", *arguments, format=form, out=str(tmp_path / "x"))
    assert (str(refusal.value), refusal.value.returncode) == (sentence, 2)
    assert list(tmp_path.iterdir()) == []


def test_file_that_cannot_be_written_is_status_2(small, tmp_path):
    for out in (tmp_path / "nowhere" / "x.csv", tmp_path, Path("/proc/x.csv")):
        with pytest.raises(CommandError, match="cannot be written: ") as refusal:
            export(out=out)
        assert refusal.value.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_file_that_is_there_stays_when_nothing_came_of_it(small, tmp_path, monkeypatch):
    out = tmp_path / "x.csv"
    out.write_text("before")

    def fails_halfway(file, headings, rows):
        file.write(b"half a file")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(exports.FORMATS, "csv", spreadsheets.Format(fails_halfway, "text/csv"))
    with pytest.raises(CommandError, match="No space left on device"):
        export(out=out)
    assert out.read_text() == "before" and list(tmp_path.iterdir()) == [out]


def test_sheet_that_would_overflow_is_status_2(small, tmp_path, monkeypatch):
    monkeypatch.setattr(spreadsheets, "XLSX_ROWS", 3)
    with pytest.raises(CommandError, match="Please choose csv or json") as refusal:
        export(form="xlsx", out=tmp_path / "x.xlsx")
    assert refusal.value.returncode == 2 and list(tmp_path.iterdir()) == []
