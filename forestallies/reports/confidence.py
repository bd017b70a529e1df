"""Confidence over time: of each half-year that is over, how many members chose each of the five numbers.

Nothing is said of a half-year with fewer than five answers, nor of the running one, in which each new answer would
show by the difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from forestallies.lib.database import Median
from forestallies.reports.small_cells import LEAST
from members.models import Community, Confidence
from members.models.confidence import Half

VALUES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Trend:
    """One half-year.

    Attributes:
        answers: how many people chose a number; those who left the question out are not among them.
        numbers: how many chose each of the five; empty where too few answered or it is not over.
        median: None in the same cases.
    """

    half: Half
    answers: int
    numbers: tuple[int, ...]
    median: float | None
    is_running: bool

    @property
    def is_shown(self) -> bool:
        return bool(self.numbers)

    def share(self, value: int) -> int:
        """Per cent of those who answered, rounded; ask only when it is shown."""
        return round(100 * self.numbers[value - 1] / self.answers)


def trends(community: Community, *, at: datetime) -> list[Trend]:
    """Every half-year in which somebody answered, the earliest first; in one query."""
    counts = {f"chose_{value}": Count("pk", filter=Q(value=value)) for value in VALUES}
    rows = (
        Confidence.objects.filter(community=community, value__isnull=False)
        .order_by("year", "half")
        .values("year", "half")
        .annotate(answers=Count("pk"), median=Median("value"), **counts)
    )
    return [_trend(row, at) for row in rows]


def _trend(row: Mapping[str, Any], at: datetime) -> Trend:
    half = Half(row["year"], row["half"])
    is_running = half.ends_at > at
    if is_running or row["answers"] < LEAST:
        return Trend(half, row["answers"], (), None, is_running)
    numbers = tuple(row[f"chose_{value}"] for value in VALUES)
    return Trend(half, row["answers"], numbers, float(row["median"]), is_running)
