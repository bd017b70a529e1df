"""The calendar of gatherings: how many there are in each year, what is missing, and what a copy would look like."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.actions.moving import When
from events.local_times import CountryClock, clock_of
from events.models import Event
from forestallies.lib import zones
from members.models import Community
from workshops.models import Gathering, Workshop, in_each_language

A_YEAR = 2  # so many gatherings
FEWEST = 2  # workshops of a gathering
HALF_A_YEAR = timedelta(weeks=26)
ALIVE = ~Q(workshops__state=Event.State.CANCELLED)


@dataclass(frozen=True)
class Line:
    """One gathering in the planner.

    Attributes:
        workshops: how many, those called off not counted.
        drafts: how many of them members do not see yet.
    """

    gathering: Gathering
    workshops: int
    drafts: int
    warning: str


@dataclass(frozen=True)
class Year:
    """One calendar year of a community; a gathering belongs to the year in which it starts."""

    number: int
    lines: list[Line]
    warning: str
    is_over: bool


@dataclass(frozen=True)
class Copy:
    """A workshop as it would take place in another gathering.

    Attributes:
        skipped: the clocks of its zone jump over that hour on that day.
    """

    workshop: Workshop
    when: When
    start: zones.LocalTime
    clocks: list[CountryClock]
    skipped: bool


def years(community: Community, *, today: date) -> list[Year]:
    """Every calendar year from a community's first gathering to the next year at least, the latest first."""
    counted = community.gatherings.annotate(
        alive=Count("workshops", filter=ALIVE),
        drafts=Count("workshops", filter=Q(workshops__state=Event.State.DRAFT)),
    )
    by_year: dict[int, list[Line]] = {}
    for gathering in counted.order_by("starts_on", "pk"):
        line = _line(gathering, today=today)
        by_year.setdefault(gathering.starts_on.year, []).append(line)
    span = range(min([*by_year, today.year]), max([*by_year, today.year + 1]) + 1)
    return [_year(number, by_year.get(number, []), today=today) for number in reversed(span)]


def _line(gathering: Gathering, *, today: date) -> Line:
    alive: int = gathering.alive  # type: ignore[attr-defined]  # annotated
    drafts: int = gathering.drafts  # type: ignore[attr-defined]  # annotated
    is_over = gathering.ends_on < today
    return Line(gathering, alive, drafts, "" if is_over else workshops_warning(alive))


def workshops_warning(number: int) -> str:
    """What to do when a gathering has too few workshops; empty when it has enough."""
    if number >= FEWEST:
        return ""
    if not number:
        return _("It has no workshop yet. Please add at least two.")
    return _("It has one workshop only. Please add at least one more.")


def _year(number: int, lines: list[Line], *, today: date) -> Year:
    is_over = number < today.year
    return Year(number, lines, year_warning(number, len(lines), is_over=is_over), is_over)


def year_warning(year: int, number: int, *, is_over: bool = False) -> str:
    """What to do when a year has not two gatherings; of a year gone by only what was."""
    if number == A_YEAR:
        return ""
    if is_over:
        words = ngettext(
            "In %(year)d there was %(count)d gathering instead of two.",
            "In %(year)d there were %(count)d gatherings instead of two.",
            number,
        )
        return words % {"year": year, "count": number}
    if not number:
        return _("No gathering is planned for %(year)d. Members expect two: make the first one from the last.") % {
            "year": year
        }
    if number < A_YEAR:
        return _(
            "Only one gathering is planned for %(year)d. Members expect two: make the second one from the last."
        ) % {"year": year}
    words = _(
        "%(count)d gatherings are planned for %(year)d. Members come twice a year: please move one to another year."
    )
    return words % {"year": year, "count": number}


def copies(source: Gathering, *, starts_on: date, zone: str) -> list[Copy]:
    """The workshops of a gathering on the days of another one, each at the same hour on the wall, in three queries.

    Those in the gathering's own zone take the new zone; those in another keep theirs. What was called off is left out.

    Args:
        starts_on: the first day of the new gathering; every workshop keeps its distance from it.
    """
    rows = source.workshops.exclude(state=Event.State.CANCELLED).select_related("theme").prefetch_related("audience")
    return [_copy(one, source, starts_on - source.starts_on, zone) for one in rows.order_by("starts_at", "pk")]


def _copy(workshop: Workshop, source: Gathering, later: timedelta, zone: str) -> Copy:
    there = zone if workshop.zone == source.zone else workshop.zone
    when = When(workshop.wall_date + later, workshop.wall_time, workshop.minutes, there)
    starts_at = when.span().starts_at
    return Copy(
        workshop,
        when,
        zones.local(starts_at, there),
        hours(starts_at, workshop.minutes, workshop.countries),
        zones.is_skipped(when.wall_date, when.wall_time, there),
    )


def hours(starts_at: datetime, minutes: int, countries: Iterable[str]) -> list[CountryClock]:
    """The start on each country's clock, with the minutes of it that are before 7 or after 21 o'clock there."""
    return [clock_of(code, starts_at, minutes) for code in countries if code in zones.COUNTRY_ZONES]


def proposal(source: Gathering) -> dict[str, object]:
    """What the next gathering would be: half a year on, in the next season that the community has not planned yet."""
    starts_on, season, year = source.starts_on, Gathering.Season(source.season), source.year
    taken = set(source.community.gatherings.values_list("year", "season"))
    while (year, season) in taken:
        starts_on += HALF_A_YEAR
        season, year = _next(season, year)
    return {**names(season, year), "season": season, "year": year, "starts_on": starts_on, "zone": source.zone}


def _next(season: str, year: int) -> tuple[Gathering.Season, int]:
    if season == Gathering.Season.SPRING:
        return Gathering.Season.AUTUMN, year
    return Gathering.Season.SPRING, year + 1


def names(season: Gathering.Season, year: int) -> dict[str, object]:
    """The usual name of a gathering in each language: “Spring 2027”."""
    made: dict[str, object] = {}
    for (code, _language), column in zip(settings.LANGUAGES, in_each_language("name"), strict=True):
        with translation.override(code):
            made[column] = f"{season.label} {year}"
    return made
