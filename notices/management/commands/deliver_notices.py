"""`manage.py deliver_notices [--json]`: what the worker does every five seconds, by hand and without any broker."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from forestallies.lib import clock
from notices import sources
from notices.delivery import deliver_due


class Command(BaseCommand):
    help = "Send every message that is due. Exit status 1 when one of them failed or the mail server was out of reach."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        sources.post_due(clock.now())
        outcomes = deliver_due(clock=clock.now)
        if options["json"]:
            self.stdout.write(json.dumps(outcomes))
        else:
            words = ", ".join(f"{count} {state}" for state, count in sorted(outcomes.items()))
            self.stdout.write(words or "Nothing was due.")
        if outcomes.keys() & {"failed", "unreachable"}:
            raise SystemExit(1)
