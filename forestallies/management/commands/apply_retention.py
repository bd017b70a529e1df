"""`manage.py apply_retention [--at ISO] [--dry-run] [--json]`: delete what was kept long enough."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from forestallies.lib import clock
from forestallies.privacy import retention
from notices.management.commands.send_due_reminders import instant


class Command(BaseCommand):
    help = (
        "Delete and blank what was kept as long as the table of retention says (the privacy notice shows it). Beat "
        "does the same once a day. May be run twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", metavar="ISO", help="as if it were this instant, such as 2026-12-01T09:00Z")
        parser.add_argument("--dry-run", action="store_true", help="only count the rows")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        done = retention.apply(at=instant(options["at"]) if options["at"] else clock.now(), dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], "rows": done}))
            return
        for rule in retention.table():
            self.stdout.write(f"{done[rule.name]:>8}  {rule.name} ({rule.days} days)")
        self.stdout.write("Nothing was changed." if options["dry_run"] else f"{sum(done.values())} rows done.")
