"""The two reports on the health of a community as files: engagement by quarter, confidence by half-year.

They hold numbers only, and small ones are hidden, because files are passed on.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forestallies.reports import confidence, engagement
from forestallies.reports.engagement import BANDS
from forestallies.reports.scopes import Scope
from forestallies.reports.search import Search
from forestallies.reports.small_cells import LEAST, protected
from forestallies.reports.tables import Column, Made, Shown, Table
from members.models import Community

ALL_QUARTERS = 40  # ten years
COMMUNITY_ONLY = ("community",)


def _community(scope: Scope) -> Community:
    assert isinstance(scope.subject, Community)  # noqa: S101 (for the type checker; `Table.about` says so)
    return scope.subject


def engagement_rows(scope: Scope, _search: Search, at: datetime) -> Made:
    """One row per quarter in which the community had members."""
    made = engagement.distributions(_community(scope), at=at, number=ALL_QUARTERS)
    return Made([_engagement_fact(scope, one, at) for one in made])


def _engagement_fact(scope: Scope, one: engagement.Distribution, at: datetime) -> dict[str, Any]:
    cells = protected(list(one.numbers.values()))
    return {
        "community": scope.subject.slug,
        "quarter": str(one.quarter),
        "first_day": one.quarter.starts_at.date(),
        "as_of": min(one.quarter.last_day, at.date()),
        "members": one.total if one.total >= LEAST else None,
        **dict(zip(one.numbers, cells, strict=True)),
        "suppressed": None in cells,
    }


ENGAGEMENT: list[Column] = [
    (name, name) for name in ("community", "quarter", "first_day", "as_of", "members", *BANDS, "suppressed")
]


def confidence_rows(scope: Scope, _search: Search, at: datetime) -> Made:
    """One row per half-year in which somebody answered."""
    return Made([_confidence_fact(scope, one) for one in confidence.trends(_community(scope), at=at)])


def _confidence_fact(scope: Scope, one: confidence.Trend) -> dict[str, Any]:
    numbers = one.numbers or (None,) * len(confidence.VALUES)
    return {
        "community": scope.subject.slug,
        "half_year": str(one.half),
        "answers": one.answers if one.is_shown else None,
        **{f"chose_{value}": number for value, number in zip(confidence.VALUES, numbers, strict=True)},
        "median": one.median,
        "suppressed": not one.is_shown,
    }


CONFIDENCE: list[Column] = [
    (name, name)
    for name in (
        "community", "half_year", "answers", *(f"chose_{value}" for value in confidence.VALUES), "median", "suppressed",
    )
]  # fmt: skip


def _read(_scope: Scope) -> Callable[[dict[str, Any]], SimpleNamespace]:
    return lambda fact: SimpleNamespace(**fact)


def _shown(_scope: Scope) -> Sequence[Shown]:
    return []


def _titled(words: Promise) -> Callable[[Scope], Promise]:
    return lambda _scope: words


ENGAGEMENT_TABLE = Table(
    name="engagement", title=_titled(_("Engagement")), columns=lambda _scope: ENGAGEMENT, shown=_shown,
    rows=engagement_rows, reader=_read, asks=(), about=COMMUNITY_ONLY,
)  # fmt: skip
CONFIDENCE_TABLE = Table(
    name="confidence", title=_titled(_("Confidence")), columns=lambda _scope: CONFIDENCE, shown=_shown,
    rows=confidence_rows, reader=_read, asks=(), about=COMMUNITY_ONLY,
)  # fmt: skip
