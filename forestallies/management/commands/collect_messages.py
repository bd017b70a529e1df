"""Collect every string marked for translation into `locale/*/LC_MESSAGES/django.po`. Needs GNU gettext."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.commands import makemessages

LOCALES = ("es", "fr", "pt_BR")
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Forest Allies portal\\n"
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=({plural});\\n"
"""
PLURALS = {"es": "n != 1", "fr": "n > 1", "pt_BR": "n > 1"}


class Command(makemessages.Command):
    """`makemessages` with the options of this house, so that a diff of a catalogue shows words only.

    A new string comes in untranslated, never with a guess; one that is no longer used goes; places are named by file
    without lines; the header holds no date and no person. May be run at any time, as often as one likes.
    """

    help = __doc__ or ""
    msgmerge_options = ["-q", "--backup=none", "--no-fuzzy-matching", "--update"]

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(
            locale=list(LOCALES),
            ignore_patterns=["tests/*", "docs/*", "requirements/*"],
            no_wrap=True,
            add_location="file",
            no_obsolete=True,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        for locale in LOCALES:
            catalogue = Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES/django.po"
            set_header(catalogue, locale)
            messages = polib.pofile(str(catalogue))
            missing = len(messages.untranslated_entries())
            self.stdout.write(f"{locale}: {len(messages)} messages, {missing} without a translation")


def set_header(catalogue: Path, locale: str) -> None:
    """Replace a catalogue's header (all before the first blank line) with the one that never changes."""
    _, _, messages = catalogue.read_text(encoding="utf-8").partition("\n\n")
    header = HEADER.format(locale=locale, plural=PLURALS[locale])
    catalogue.write_text(f"{header}\n{messages}", encoding="utf-8")
