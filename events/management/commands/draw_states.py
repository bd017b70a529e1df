"""`manage.py draw_states [--check]`: write docs/registration.md from the states that the seat service knows."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from events import states_page

FILE = Path("docs", "registration.md")


class Command(BaseCommand):
    help = (
        f"Write {FILE}: the states of a registration, what each step means and which message it brings. With --check "
        "nothing is written; exit status 1 when the file is not what would be written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / FILE
        page = states_page.draw()
        if not options["check"]:
            path.write_text(page)
            self.stdout.write(f"{FILE} is written.")
            return
        if not path.exists() or path.read_text() != page:
            self.stdout.write(f"{FILE} is out of date; run `manage.py draw_states`.")
            raise SystemExit(1)
        self.stdout.write(f"{FILE} is up to date.")
