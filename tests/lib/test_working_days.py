"""Hours of the day, weekends and holidays, by the clock and the calendar of each place."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forestallies.lib import working_days, zones

LANGUAGES = ("en", "es", "fr", "pt-br")
MINUTE = timedelta(minutes=1)
DAYS_OF_CHANGE = [
    (datetime(2027, 3, 28, tzinfo=UTC), "Europe/Paris"),
    (datetime(2027, 10, 31, tzinfo=UTC), "Europe/Paris"),
    (datetime(2027, 3, 14, 4, tzinfo=UTC), "America/New_York"),
    (datetime(2027, 11, 7, 4, tzinfo=UTC), "America/New_York"),
]


def counted(starts_at: datetime, minutes: int, zone: str) -> int:
    """What `minutes_outside` shall say: look at the clock once a minute."""
    there = ZoneInfo(zone)
    clocks = ((starts_at + number * MINUTE).astimezone(there).hour for number in range(minutes))
    return sum(not 7 <= hour < 21 for hour in clocks)


@given(
    starts_at=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)).map(
        lambda instant: instant.replace(second=0, microsecond=0)
    ),
    minutes=st.integers(1, 1440),
    zone=st.sampled_from(sorted(zones.known_zones())),
)
@example(datetime(2026, 12, 10, 23, tzinfo=UTC), 1440, "Africa/Accra")
def test_minutes_outside_are_exact_in_every_zone(starts_at, minutes, zone):
    assert working_days.minutes_outside(starts_at, starts_at + minutes * MINUTE, zone) == counted(
        starts_at, minutes, zone
    )


@pytest.mark.parametrize(("midnight", "zone"), DAYS_OF_CHANGE)
@pytest.mark.parametrize("hour", range(24))
def test_minutes_outside_are_exact_on_days_of_23_and_25_hours(midnight, zone, hour):
    starts_at = midnight + timedelta(hours=hour - 6)
    for minutes in (1, 59, 180, 1440):
        ends_at = starts_at + minutes * MINUTE
        assert working_days.minutes_outside(starts_at, ends_at, zone) == counted(starts_at, minutes, zone)


@pytest.mark.parametrize(
    ("clock", "minutes", "outside"),
    [
        ("07:00", 60, 0),
        ("06:59", 60, 1),
        ("06:00", 60, 60),
        ("20:00", 60, 0),
        ("20:00", 61, 1),
        ("21:00", 30, 30),
        ("23:00", 120, 120),
        ("20:30", 720, 600),
    ],
)
def test_ends_of_the_day_are_half_open(clock, minutes, outside):
    start = datetime.fromisoformat(f"2026-12-10T{clock}+00:00")
    assert working_days.minutes_outside(start, start + minutes * MINUTE, "Africa/Accra") == outside


def test_days_are_those_of_the_place():
    start = datetime(2026, 12, 9, 2, tzinfo=UTC)
    assert working_days.local_days(start, start + 2 * timedelta(hours=1), "America/Lima") == [date(2026, 12, 8)]
    assert len(working_days.local_days(start, start + timedelta(hours=4), "America/Lima")) == 2
    assert working_days.local_days(start, start + timedelta(hours=3), "America/Lima") == [date(2026, 12, 8)]


@pytest.mark.parametrize(
    ("day", "country", "rests"),
    [
        (date(2026, 12, 4), "GH", False),
        (date(2026, 12, 5), "GH", True),
        (date(2026, 12, 6), "PE", True),
        (date(2026, 12, 7), "PE", False),
        (date(2026, 12, 4), "EG", True),
    ],
)
def test_weekends_are_those_of_the_country(day, country, rests):
    assert working_days.is_weekend(day, country) is rests


@pytest.mark.parametrize(
    ("day", "country", "names"),
    [
        (date(2026, 12, 9), "PE", ("Battle of Ayacucho Day", "Batalla de Ayacucho")),
        (date(2026, 12, 25), "BR", ("Christmas Day", "Christmas Day", "Christmas Day", "Natal")),
        (date(2026, 8, 7), "CO", ("Battle of Boyacá", "Batalla de Boyacá")),
        (date(2026, 12, 25), "GH", ("Christmas Day", "Christmas Day")),
        (date(2026, 12, 10), "PE", ("", "", "", "")),
        (date(2026, 12, 25), "XX", ("", "", "", "")),
    ],
)
def test_holidays_are_named_in_the_readers_language_where_they_can_be(day, country, names):
    said = tuple(working_days.holiday(day, country, language) for language in LANGUAGES)
    assert said[: len(names)] == names


def test_every_participating_country_has_a_calendar():
    assert [code for code in zones.COUNTRY_ZONES if not working_days.holiday(date(2027, 1, 1), code)] == []


def test_calendars_of_holidays_are_not_loaded_until_they_are_wanted():
    code = "import sys; import forestallies.lib.working_days; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
