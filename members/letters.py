"""The words of letters: placeholders in braces, what is missing before one can be sent, and texts to start from.

Text is never a template. What stands in a pair of braces and is one of a few known words is replaced, once; everything
else, such as {{7*7}}, reaches people as it was typed.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from members import audiences
from members.audiences import Filled, Spread
from members.models import Mailing
from members.models.mailings import LANGUAGES, Words

FILE = Path(__file__).with_name("letters.toml")
# One pair of braces around words: not {{two}}, not {% a tag %}, not {"code": 1}.
_PLACEHOLDER = re.compile(r"(?<!\{)\{\s*([^\W\d]+(?:[ -][^\W\d]+)*)\s*\}(?!\})")
NAME = "name"
GAP = "[…]"  # in the texts to start from: what the writer has to put in herself


def placeholders_of(of: str) -> tuple[str, ...]:
    """Those that a letter to one kind of audience may hold."""
    return (NAME, *audiences.get(of).placeholders)


def unknown_placeholders(text: str, known: Iterable[str]) -> list[str]:
    """What stands in braces and is none of the known words, each once, as it was typed."""
    found = [match[1] for match in _PLACEHOLDER.finditer(text) if match[1] not in known]
    return list(dict.fromkeys(found))


def filled(text: str, values: Filled) -> str:
    """Put values in the place of placeholders. What a value itself holds in braces stays as it is."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def fill_words(words: Words, values: Filled) -> Words:
    return Words(filled(words.subject, values), filled(words.text, values))


def in_braces(names: Iterable[str]) -> str:
    """Name placeholders in a sentence: `{name}, {event} and {when}`."""
    return get_text_list([f"{{{name}}}" for name in names], _("and"))


def problems(mailing: Mailing, spread: Spread) -> list[str]:
    """Why a letter cannot be sent as it is, a sentence for each reason; nothing when it can."""
    if not spread.count:
        return [_("Nobody with an e-mail address is among the people you chose.")]
    found = []
    for code, words in mailing.all_words().items():
        names = {"language": language_name(code), "gap": GAP}
        if not words.subject:
            found.append(_("%(language)s: the subject is missing.") % names)
        if not words.text:
            found.append(_("%(language)s: the text is missing.") % names)
        if GAP in words.subject + words.text:
            found.append(_("%(language)s: please write something in the place of %(gap)s.") % names)
    for code in LANGUAGES:
        number = spread.languages[code]
        if number and not mailing.words(code) and not mailing.language_for(code):
            found.append(_without_text(code, number, english_instead=mailing.english_instead))
    return found


def language_name(code: str) -> str:
    """Name one of the portal's languages in the reader's: `Spanish`."""
    return str(dict(settings.LANGUAGES)[code])


def _without_text(code: str, number: int, *, english_instead: bool) -> str:
    language = language_name(code)
    if english_instead and code != "en":
        return _("%(language)s: there is no text, and no English one to send instead.") % {"language": language}
    words = ngettext(
        "%(language)s: %(number)d person reads it, and there is no text in it.",
        "%(language)s: %(number)d people read it, and there is no text in it.",
        number,
    ) % {"language": language, "number": number}
    if code == "en":
        return words
    advice = _("Write one, or tick “English instead”.")
    return f"{words} {advice}"


@dataclass(frozen=True)
class Sample:
    """A text to start from, in all languages; its name is in the reader's."""

    key: str
    name: str
    words: dict[str, Words]

    def suits(self, of: str) -> bool:
        """Whether a letter to this kind of audience may hold its placeholders."""
        known = placeholders_of(of)
        return not any(unknown_placeholders(f"{one.subject} {one.text}", known) for one in self.words.values())


@cache
def _stored() -> dict[str, dict[str, dict[str, str]]]:
    with FILE.open("rb") as file:
        stored: dict[str, dict[str, dict[str, str]]] = tomllib.load(file)
    return stored


def samples(of: str) -> list[Sample]:
    """The texts that a letter to one kind of audience may start from."""
    own = get_language() or LANGUAGES[0]
    made = [
        Sample(
            key,
            by_language.get(own, by_language["en"])["name"],
            {code: Words(one["subject"], one["text"].strip()) for code, one in by_language.items()},
        )
        for key, by_language in _stored().items()
    ]
    return [sample for sample in made if sample.suits(of)]


def sample(key: str, of: str) -> Sample | None:
    return next((one for one in samples(of) if one.key == key), None)
