"""`manage.py import_members FILE [--dry-run] [--json]`: bring people in from a file, as the staff pages do."""

import json
from argparse import ArgumentTypeError
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from forestallies.lib import clock
from jobs import work
from jobs.models import Job
from members.actions import imports
from members.actions.imports import ImportRefused
from members.importing import dates, fields, words
from members.models import Community, ImportRow, MemberImport, Organisation

WRONG_ROWS, WRONG_USE = 1, 2
LISTED = 20  # bad rows in words; --json lists all


def pair(text: str) -> tuple[str, str]:
    heading, equals, field = text.rpartition("=")
    if not equals or (field and field not in fields.LABELS):
        raise ArgumentTypeError(f"{text!r} is not HEADING=FIELD with one of {', '.join(fields.LABELS)}")
    return heading, field


class Command(BaseCommand):
    help = (
        "Bring people into a community from a CSV or XLSX file. Columns are understood by their headings, or as the"
        " last time such a form came; --column says otherwise. Exit code 0: all rows are good; 1: some are wrong (the"
        " good ones are imported) or are left to be decided; 2: the file or an option is of no use, nothing is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--community", metavar="SLUG", help="may be left out when there is only one")
        parser.add_argument("--dry-run", action="store_true", help="only say what would become of the rows")
        parser.add_argument("--json", action="store_true", help="print the outcome, with every bad row, as JSON")
        parser.add_argument(
            "--column", action="append", type=pair, default=[], metavar="HEADING=FIELD",
            help="what a column means; an empty field leaves it out",
        )  # fmt: skip
        parser.add_argument("--date-order", choices=[dates.DMY, dates.MDY], help="of days that can be read twofold")
        parser.add_argument("--stakeholder", choices=Organisation.Kind.values, default="", help="where none is named")
        parser.add_argument("--country", default="", metavar="CODE", help="where a row names none, such as PE")
        parser.add_argument("--invite", action="store_true", help="send the new people the link to their sign-in")
        parser.add_argument("--overwrite", action="store_true", help="also replace what people changed themselves")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = self._check(options)
        try:
            if not options["dry_run"]:
                self._commit(batch)
            outcome = _outcome(batch, dry_run=options["dry_run"])
        finally:
            if options["dry_run"]:
                batch.delete()
        self._say(outcome, as_json=options["json"])
        if outcome["counts"]["bad"] or outcome["to_decide"]:
            raise SystemExit(WRONG_ROWS)

    def _check(self, options: dict[str, Any]) -> MemberImport:
        community, path, at = _community(options["community"]), options["file"], clock.now()
        try:
            with path.open("rb") as opened:
                batch = imports.stage(community=community, file=File(opened, name=path.name), by=None, at=at)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=WRONG_USE) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=WRONG_USE) from error
        except ImportRefused as error:
            raise CommandError(str(error), returncode=WRONG_USE) from error
        try:
            columns = _columns(batch, dict(options["column"]), options["date_order"])
        except CommandError:
            batch.delete()
            raise
        chosen = {
            "stakeholder": options["stakeholder"],
            "country": options["country"].upper(),
            "overwrites": options["overwrite"],
            "invites": options["invite"],
        }
        batch = imports.choose_columns(batch=batch, columns=columns, options=chosen, by=None, at=at)
        self._finish(imports.latest_job(batch))
        batch.refresh_from_db()
        return batch

    def _commit(self, batch: MemberImport) -> None:
        self._finish(imports.commit(batch=batch, by=None, at=clock.now()))
        batch.refresh_from_db()

    def _finish(self, job: Job | None) -> None:
        """Do the work here and now, unless a worker has taken it already."""
        if job is None:
            return
        work.run_waiting(clock=clock.now, only=job)
        job.refresh_from_db()
        if job.state != Job.State.DONE:
            raise CommandError(f"The work is {job.state}. {job.problem}", returncode=WRONG_ROWS)

    def _say(self, outcome: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(outcome, ensure_ascii=False, indent=1))
            return
        counts = Counter(outcome["counts"])
        would = "would be " if outcome["dry_run"] else ""
        self.stdout.write(
            f"{counts['create']} {would}new, {counts['update']} {would}changed, {counts['skip']} left out, "
            f"{outcome['to_decide']} to be decided, {counts['bad']} wrong."
        )
        for row in outcome["bad_rows"][:LISTED]:
            for one in row["problems"]:
                self.stdout.write(f"row {row['row']}: {one['field'] or 'row'} {one['value']!r}: {one['sentence']}")
        if len(outcome["bad_rows"]) > LISTED:
            self.stdout.write(f"… and {len(outcome['bad_rows']) - LISTED} more; --json lists all.")


def _community(slug: str | None) -> Community:
    rows = Community.objects.filter(slug=slug) if slug else Community.objects.all()
    found = list(rows[:2])
    if len(found) != 1:
        known = ", ".join(Community.objects.order_by("slug").values_list("slug", flat=True))
        said = f"There is no community {slug!r}" if slug else "Please say which community with --community"
        raise CommandError(f"{said}; there is: {known or 'none'}.", returncode=WRONG_USE)
    return found[0]


def _columns(batch: MemberImport, said: dict[str, str], order: str | None) -> list[dict[str, str]]:
    headings = [column["heading"] for column in batch.columns]
    if unknown := [heading for heading in said if heading not in headings]:
        raise CommandError(f"The file has no column {unknown[0]!r}.", returncode=WRONG_USE)
    columns = [
        {
            "field": said.get(column["heading"], "" if column["field"] in said.values() else column["field"]),
            "order": (order or column["order"]) if column["order"] else "",
        }
        for column in batch.columns
    ]
    chosen = [column["field"] for column in columns if column["field"]]
    if not {fields.NAME, fields.FIRST, fields.LAST} & set(chosen):
        raise CommandError("No column holds the names; say which with --column HEADING=name.", returncode=WRONG_USE)
    if twice := [field for field in chosen if chosen.count(field) > 1]:
        raise CommandError(f"Two columns cannot both be {twice[0]}.", returncode=WRONG_USE)
    return columns


def _outcome(batch: MemberImport, *, dry_run: bool) -> dict[str, Any]:
    """The outcome as it is printed; the names of its keys are stable."""
    bad = batch.rows.filter(outcome=ImportRow.Outcome.BAD).order_by("number")
    names = ("create", "update", "skip", "bad")
    return {
        "dry_run": dry_run,
        "rows": batch.rows_count,
        "counts": {name: batch.counts.get(name, 0) for name in names},
        "to_decide": batch.counts.get("review", 0),
        "columns": {column["heading"]: column["field"] for column in batch.columns},
        "bad_rows": [
            {
                "row": row.number,
                "problems": [
                    {"field": one["field"], "value": one["value"], "code": one["code"], "sentence": words.sentence(one)}
                    for one in row.problems
                ],
            }
            for row in bad.iterator(chunk_size=1_000)
        ],
    }
