"""Time zones: from a wall clock to an instant, and from an instant to what each person reads.

Zones are IANA names. Instants are aware; results are in UTC. A country has no offset of its own (Brazil has three), so
a person always has a zone; a country only proposes some.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_interval, format_time
from django.utils import translation
from django.utils.translation import gettext_lazy

LOCALES = {"en": "en_GB", "es": "es", "fr": "fr", "pt-br": "pt_BR"}

# The zones offered first for a country; the first one stands for the country in a country line.
COUNTRY_ZONES: dict[str, tuple[str, ...]] = {
    "GH": ("Africa/Accra",),
    "CI": ("Africa/Abidjan",),
    "CO": ("America/Bogota",),
    "PE": ("America/Lima",),
    "BR": (
        "America/Sao_Paulo",
        "America/Bahia",
        "America/Belem",
        "America/Fortaleza",
        "America/Manaus",
        "America/Porto_Velho",
        "America/Rio_Branco",
    ),
    "DO": ("America/Santo_Domingo",),
    "CM": ("Africa/Douala",),
    "GT": ("America/Guatemala",),
    "ID": ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"),
    "NL": ("Europe/Amsterdam",),
    "FR": ("Europe/Paris",),
    "US": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    "GB": ("Europe/London",),
    "CH": ("Europe/Zurich",),
    "DE": ("Europe/Berlin",),
    "ES": ("Europe/Madrid",),
}

# Of zones that show the same clock, these are the ones people of their countries know.
WELL_KNOWN = {
    "America/Argentina/Buenos_Aires", "America/Guayaquil", "America/Halifax", "America/Mexico_City",
    "America/Santiago", "America/Toronto", "America/Winnipeg", "Asia/Krasnoyarsk",
    "Asia/Vladivostok", "Australia/Sydney", "Europe/Lisbon", "Europe/Moscow", "Europe/Samara", "Pacific/Auckland",
}  # fmt: skip

CITY_NAMES = {
    "America/Sao_Paulo": "São Paulo",
    "America/Bogota": "Bogotá",
    "America/Belem": "Belém",
    "UTC": "UTC",
}

# "BR" alone would promise São Paulo's hour to Manaus as well.
COUNTRY_LINE_LABELS = {"BR": "BR (São Paulo)"}

# Where one clock has a name that everybody uses, in words that a whole sentence can end with: "14:00 Ghana time".
HOUR_NAMES = {
    "Africa/Accra": gettext_lazy("Ghana time"),
    "Africa/Abidjan": gettext_lazy("Abidjan time"),
    "Africa/Douala": gettext_lazy("Cameroon time"),
    "America/Bogota": gettext_lazy("Colombia time"),
    "America/Guatemala": gettext_lazy("Guatemala time"),
    "America/Lima": gettext_lazy("Peru time"),
    "America/Santo_Domingo": gettext_lazy("Dominican time"),
    "America/Sao_Paulo": gettext_lazy("Brasília time"),
}

YEARS = range(2000, 2100)  # that somebody may mean; at either end of the calendar no zone can be reckoned with


def instants(wall_date: date, wall_time: time, minutes: int, zone: str) -> tuple[datetime, datetime]:
    """Derive start and end, in UTC, from what the clock on the wall shows in a zone.

    A wall time that the spring change skips moves forward by the length of the gap (02:30 becomes 03:30); one that the
    autumn change repeats means its first occurrence. The length counts elapsed minutes. The result is half-open.

    Raises:
        KeyError: `zoneinfo.ZoneInfoNotFoundError` for an unknown zone.
    """
    tz = ZoneInfo(zone)
    # With fold=0 a skipped time is read with the offset before the gap, which is just the shift forward wanted.
    start = datetime.combine(wall_date, wall_time, tzinfo=tz).replace(fold=0).astimezone(UTC)
    return start, start + timedelta(minutes=minutes)


def is_skipped(wall_date: date, wall_time: time, zone: str) -> bool:
    """Tell whether the clocks of a zone jump over this wall time."""
    start, _ = instants(wall_date, wall_time, 0, zone)
    return start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != datetime.combine(wall_date, wall_time)


def is_repeated(wall_date: date, wall_time: time, zone: str) -> bool:
    """Tell whether a zone's clocks show this wall time twice on that day."""
    first = datetime.combine(wall_date, wall_time, tzinfo=ZoneInfo(zone))
    return not is_skipped(wall_date, wall_time, zone) and first.utcoffset() != first.replace(fold=1).utcoffset()


@cache
def known_zones() -> frozenset[str]:
    """Every zone a person may have: region/city names and UTC, without the historical aliases at top level."""
    return frozenset(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")) | {"UTC"}


def unaccented(text: str) -> str:
    """Text as sorting wants it: lower case, accents off."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def city(zone: str) -> str:
    """Name a zone by its city, as people know it: `America/Sao_Paulo` is São Paulo."""
    return CITY_NAMES.get(zone) or zone.rsplit("/", 1)[-1].replace("_", " ")


# CLDR counts the first of a month as any other day; people who write these languages do not.
_FIRST = {"fr": (re.compile(r"\b1(?=\s[a-zéû–])"), "1er"), "pt": (re.compile(r"\b1(?=\s(?:de )?[a-z])"), "1º")}


def day_in_words(day: date, form: str, language: str | None = None) -> str:
    """Say a day in a language and in one of CLDR's forms or patterns: `full`, `long`, `EEE d MMM`."""
    locale = babel_locale(language)
    return _with_firsts(format_date(day, form, locale=locale), locale)


def full_day(day: date, language: str | None = None) -> str:
    """Say a day with its weekday in a language: `Thursday, 10 December 2026`, `mardi 1er décembre 2026`."""
    return day_in_words(day, "full", language)


def days_in_words(first: date, last: date) -> str:
    """Say some days with their weekdays: `Tue, 1 Dec – Wed, 2 Dec 2026`; a single day in full."""
    if first == last:
        return full_day(first)
    locale = babel_locale()
    return _with_firsts(format_interval(first, last, "yMMMEd", locale=locale), locale)


def _with_firsts(words: str, locale: Locale) -> str:
    if locale.language not in _FIRST:
        return words
    number, ordinal = _FIRST[locale.language]
    return number.sub(ordinal, words)


def offset(instant: datetime, zone: str) -> str:
    """Give a zone's offset at an instant: `UTC−5`, `UTC+5:30`, `UTC+0`."""
    delta = instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    minutes = int(delta.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "\N{MINUS SIGN}" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def babel_locale(language: str | None = None) -> Locale:
    """Give Babel's locale for one of the portal's languages; the active one by default."""
    return Locale.parse(LOCALES.get(language or translation.get_language() or "en", "en_GB"))


def countries() -> tuple[str, ...]:
    """Every country that has a time zone, as ISO codes (CLDR)."""
    return tuple(sorted(code for code in get_global("territory_zones") if len(code) == 2))


def zones_of(country: str) -> tuple[str, ...]:
    """The zones a person of a country may live in, the usual ones first; empty for an unknown country."""
    return COUNTRY_ZONES.get(country) or tuple(get_global("territory_zones").get(country, ()))


@cache
def short_list(country: str) -> tuple[str, ...]:
    """The zones of a country that a person has to choose among: the usual ones, or one for each clock it has.

    Argentina has twelve names for one clock: that is one zone, and nobody need choose.
    """
    if country in COUNTRY_ZONES:
        return COUNTRY_ZONES[country]
    clocks: dict[tuple[str, ...], str] = {}
    for zone in sorted(zones_of(country), key=lambda zone: zone not in WELL_KNOWN):
        clocks.setdefault(tuple(offset(datetime(2026, month, 15, tzinfo=UTC), zone) for month in (1, 7)), zone)
    return tuple(clocks.values())


def country_choices(language: str | None = None) -> list[tuple[str, str]]:
    """Countries as form choices: code and name in a language, sorted by name."""
    names = [(code, country_name(code, language)) for code in countries()]
    return sorted(names, key=lambda pair: unaccented(pair[1]))


def zone_choices(at: datetime) -> list[tuple[str, str]]:
    """All zones as form choices: name and `São Paulo, Brazil (UTC−3)`, sorted by country."""
    choices: list[tuple[str, str]] = []
    for country, name in country_choices():
        choices.extend((zone, f"{name}: {city(zone)} ({offset(at, zone)})") for zone in zones_of(country))
    return list(dict(choices).items())


def country_name(code: str, language: str | None = None) -> str:
    """Name a country (ISO 3166-1 alpha-2) in a language, from CLDR; an unknown code comes back as it is."""
    return str(babel_locale(language).territories.get(code, code))


def country_label(code: str) -> str:
    """Name a country with the city that stands for it where it has several clocks: `Brazil (São Paulo)`."""
    return country_name(code) + COUNTRY_LINE_LABELS.get(code, code)[2:]


@dataclass(frozen=True)
class LocalTime:
    """An instant as one person reads it. Words are in the language that was active when it was made.

    Attributes:
        day: weekday and date, `Thursday, 10 December 2026`.
        clock: hour and minute, always 24 hours.
        city: the zone's city.
        offset: the zone's offset at that instant, `UTC−5`.
        hour: the clock with whose it is, short enough for a subject: `14:00 Ghana time`, `14:00 (Manaus)`.
    """

    day: str
    clock: str
    city: str
    offset: str
    hour: str

    def __str__(self) -> str:
        return f"{self.day}, {self.clock} ({self.city}, {self.offset})"


def local(instant: datetime, zone: str, language: str | None = None) -> LocalTime:
    """Say an instant in a zone and a language (the active one by default)."""
    there = instant.astimezone(ZoneInfo(zone))
    clock = format_time(there.timetz(), "HH:mm", locale=babel_locale(language))
    with translation.override(language or translation.get_language()):
        hour = f"{clock} {HOUR_NAMES.get(zone, f'({city(zone)})')}"
    return LocalTime(full_day(there.date(), language), clock, city(zone), offset(instant, zone), hour)


@dataclass(frozen=True)
class CountryTime:
    """One entry of a country line: the countries that read the same clock, and how many days it is off the anchor."""

    clock: str
    countries: tuple[str, ...]
    day_shift: int
    offset: str

    def __str__(self) -> str:
        shift = f" ({self.day_shift:+d} d)" if self.day_shift else ""
        return f"{self.clock}{shift} {' '.join(self.countries)}"


def country_times(instant: datetime, countries: Iterable[str], anchor_zone: str) -> list[CountryTime]:
    """Group countries by the clock they read at an instant, earliest clock first.

    Args:
        instant: aware, any zone.
        countries: ISO codes; the first zone of `COUNTRY_ZONES` stands for each.
        anchor_zone: the day shift counts from this zone's date.
    """
    anchor_day = instant.astimezone(ZoneInfo(anchor_zone)).date()
    groups: dict[datetime, list[str]] = {}
    for code in countries:
        there = instant.astimezone(ZoneInfo(COUNTRY_ZONES[code][0])).replace(tzinfo=None)
        groups.setdefault(there, []).append(code)
    return [
        CountryTime(
            clock=there.strftime("%H:%M"),
            countries=tuple(COUNTRY_LINE_LABELS.get(code, code) for code in codes),
            day_shift=(there.date() - anchor_day).days,
            offset=offset(instant, COUNTRY_ZONES[codes[0]][0]),
        )
        for there, codes in sorted(groups.items())
    ]


def country_line(instant: datetime, countries: Iterable[str], anchor_zone: str) -> str:
    """Say an instant for several countries in one line: `09:00 CO PE · 10:00 DO · 14:00 GH CI`."""
    return " · ".join(str(entry) for entry in country_times(instant, countries, anchor_zone))
