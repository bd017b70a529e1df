"""`manage.py forget_drafts [--dry-run]`: delete applications that were saved for later and never sent, when due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from forestallies.lib import clock
from members.actions import drafts
from members.models import ApplicationDraft


class Command(BaseCommand):
    help = (
        f"Delete applications that were saved {ApplicationDraft.KEPT.days} days ago or longer and not sent. Beat does "
        "the same each hour. May be run twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        if options["dry_run"]:
            self.stdout.write(f"{ApplicationDraft.objects.filter(expires_at__lte=at).count()} would be deleted.")
        else:
            self.stdout.write(f"{drafts.forget_old(at=at)} deleted.")
