"""`manage.py status [--json]`: how the portal is doing, in one look."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min

from events.models import Event, Transition
from forestallies.lib import clock
from jobs.models import Job
from members.models import Application, Member
from notices import heartbeats
from notices.health import health

LATE_AFTER = 300  # seconds; a due message that waits longer means that nobody delivers

SILENT = {
    heartbeats.REMINDERS: "No reminder run has come to its end for over five minutes",
    heartbeats.DELIVERY: "No delivery has come to its end for over five minutes",
}


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


class Command(BaseCommand):
    help = "Tell how the portal is doing. Exit status 1 when something needs attention."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        executor = MigrationExecutor(connection)
        outbox = health(at=at)
        facts: dict[str, Any] = {
            "at": at.isoformat(),
            "migrations_waiting": len(executor.migration_plan(executor.loader.graph.leaf_nodes())),
            "members": Member.objects.active().count(),
            "applications_open": Application.objects.open().count(),
            "events_upcoming": Event.objects.scheduled().upcoming(at).count(),
            "jobs_unfinished": Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).count(),
            "oldest_untold_seconds": self.oldest_untold_seconds(at),
            "outbox": outbox,
            "ticks": heartbeats.as_facts(at=at),
        }
        facts["attention"] = self.attention(facts)
        if options["json"]:
            self.stdout.write(json.dumps(facts))
        else:
            self.write_words(facts)
        if facts["attention"]:
            raise SystemExit(1)

    def oldest_untold_seconds(self, at: datetime) -> float | None:
        """How long ago that happened to a registration of which nobody was told yet."""
        oldest = Transition.objects.to_tell().aggregate(oldest=Min("at"))["oldest"]
        return (at - oldest).total_seconds() if oldest else None

    def attention(self, facts: dict[str, Any]) -> list[str]:
        """Say what needs a person."""
        sentences = []
        if facts["migrations_waiting"]:
            sentences.append(f"{counted(facts['migrations_waiting'], 'migration is', 'migrations are')} not applied.")
        if (facts["outbox"]["oldest_due_seconds"] or 0) > LATE_AFTER:
            sentences.append("A due message has waited for over five minutes; is a worker running?")
        if (facts["oldest_untold_seconds"] or 0) > LATE_AFTER:
            sentences.append("A registration changed over five minutes ago and nobody was told; is a worker running?")
        for name, tick in facts["ticks"].items():
            if tick["state"] == "red":
                sentences.append(f"{SILENT[name]}; is beat running?")
        if failed := facts["outbox"]["by_state"].get("failed", 0):
            sentences.append(f"{counted(failed, 'message was', 'messages were')} refused for good.")
        if stopped := facts["outbox"]["stopped_addresses"]:
            refused = counted(stopped, "address was", "addresses were")
            sentences.append(f"{refused} refused three times; nothing is sent there any more.")
        return sentences

    def since(self, tick: dict[str, Any]) -> str:
        return "no run yet" if tick["seconds"] is None else f"last run {tick['seconds']} s ago"

    def write_words(self, facts: dict[str, Any]) -> None:
        states = ", ".join(f"{count} {state}" for state, count in facts["outbox"]["by_state"].items()) or "empty"
        self.stdout.write(f"Members: {facts['members']}, applications open: {facts['applications_open']}")
        self.stdout.write(f"Upcoming events: {facts['events_upcoming']}, unfinished jobs: {facts['jobs_unfinished']}")
        self.stdout.write(f"Outbox: {states}")
        self.stdout.write(", ".join(f"{name}: {self.since(tick)}" for name, tick in facts["ticks"].items()))
        for sentence in facts["attention"] or ["All is well."]:
            self.stdout.write(sentence)
