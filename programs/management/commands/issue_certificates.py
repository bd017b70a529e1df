"""`manage.py issue_certificates --cohort ID [--dry-run] [--json]`: what the page and its job do, in the foreground."""

import json
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forestallies.lib import clock
from jobs import work
from jobs.models import Job
from programs.actions import certificates
from programs.candidates import Standing, candidates
from programs.models import Cohort


class Command(BaseCommand):
    help = (
        "Issue the certificates of everybody in a cohort who is ready for one. May be run twice. "
        "Exit status 1 when somebody who is eligible got none, 2 when there is no such cohort."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cohort", required=True, help="the id of the cohort, as in the address of its page")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        cohort = _cohort(options["cohort"])
        before = Counter(one.standing for one in candidates(cohort, by=None))
        if not options["dry_run"]:
            self._issue(cohort)
        after = Counter(one.standing for one in candidates(cohort, by=None))
        facts = {
            "cohort": str(cohort),
            "ready": before[Standing.READY],
            "issued": after[Standing.ISSUED] - before[Standing.ISSUED],
            "issued_before": before[Standing.ISSUED],
            "unprintable": after[Standing.UNPRINTABLE],
            "not_eligible": after[Standing.MISSING],
        }
        self.stdout.write(json.dumps(facts) if options["json"] else _words(facts))
        left = 0 if options["dry_run"] else after[Standing.READY]
        if left or facts["unprintable"]:
            raise SystemExit(1)

    def _issue(self, cohort: Cohort) -> None:
        """Take the cohort's job in hand; when a worker has it already, leave it there."""
        try:
            job = certificates.ask(cohort=cohort, by=None, at=clock.now())
        except certificates.NothingToIssue:
            return
        if not work.run_waiting(clock=clock.now, only=job):
            self.stderr.write("A worker is issuing them already.")
        job.refresh_from_db()
        if job.state == Job.State.FAILED:
            raise CommandError(job.problem)


def _cohort(text: str) -> Cohort:
    found = text.isascii() and text.isdigit() and Cohort.objects.select_related("edition").filter(pk=text).first()
    if not found:
        raise CommandError(f"There is no cohort {text}.", returncode=2)
    return found


def _words(facts: dict[str, Any]) -> str:
    return (
        f"{facts['cohort']}: {facts['ready']} were ready, {facts['issued']} issued now, "
        f"{facts['issued_before']} before; {facts['unprintable']} names cannot be printed, "
        f"{facts['not_eligible']} have too few sessions."
    )
