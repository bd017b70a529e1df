"""`manage.py send_due_reminders [--at ISO] [--dry-run] [--json]`: what the worker does every minute, by hand."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forestallies.lib import clock
from notices import timed


def instant(words: str) -> datetime:
    """Read an ISO 8601 instant with its offset.

    Raises:
        CommandError: not an instant, or without an offset.
    """
    try:
        at = datetime.fromisoformat(words)
    except ValueError as error:
        raise CommandError(f"--at wants a time like 2026-12-01T09:00Z, not {words!r}.", returncode=2) from error
    if at.tzinfo is None:
        raise CommandError("--at wants a time with its offset, such as 2026-12-01T09:00Z.", returncode=2)
    return at


class Command(BaseCommand):
    help = (
        "Post what is to go out at this hour: reminders, open invitations once more, briefs, digests,"
        " and how it was after the end. Safe to run twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", metavar="ISO", help="as if it were this instant, such as 2026-12-01T09:00Z")
        parser.add_argument("--dry-run", action="store_true", help="only count what would be posted")
        parser.add_argument("--json", action="store_true", help="print the count as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        at = instant(options["at"]) if options["at"] else clock.now()
        dry = options["dry_run"]
        counts = timed.count_due(at=at) if dry else timed.send_due(at=at)
        if options["json"]:
            self.stdout.write(json.dumps({"at": at.isoformat(), "dry_run": dry, **counts}))
        else:
            numbers = ", ".join(f"{number} {timed.words_for(name)}" for name, number in counts.items())
            self.stdout.write(f"{numbers} {'would be' if dry else 'were'} posted.")
