"""When each reminder is due and when it is over, by the clock of its reader."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.leads import DAY, HOUR, LEADS, LONGEST, WEEK, named
from forestallies.lib import zones

ZONES = st.sampled_from(sorted(zones.known_zones()))
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(second=0, microsecond=0)
)


def there(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "zone", "due"),
    [
        ("2026-12-02T13:00", "Africa/Accra", "2026-11-25T09:00"),
        ("2026-12-02T13:00", "America/Lima", "2026-11-25T14:00"),
        # 23:00 in Accra is the next morning in Jakarta, so seven days are counted from there.
        ("2026-12-02T23:00", "Asia/Jakarta", "2026-11-26T02:00"),
        # The clocks of Paris change on 28 March and on 31 October 2027: 09:00 there is 08:00Z in winter, 07:00Z after.
        ("2027-04-03T13:00", "Europe/Paris", "2027-03-27T08:00"),
        ("2027-04-04T13:00", "Europe/Paris", "2027-03-28T07:00"),
        ("2027-11-06T13:00", "Europe/Paris", "2027-10-30T07:00"),
        ("2027-11-07T13:00", "Europe/Paris", "2027-10-31T08:00"),
    ],
)
def test_week_before_is_nine_in_the_morning_seven_local_days_before(start, zone, due):
    assert WEEK.moment(at(start), zone) == at(due)


@pytest.mark.parametrize(
    ("start", "zone", "due"),
    [
        ("2026-12-02T13:00", "Africa/Accra", "2026-12-01T13:00"),
        # Early there: not before eight of the day before.
        ("2026-12-02T10:00", "America/Lima", "2026-12-01T13:00"),
        ("2026-12-02T05:00", "America/Lima", "2026-12-01T13:00"),
        # Late there: by half past seven, so that it arrives before eight in the evening.
        ("2026-12-02T23:00", "Africa/Accra", "2026-12-01T19:30"),
        ("2026-12-02T19:45", "Africa/Accra", "2026-12-01T19:30"),
        ("2026-12-03T04:59", "America/Lima", "2026-12-02T00:30"),
        # 15:00 on the Sunday of 23 hours is 13:00Z, and 24 elapsed hours before it is 14:00 on the Saturday.
        ("2027-03-28T13:00", "Europe/Paris", "2027-03-27T13:00"),
        # Monday 00:10 after it: 24 hours before is Saturday 23:10, so half past seven of the Saturday.
        ("2027-03-28T22:10", "Europe/Paris", "2027-03-27T18:30"),
        # 23:30 on the Sunday of 25 hours: 24 hours before is the same Sunday, so eight in its morning.
        ("2027-10-31T22:30", "Europe/Paris", "2027-10-31T07:00"),
        ("2027-10-31T13:00", "Europe/Paris", "2027-10-30T13:00"),
    ],
)
def test_day_before_keeps_to_waking_hours_of_that_day(start, zone, due):
    assert DAY.moment(at(start), zone) == at(due)


@given(start=STARTS, zone=ZONES)
def test_day_before_lies_in_waking_hours_of_the_day_24_hours_before(start, zone):
    due, exact = there(DAY.moment(start, zone), zone), there(start - timedelta(hours=24), zone)
    assert time(8) <= due.time() <= time(19, 30)
    assert due.date() == exact.date()
    assert due.astimezone(UTC) == exact.astimezone(UTC) or not time(8) <= exact.time() <= time(19, 30)


@given(start=STARTS, zone=ZONES)
def test_week_before_is_nine_there_seven_days_before(start, zone):
    due = there(WEEK.moment(start, zone), zone)
    assert there(start, zone).date() - due.date() == timedelta(days=7)
    assert due.time() == time(9)


@given(start=STARTS, zone=ZONES)
def test_reminders_follow_one_another_and_their_periods_never_overlap(start, zone):
    moments = [lead.moment(start, zone) for lead in LEADS]
    closes = [lead.closes(start, zone) for lead in LEADS]
    ends = [*moments[1:], start]
    assert start - moments[0] < LONGEST
    assert all(moment < close <= end for moment, close, end in zip(moments, closes, ends, strict=True))


@given(start=STARTS, zone=ZONES)
def test_closes_are_as_the_team_reads_them(start, zone):
    assert WEEK.closes(start, zone) == WEEK.moment(start, zone) + timedelta(hours=24)
    assert DAY.closes(start, zone) == start - timedelta(hours=2)
    assert (HOUR.moment(start, zone), HOUR.closes(start, zone)) == (start - timedelta(minutes=60), start)


def test_leads_are_named_as_events_store_them():
    assert [named(code) for code in ("7d", "24h", "1h")] == [WEEK, DAY, HOUR]
