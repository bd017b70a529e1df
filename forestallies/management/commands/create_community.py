"""`manage.py create_community --name NAME --purpose TEXT`: what an empty portal needs first."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from forestallies.lib import clock
from members.actions import communities
from members.models import Community
from workshops.views.pages import COMMUNITY


class Command(BaseCommand):
    help = "Make the community that people can join. Safe to run twice; one that is there stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="as people read it")
        parser.add_argument("--purpose", required=True, help="what it is for, in a few sentences")
        parser.add_argument("--slug", default=COMMUNITY, help="its short name in addresses (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        words = {key: options[key].strip() for key in ("slug", "name", "purpose")}
        try:
            Community(**words).clean_fields(exclude=["id", "circle"])
        except ValidationError as refusal:
            problems = [f"--{name}: {' '.join(sentences)}" for name, sentences in refusal.message_dict.items()]
            raise CommandError(" ".join(problems), returncode=2) from refusal
        community, new = communities.found(**words, by=None, at=clock.now())
        self.stdout.write(f"The community {community.name} {'is there now' if new else 'was there already'}.")
