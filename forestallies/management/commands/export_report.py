"""`manage.py export_report NAME --edition SLUG --format csv --out FILE [--json]`: a report as a file, by hand."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from forestallies.lib import clock
from forestallies.lib.spreadsheets import FORMATS, TooManyRows
from forestallies.reports import exports, scopes
from forestallies.reports.search import Search

NOTHING, WRONG = 1, 2
STANDARD_OUTPUT = "-"


class Command(BaseCommand):
    help = (
        "Write a report to a file, however many rows it has. Exit status 0: written; 1: nothing to export, no file;"
        " 2: asked wrongly, no file. A file that is there is replaced only by a whole one. Each export is recorded."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help=", ".join(exports.REPORTS))
        for kind in scopes.KINDS:
            parser.add_argument(f"--{kind}", metavar="SLUG", help=f"what it is about: the {kind} of this name")
        parser.add_argument("--format", metavar="FORMAT", required=True, help=", ".join(FORMATS))
        parser.add_argument("--out", metavar="FILE", required=True, help="the file to write; - is standard output")
        parser.add_argument(
            "--json", action="store_true", help="print rows, file, sha256 and as_of as JSON (with --out -: on stderr)"
        )

    @translation.override("en")
    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        order = _order(options, at=at)
        to_screen = options["out"] == STANDARD_OUTPUT
        target = None if to_screen else Path(options["out"])
        try:
            rows, digest = write(order, target, at=at)
        except exports.NothingToExport as refusal:
            raise CommandError(str(refusal), returncode=NOTHING) from refusal
        except TooManyRows as refusal:
            raise CommandError(f"{refusal} Please choose csv or json.", returncode=WRONG) from refusal
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(f"{options['out']} cannot be written: {reason}.", returncode=WRONG) from error
        summary = {"report": order.table.name, "rows": rows, "file": options["out"], "sha256": digest,
                   "as_of": at.isoformat()}  # fmt: skip
        line = json.dumps(summary) if options["json"] else f"{rows} rows are in {options['out']}."
        if not to_screen:
            self.stdout.write(line)
        elif options["json"]:
            self.stderr.write(line, style_func=str)


def _order(options: dict[str, Any], *, at: datetime) -> exports.Order:
    """Check what was asked for.

    Raises:
        CommandError: with status 2 and one sentence.
    """
    table = exports.REPORTS.get(options["name"])
    if table is None:
        raise CommandError(
            f"There is no report {options['name']!r}; there is {_list(exports.REPORTS)}.", returncode=WRONG
        )
    if options["format"] not in FORMATS:
        raise CommandError(f"There is no format {options['format']!r}; there is {_list(FORMATS)}.", returncode=WRONG)
    asked = [(kind, options[kind]) for kind in scopes.KINDS if options[kind] is not None]
    if len(asked) != 1:
        raise CommandError("Please give one of --edition, --gathering and --community.", returncode=WRONG)
    if asked[0][0] not in table.about:
        raise CommandError(f"{table.name} is about a {_list(table.about)}.", returncode=WRONG)
    try:
        scope = scopes.find(*asked[0], member=None, at=at)
    except scopes.UnknownScope as refusal:
        raise CommandError(str(refusal), returncode=WRONG) from refusal
    return exports.Order(table, scope, Search(), options["format"], way="command")


def _list(names: Any) -> str:
    return ", ".join(names)


def write(order: exports.Order, target: Path | None, *, at: datetime) -> tuple[int, str]:
    """Write the report aside and put it in its place when it is whole; None is standard output.

    Returns:
        The number of rows, and the file's SHA-256 in hexadecimal.
    """
    folder = target.parent if target else None
    if target and target.is_dir():
        raise IsADirectoryError(None, "it is a folder")
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".export-", delete=False) as file:
        aside = Path(file.name)
        try:
            rows = exports.take(order, file, by=None, at=at)  # type: ignore[arg-type]  # a wrapper of a BinaryIO
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if target:
                aside.replace(target)
            else:
                _to_screen(aside)
        finally:
            aside.unlink(missing_ok=True)
    return rows, digest


def _to_screen(path: Path) -> None:
    out: BinaryIO = sys.stdout.buffer
    with path.open("rb") as file:
        shutil.copyfileobj(file, out)
    out.flush()
