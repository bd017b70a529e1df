"""The hours in which mails that can wait reach somebody."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from forestallies.lib import zones

FIRST, LAST = time(8), time(20)


def from_then_on(instant: datetime, zone: str) -> datetime:
    """Give the first moment from an instant on at which it is day in a zone: from 8 to 20 by the clock on the wall."""
    there = instant.astimezone(ZoneInfo(zone))
    if FIRST <= there.time() < LAST:
        return instant
    day = there.date() if there.time() < FIRST else there.date() + timedelta(days=1)
    return zones.instants(day, FIRST, 0, zone)[0]
