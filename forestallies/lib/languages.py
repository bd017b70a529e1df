"""The languages that people speak: more than the four the portal is written in."""

from collections.abc import Iterable

from forestallies.lib import zones

# Of the countries that take part; the four of the portal first.
SPOKEN = (
    "en", "es", "fr", "pt", "ak", "ay", "de", "dyu", "ee", "ff", "gn", "ht", "id", "it", "ln", "nl",
    "qu", "quc", "sw", "yo",
)  # fmt: skip


def spoken_name(code: str, language: str | None = None) -> str:
    """Name a spoken language in one of the portal's languages (the active one by default), from CLDR."""
    return str(zones.babel_locale(language).languages.get(code, code))


def spoken_choices() -> list[tuple[str, str]]:
    """The spoken languages as form choices, in the reader's language."""
    return [(code, _capital(spoken_name(code))) for code in SPOKEN]


def in_words(codes: Iterable[str]) -> str:
    """Several languages in one line: `English, Quechua`."""
    return _capital(", ".join(spoken_name(code) for code in codes))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
