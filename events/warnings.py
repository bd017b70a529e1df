"""What may speak against a time: unusual hours, holidays, weekends, other events. Said, never forbidden.

`warn` reads no database and no clock; `events.clashes` finds what else takes place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.telling import Span
from forestallies.lib import working_days, zones

LISTED = 5  # so many clashes of one kind are named, the others counted


@dataclass(frozen=True)
class Other:
    """Another event. `title` is empty when the reader may not know it; `people` are those in both audiences."""

    span: Span
    title: str = ""
    people: int = 0


@dataclass(frozen=True)
class Engagement:
    """Another event in which somebody who helps in this one has a part or a seat."""

    name: str
    other: Other


@dataclass(frozen=True)
class Draft:
    """An event as it would be: when, for which countries, and what else its people may have at that time."""

    span: Span
    countries: tuple[str, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    others: tuple[Other, ...] = ()


@dataclass(frozen=True)
class OutsideHours:
    """So many minutes of it are before 7 or after 21 o'clock in a country."""

    country: str
    minutes: int
    span: Span

    def __str__(self) -> str:
        words = ngettext(
            "%(country)s: %(count)d minute of it is before 7 or after 21 o’clock there: %(when)s.",
            "%(country)s: %(count)d minutes of it are before 7 or after 21 o’clock there: %(when)s.",
            self.minutes,
        )
        start, end = (zones.local(instant, _zone(self.country)) for instant in self.span)
        when = f"{start.clock}–{end.clock} ({start.city}, {start.offset})"
        return words % {"country": zones.country_label(self.country), "count": self.minutes, "when": when}


@dataclass(frozen=True)
class Holiday:
    """A public holiday of a country, on the date there."""

    country: str
    day: date
    name: str

    def __str__(self) -> str:
        words = _("%(country)s: %(day)s is a public holiday there, %(name)s.")
        day = zones.full_day(self.day)
        return words % {"country": zones.country_name(self.country), "day": day, "name": self.name}


@dataclass(frozen=True)
class Weekend:
    """It is weekend in these countries, by the dates there."""

    countries: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(zones.country_name(code) for code in self.countries)
        return _("It is weekend in %(countries)s.") % {"countries": names}


@dataclass(frozen=True)
class HelperClash:
    """Somebody who leads, interprets or speaks has another event at that time."""

    name: str
    title: str

    def __str__(self) -> str:
        if self.title:
            return _("%(name)s has another event at that time: “%(title)s”.") % vars(self)
        return _("%(name)s has another event at that time.") % vars(self)


@dataclass(frozen=True)
class AudienceClash:
    """Another event is for some of the same people, or for a circle of the same."""

    title: str
    people: int

    def __str__(self) -> str:
        if self.title and self.people:
            words = ngettext(
                "“%(title)s” takes place at that time as well; %(people)d person is in both audiences.",
                "“%(title)s” takes place at that time as well; %(people)d people are in both audiences.",
                self.people,
            )
        elif self.title:
            words = _("“%(title)s” takes place at that time as well, for the same group.")
        elif self.people:
            words = ngettext(
                "Another event takes place at that time; %(people)d person is in both audiences.",
                "Another event takes place at that time; %(people)d people are in both audiences.",
                self.people,
            )
        else:
            words = _("Another event takes place at that time, for the same group.")
        return words % vars(self)


@dataclass(frozen=True)
class FurtherClashes:
    """More clashes than are worth naming."""

    count: int

    def __str__(self) -> str:
        words = ngettext("%(count)d more clash of this kind.", "%(count)d more clashes of this kind.", self.count)
        return words % vars(self)


Caution = OutsideHours | Holiday | Weekend | HelperClash | AudienceClash | FurtherClashes


def warn(draft: Draft) -> list[Caution]:
    """Name all that may speak against a time, in the order of the countries and then of what clashes.

    Holidays are named in the language that is active.
    """
    countries = [code for code in draft.countries if code in zones.COUNTRY_ZONES]
    found: list[Caution] = [*_unusual_hours(draft.span, countries), *_holidays(draft.span, countries)]
    if resting := tuple(code for code in countries if _rests(draft.span, code)):
        found.append(Weekend(resting))
    busy = (HelperClash(one.name, one.other.title) for one in draft.engagements if overlap(one.other.span, draft.span))
    same = (AudienceClash(one.title, one.people) for one in draft.others if overlap(one.span, draft.span))
    return [*found, *_first(busy), *_first(same)]


def overlap(one: Span, other: Span) -> bool:
    """Half-open: what ends when the other begins does not overlap."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _zone(country: str) -> str:
    return zones.COUNTRY_ZONES[country][0]


def _unusual_hours(span: Span, countries: Iterable[str]) -> list[OutsideHours]:
    counted = ((code, working_days.minutes_outside(*span, _zone(code))) for code in countries)
    return [OutsideHours(code, minutes, span) for code, minutes in counted if minutes]


def _holidays(span: Span, countries: Iterable[str]) -> list[Holiday]:
    days = ((code, day) for code in countries for day in working_days.local_days(*span, _zone(code)))
    return [Holiday(code, day, name) for code, day in days if (name := working_days.holiday(day, code))]


def _rests(span: Span, country: str) -> bool:
    return any(working_days.is_weekend(day, country) for day in working_days.local_days(*span, _zone(country)))


def _first(clashes: Iterable[HelperClash | AudienceClash]) -> list[Caution]:
    """Each clash once; the most are counted only."""
    once: list[Caution] = list(dict.fromkeys(clashes))
    return once if len(once) <= LISTED else [*once[:LISTED], FurtherClashes(len(once) - LISTED)]
