"""Load the demo's fictional people, organisations and calendar."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forestallies.demo import seed
from forestallies.lib import clock
from members.models import Member

LARGEST = 100


class Command(BaseCommand):
    help = "Load the demo: fictional people and a calendar around today. May be run twice; deletes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", help="the day around which the dates lie, YYYY-MM-DD (default: today in UTC)")
        parser.add_argument("--scale", default="1", help="times the usual size, for measurements (default: 1)")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where the demo is already loaded")

    def handle(self, *args: Any, **options: Any) -> None:
        today, scale = _day(options["today"]), _scale(options["scale"])
        if options["if_empty"] and Member.objects.filter(is_demo=True).exists():
            return
        if not settings.DEMO and Member.objects.filter(is_demo=False).exists():
            raise CommandError("This database holds real people, so no demo is loaded into it.", returncode=2)
        try:
            counts = seed.load(today=today, default=clock.now().date(), scale=scale)
        except seed.WrongDay as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if options["verbosity"]:
            self.stdout.write(
                f"The demo is loaded: {counts.people} people, {counts.organisations} organisations, "
                f"{counts.events} events, {counts.registrations} registrations."
            )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise CommandError(f"--today {text} is no day: write it like 2026-11-20.", returncode=2) from None


def _scale(text: str | int) -> int:
    number = str(text)
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= LARGEST):
        raise CommandError(f"--scale {text} is not a whole number from 1 to {LARGEST}.", returncode=2)
    return int(number)
