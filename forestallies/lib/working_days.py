"""When people of a country are usually at work: the hours of the day, the weekend, public holidays.

Everything here is local to a country's first zone (`zones.COUNTRY_ZONES`), which stands for the country as in the
country line. Holidays are the national ones; those of single regions are not known.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils import translation

from forestallies.lib import zones

DAY_BEGINS, DAY_ENDS = time(7), time(21)
MINUTE = timedelta(minutes=1)


def local_days(starts_at: datetime, ends_at: datetime, zone: str) -> list[date]:
    """Every date that a zone's calendar shows from an instant until another; half-open, at least one."""
    there = ZoneInfo(zone)
    first = starts_at.astimezone(there).date()
    last = max(first, (ends_at - timedelta(microseconds=1)).astimezone(there).date())
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def minutes_outside(starts_at: datetime, ends_at: datetime, zone: str) -> int:
    """Count the elapsed minutes, of those from an instant until another, when a zone's clock is before 7 or after 21.

    Both ends are half-open: what ends at 21:00 is not outside at all, what starts at 21:00 is outside as a whole.
    """
    inside = timedelta()
    for day in local_days(starts_at, ends_at, zone):
        opens, closes = (zones.instants(day, clock, 0, zone)[0] for clock in (DAY_BEGINS, DAY_ENDS))
        inside += max(timedelta(), min(ends_at, closes) - max(starts_at, opens))
    return -((inside - (ends_at - starts_at)) // MINUTE)


def is_weekend(day: date, country: str) -> bool:
    """Tell whether a date lies on a country's weekend (CLDR knows those that are not Saturday and Sunday)."""
    spoken = Locale.parse(f"und_{country}")  # the language most people there speak; its file knows the week
    return (day.weekday() - spoken.weekend_start) % 7 <= (spoken.weekend_end - spoken.weekend_start) % 7


def holiday(day: date, country: str, language: str | None = None) -> str:
    """Name a country's public holiday on a date; empty when it is none or the country is unknown.

    In the language asked for (the active one by default) where the names are known in it, else in English, else in the
    country's own.
    """
    return _holidays(country, day.year, language or translation.get_language() or "en").get(day, "")


@lru_cache(maxsize=256)
def _holidays(country: str, year: int, language: str) -> dict[date, str]:
    # Here, because it takes half a second and 40 MB, which only those processes pay that show a scheduling page.
    from holidays import country_holidays

    try:
        spoken = country_holidays(country, years=year)
    except NotImplementedError:  # a country without a calendar
        return {}
    known = spoken.supported_languages
    wanted = next((code for code in _codes(language) if code in known), spoken.default_language)
    return dict(country_holidays(country, years=year, language=wanted)) if wanted else dict(spoken)


def _codes(language: str) -> tuple[str, ...]:
    """What the names' languages may be called, the best first."""
    locale = zones.LOCALES.get(language, "en_GB")
    return (locale, locale.split("_", maxsplit=1)[0], "en_GB", "en_US")
