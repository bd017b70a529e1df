"""`manage.py benchmark [NAME…] [--json]`: how fast the portal is beside the bare thing."""

import json
import os
import platform
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from forestallies.benchmarks import certificates, directory, exports, imports, join, notices, pages, registrations
from forestallies.benchmarks.measure import Measurement, Waits
from forestallies.benchmarks.scratch import NotAllowed, prepared_tables, scratch_database

BENCHMARKS = {
    "registrations": registrations,
    "exports": exports,
    "certificates": certificates,
    "pages": pages,
    "notices": notices,
    "join": join,
    "directory": directory,
    "import": imports,
}
ROUNDS = 5


class Command(BaseCommand):
    help = (
        "Measure the portal beside bare baselines, in a database of its own that is dropped afterwards. Prints medians"
        " and their ratio; exit status 2 when asked wrongly. On a busy machine the figures are worth nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", metavar="NAME", nargs="*", help=f"all of them by default: {', '.join(BENCHMARKS)}")
        parser.add_argument("--json", action="store_true", help="print everything as JSON")
        parser.add_argument("--rounds", default=str(ROUNDS), help=f"how often each is run (default: {ROUNDS})")
        parser.add_argument(
            "--size", help="how many rows, mails, people or requests in a round (default: each its own)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = _names(options["names"])
        rounds = _number("rounds", options["rounds"])
        size = _number("size", options["size"]) if options["size"] else None
        try:
            with ends_in_order(), prepared_tables() as tables:
                found = {name: list(self.measure(name, tables, size, rounds, options)) for name in names}
        except NotAllowed as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if options["json"]:
            self.stdout.write(json.dumps({"machine": machine(), "rounds": rounds, "benchmarks": as_json(found)}))
        else:
            self.stdout.write(f"Medians of {rounds} rounds; {', '.join(f'{k} {v}' for k, v in machine().items())}.")

    def measure(
        self, name: str, tables: str, size: int | None, rounds: int, options: dict[str, Any]
    ) -> Iterator[Measurement | Waits]:
        with scratch_database(tables):
            for measurement in BENCHMARKS[name].measure(size=size or BENCHMARKS[name].SIZE, rounds=rounds):
                if not options["json"]:
                    self.write_words(name, measurement)
                yield measurement

    def write_words(self, name: str, measurement: Measurement | Waits) -> None:
        facts = measurement.as_json()
        self.stdout.write(f"{name}: {measurement.what}")
        self.stdout.write(f"  {facts['real']:>10,.0f} {facts['unit']}")
        self.stdout.write(f"  {facts['bare']:>10,.0f} with {measurement.baseline}: ratio {measurement.ratio:.1%}")
        if "note" in facts:
            self.stdout.write(f"  {facts['note']}")
        if "errors" in facts:
            self.stdout.write(f"  {facts['errors']:>10,.0f} errors")


def _names(asked: list[str]) -> list[str]:
    if unknown := [name for name in asked if name not in BENCHMARKS]:
        raise CommandError(f"There is no benchmark {unknown[0]!r}; there is {', '.join(BENCHMARKS)}.", returncode=2)
    return list(dict.fromkeys(asked)) or list(BENCHMARKS)


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000):
        raise CommandError(f"--{name} {text} is not a whole number from 1 to 1000000.", returncode=2)
    return int(text)


@contextmanager
def ends_in_order() -> Iterator[None]:
    """Let a polite kill drop the databases as well."""

    def leave(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def machine() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    return {"cores": os.cpu_count(), "postgresql": version, "python": platform.python_version()}


def as_json(found: dict[str, list[Measurement | Waits]]) -> dict[str, Any]:
    return {name: [measurement.as_json() for measurement in rows] for name, rows in found.items()}
