"""Measuring: the bare thing and the real one in turn, several rounds, medians."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any

Run = Callable[[], float]  # does its work once and returns the rate, things per second


@dataclass(frozen=True)
class Measurement:
    """What one comparison gave: rates, more is better.

    Attributes:
        what: the real thing, in a few words.
        baseline: the bare thing beside it, in a few words.
        unit: of what there are so many per second.
        note: what else is worth knowing; may be empty.
    """

    what: str
    baseline: str
    unit: str
    bare: tuple[float, ...]
    real: tuple[float, ...]
    note: str = ""

    @property
    def ratio(self) -> float:
        """Share of the bare rate that the real thing reaches, of the medians."""
        return median(self.real) / median(self.bare)

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "baseline": self.baseline,
            "unit": f"{self.unit} per second",
            "bare": round(median(self.bare), 1),
            "real": round(median(self.real), 1),
            "ratio": round(self.ratio, 4),
            "rounds": {"bare": [round(rate, 1) for rate in self.bare], "real": [round(rate, 1) for rate in self.real]},
            **({"note": self.note} if self.note else {}),
        }


@dataclass(frozen=True)
class Waits:
    """How long each of many answers took, in milliseconds: less is better.

    Attributes:
        what, baseline: as of a `Measurement`.
        bare, real: one figure for each round.
        errors: how many answers of the real thing, over all rounds, were not what they should be.
    """

    what: str
    baseline: str
    bare: tuple[float, ...]
    real: tuple[float, ...]
    errors: int

    @property
    def ratio(self) -> float:
        """Share of the bare speed that the real thing reaches, of the medians."""
        return median(self.bare) / median(self.real)

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "baseline": self.baseline,
            "unit": "milliseconds",
            "bare": round(median(self.bare), 1),
            "real": round(median(self.real), 1),
            "ratio": round(self.ratio, 4),
            "rounds": {"bare": [round(wait, 1) for wait in self.bare], "real": [round(wait, 1) for wait in self.real]},
            "errors": self.errors,
        }


def percentile(waits: list[float], share: float) -> float:
    """The wait that this share of all waits does not exceed (nearest rank)."""
    return sorted(waits)[max(ceil(share * len(waits)) - 1, 0)]


def compare(*, what: str, baseline: str, unit: str, bare: Run, real: Run, rounds: int, note: str = "") -> Measurement:
    """Run both in turn, so that a busy minute of the machine falls on both."""
    rates = [(bare(), real()) for _ in range(rounds)]
    return Measurement(what, baseline, unit, tuple(pair[0] for pair in rates), tuple(pair[1] for pair in rates), note)


def rate(count: int, act: Callable[[], object]) -> float:
    """Do something that handles `count` things, and give things per second."""
    start = time.perf_counter()
    act()
    return count / (time.perf_counter() - start)
