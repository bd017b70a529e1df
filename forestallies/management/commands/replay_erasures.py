"""`manage.py replay_erasures [--dry-run] [--json]`: after a restore, erase again whom the ledger names."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from forestallies.lib import clock
from forestallies.privacy import replay
from forestallies.privacy.ledger import LedgerUnusable


class Command(BaseCommand):
    help = (
        "Erase again whom the erasure ledger names and a restored backup brought back. May be run at any time. Exit "
        "status 1 when the ledger cannot be trusted as a whole; its good lines are followed all the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say who would be erased")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = replay.replay(at=clock.now(), dry_run=options["dry_run"])
        except LedgerUnusable as error:
            self.stderr.write(f"The erasure ledger cannot be read: {error}")
            raise SystemExit(1) from error
        if options["json"]:
            self.stdout.write(json.dumps(vars(done)))
        else:
            would = "would be erased" if options["dry_run"] else "erased"
            known = f"{len(done.already)} were so already, {len(done.unknown)} are not in this database"
            self.stdout.write(f"{len(done.erased)} {would}, {known}.")
            for problem in done.problems:
                self.stderr.write(f"{problem[0].upper()}{problem[1:]}.")
        if done.problems:
            self.stderr.write("When SECRET_KEY was changed, set ERASURE_LEDGER_KEY to the old one.")
            raise SystemExit(1)
