"""An event's start on the clocks of its countries, for the staff who schedule it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from events.models import Event
from forestallies.lib import working_days, zones


@dataclass(frozen=True)
class CountryClock:
    """One country's clock. `day`, `clock` and `offset` are empty as long as there is no time yet.

    Attributes:
        minutes_outside: so many minutes of the event are before 7 or after 21 o'clock there.
    """

    country: str
    zone: str
    day: str
    clock: str
    offset: str
    minutes_outside: int = 0

    @property
    def outside(self) -> bool:
        return self.minutes_outside > 0


class LocalTimes:
    """The list beside the time field: drawn here, and kept up to date by `local_times.js` where scripts run."""

    def __init__(self, event: Event) -> None:
        self.starts_at = _start(event)
        codes = [code for code in event.countries if code in zones.COUNTRY_ZONES]
        self.clocks = [clock_of(code, self.starts_at, event.minutes or 0) for code in codes]


@dataclass(frozen=True)
class Shown:
    """An event's time in its own zone, from when until when."""

    start: zones.LocalTime
    end: zones.LocalTime


@dataclass(frozen=True)
class Compared:
    """One country's clock before and after a move."""

    country: str
    old: CountryClock
    new: CountryClock


def shown(event: Event) -> Shown:
    return Shown(zones.local(event.starts_at, event.zone), zones.local(event.ends_at, event.zone))


def compared(old: Event, new: Event) -> list[Compared]:
    """The start in each country, before and after."""
    codes = [code for code in new.countries if code in zones.COUNTRY_ZONES]
    pairs = ((clock_of(code, old.starts_at), clock_of(code, new.starts_at)) for code in codes)
    return [Compared(before.country, before, after) for before, after in pairs]


def clock_of(code: str, starts_at: datetime | None, minutes: int = 0) -> CountryClock:
    """Say an instant on the clock of a country's first zone, which is named where a country has several."""
    zone, country = zones.COUNTRY_ZONES[code][0], zones.country_label(code)
    if starts_at is None:
        return CountryClock(country, zone, "", "", "")
    there = starts_at.astimezone(ZoneInfo(zone))
    day = zones.day_in_words(there.date(), "EEE d MMM")
    outside = working_days.minutes_outside(starts_at, starts_at + timedelta(minutes=minutes), zone)
    return CountryClock(country, zone, day, there.strftime("%H:%M"), zones.offset(starts_at, zone), outside)


def _start(event: Event) -> datetime | None:
    """The start as the wall clock says it, saved or not; None as long as it says nothing."""
    if not (event.wall_date and event.wall_time and event.zone):
        return None
    return zones.instants(event.wall_date, event.wall_time, 0, event.zone)[0]
