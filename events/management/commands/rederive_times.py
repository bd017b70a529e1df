"""`manage.py rederive_times [--dry-run] [--json]`: after new zone rules, what stands on the wall gives new instants."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from events.actions import schedule
from events.models import Event
from forestallies.lib import clock


class Command(BaseCommand):
    help = (
        "Derive start and end of all events ahead from their wall clocks and zones again, and tell people where they "
        "differ. To be run after an update of tzdata; may be run twice. Exit status 1 when a dry run finds something."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which events are out of line")
        parser.add_argument("--json", action="store_true", help="print them as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        at, dry = clock.now(), options["dry_run"]
        events = schedule.out_of_line(at=at) if dry else schedule.rederive(at=at)
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": dry, "events": [_facts(event) for event in events]}))
        else:
            for event in events:
                self.stdout.write(f"{event.pk}: {event.wall_date} {event.wall_time:%H:%M} {event.zone}")
            self.stdout.write(f"{len(events)} events {'are out of line' if dry else 'were brought in line'}.")
        if dry and events:
            raise SystemExit(1)


def _facts(event: Event) -> dict[str, Any]:
    return {
        "id": event.pk,
        "wall": f"{event.wall_date} {event.wall_time:%H:%M} {event.zone}",
        "starts_at": f"{event.starts_at:%Y-%m-%dT%H:%MZ}",
        "sequence": event.sequence,
    }
