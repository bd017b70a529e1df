"""The demo's calendar: every date but those of 2021 moves by whole weeks, so that the demo never grows stale."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

REFERENCE = date(2026, 11, 20)  # the day for which the dates in `data/` are written
AFTER_SESSION_3 = date(2026, 11, 19)  # the first day of the demo's week: the one after session 3
FIRST, LAST = date(2023, 11, 2), date(2099, 12, 30)  # whole weeks, in which every other edition is after that of 2021


class WrongDay(ValueError):
    """The demo cannot be dated for this day; the text is a sentence for the operator."""


@dataclass(frozen=True)
class Calendar:
    """The dates of a demo that is looked at on a day.

    Attributes:
        today: the day, in UTC; it always lies in the week after session 3 of the running edition.

    Raises:
        WrongDay: outside FIRST and LAST.
    """

    today: date

    def __post_init__(self) -> None:
        if not FIRST <= self.today <= LAST:
            raise WrongDay(f"The demo can be dated for days from {FIRST} to {LAST}, not for {self.today}.")

    @classmethod
    def of_week(cls, weeks: int) -> "Calendar":
        """The calendar that lies so many weeks after the dates in `data/`."""
        return cls(AFTER_SESSION_3 + timedelta(weeks=weeks))

    @property
    def weeks(self) -> int:
        """How many weeks the dates move; negative into the past."""
        return (self.today - AFTER_SESSION_3).days // 7

    def day(self, written: date) -> date:
        """Move a date from `data/`."""
        return written + timedelta(weeks=self.weeks)

    def morning(self, written: date) -> datetime:
        """Nine o'clock UTC on a moved date."""
        return datetime.combine(self.day(written), time(9), tzinfo=UTC)

    @property
    def reminders_since(self) -> datetime:
        """The end of the demo's first day: what would have come before it is neither sent at once nor missed."""
        return datetime.combine(self.today + timedelta(days=1), time(), tzinfo=UTC)

    def ago(self, days: int, minutes: int = 0) -> datetime:
        """An instant before the (moved) day of the demo: so many days, and so many minutes later than 09:00 UTC."""
        return self.morning(REFERENCE - timedelta(days=days)) + timedelta(minutes=minutes)


def morning_after(day: date) -> datetime:
    """Ten o'clock UTC on the day after: when attendance is on record."""
    return datetime.combine(day + timedelta(days=1), time(10), tzinfo=UTC)


def span_name(starts_on: date, ends_on: date, *, dash: str) -> str:
    """Name the years of a span: `2026`, or `2026–27` with the given dash."""
    if starts_on.year == ends_on.year:
        return str(starts_on.year)
    return f"{starts_on.year}{dash}{ends_on.year % 100:02}"
