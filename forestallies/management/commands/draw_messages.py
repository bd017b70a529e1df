"""`manage.py draw_messages [--check]`: write docs/messages.md from the kinds of messages that there are."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from forestallies import messages_page

FILE = Path("docs", "messages.md")


class Command(BaseCommand):
    help = (
        f"Write {FILE}: every kind of message, with what brings it, when and to whom. With --check nothing is written; "
        "exit status 1 when the file is not what would be written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / FILE
        page = messages_page.draw()
        if not options["check"]:
            path.write_text(page)
            self.stdout.write(f"{FILE} is written.")
            return
        if not path.exists() or path.read_text() != page:
            self.stdout.write(f"{FILE} is out of date; run `manage.py draw_messages`.")
            raise SystemExit(1)
        self.stdout.write(f"{FILE} is up to date.")
