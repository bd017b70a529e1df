"""`manage.py check_invariants [--json]`: is everything true that must always be true?"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

import events.invariants
import forestallies.merging.invariants
import forestallies.privacy.invariants
import members.invariants
import notices.invariants
from forestallies.lib import clock

ROOMS = {
    "members": members.invariants.violations,
    "events": events.invariants.violations,
    "notices": notices.invariants.violations,
    "merging": forestallies.merging.invariants.violations,
    "privacy": forestallies.privacy.invariants.violations,
}


class Command(BaseCommand):
    help = "Check what must always be true. Exit status 0 when it is, 1 with one line per violation when not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the violations as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        found = {room: list(violations(at=at)) for room, violations in ROOMS.items()}
        count = sum(len(sentences) for sentences in found.values())
        if options["json"]:
            self.stdout.write(json.dumps({"violations": count, **found}))
        else:
            for room, sentences in found.items():
                for sentence in sentences:
                    self.stdout.write(f"{room}: {sentence}")
            self.stdout.write(f"{count} violations." if count else "All invariants hold.")
        if count:
            raise SystemExit(1)
