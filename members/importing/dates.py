"""Days as people and forms write them: unpadded, with the day first or the month."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

DMY, MDY = "dmy", "mdy"
_DAY = re.compile(r"\s*(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})(?![\d/])")
_HOUR = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_AFTERNOON = re.compile(r"\bp\.?\s?m\b", re.IGNORECASE)
_MORNING = re.compile(r"\ba\.?\s?m\b", re.IGNORECASE)
YEARS = range(1950, 2100)


def orders_of(text: str) -> frozenset[str]:
    """In which orders a cell can be read; empty when it holds no day, both when it may be either."""
    found = _DAY.match(text)
    if not found or len(found[1]) == 4:
        return frozenset()
    first, second = int(found[1]), int(found[2])
    return frozenset(
        order
        for order, day, month in ((DMY, first, second), (MDY, second, first))
        if 1 <= month <= 12 and 1 <= day <= 31
    )


def order_of(cells: Iterable[str], *, otherwise: str) -> str:
    """The order that a column is in: the one that reads more of its cells; where neither does, `otherwise`."""
    counts = {DMY: 0, MDY: 0}
    for cell in cells:
        for order in orders_of(cell):
            counts[order] += 1
    if counts[DMY] == counts[MDY]:
        return otherwise if counts[DMY] else ""
    return max(counts, key=lambda order: counts[order])


def day(text: str, order: str) -> date | None:
    """Read a day; None when there is none.

    Args:
        order: `DMY` or `MDY`; a year of four digits in front needs neither.
    """
    found = _DAY.match(text)
    if not found:
        return None
    one, two, three = (int(part) for part in found.groups())
    if len(found[1]) == 4:
        year, month, number = one, two, three
    elif order == MDY:
        year, month, number = three, one, two
    else:
        year, month, number = three, two, one
    if year < 100 and len(found[1]) < 4:
        year += 2000
    try:
        return date(year, month, number) if year in YEARS else None
    except ValueError:
        return None


def moment(text: str, order: str) -> datetime | None:
    """Read a day with its hour, taken as UTC (a form's file does not say in which zone it counts)."""
    on = day(text, order)
    if on is None:
        return None
    found = _HOUR.search(text)
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    if _AFTERNOON.search(text) and hour < 12:
        hour += 12
    elif _MORNING.search(text) and hour == 12:
        hour = 0
    try:
        return datetime.combine(on, time(hour, minute, second), tzinfo=UTC)
    except ValueError:
        return None
