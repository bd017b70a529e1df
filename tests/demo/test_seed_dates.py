"""The dates: those of the table for 20 November 2026, and the same calendar moved by whole weeks for any other day."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from forestallies.demo.seed import Calendar
from forestallies.demo.seed.dates import FIRST, LAST
from programs.models import Edition, Session
from tests.demo.conftest import DAY, seed
from workshops.models import Gathering

RUNNING = [
    *[date(2026, 9, 16), date(2026, 9, 30), date(2026, 10, 14), date(2026, 11, 18), date(2026, 12, 10)],
    *[date(2027, 1, 13), date(2027, 2, 11), date(2027, 3, 3), date(2027, 4, 1), date(2027, 4, 28), date(2027, 6, 2)],
]
ARCHIVED = [
    *[date(2021, 1, 20), date(2021, 2, 3), date(2021, 2, 17), date(2021, 3, 24), date(2021, 4, 14), date(2021, 5, 5)],
    *[date(2021, 6, 17), date(2021, 7, 7), date(2021, 8, 5), date(2021, 9, 1), date(2021, 10, 6)],
]
COMPLETED = [
    *[date(2025, 1, 22), date(2025, 2, 5), date(2025, 2, 19), date(2025, 3, 26), date(2025, 4, 16), date(2025, 5, 7)],
    *[date(2025, 6, 18), date(2025, 7, 9), date(2025, 8, 5), date(2025, 9, 3), date(2025, 10, 8)],
]
MINUTES = [120, 180, 180, 180, 120, 180, 180, 120, 120, 180, 90]


def dates_of(slug: str) -> list[date]:
    return list(Session.objects.filter(edition__slug=slug).order_by("number").values_list("wall_date", flat=True))


def test_edition_of_2021_has_the_dates_of_its_table(demo):
    sessions = Session.objects.filter(edition__slug="sske-2021").order_by("number")
    assert [session.wall_date for session in sessions] == ARCHIVED
    assert [session.wall_date.strftime("%a") for session in sessions] == ["Wed"] * 6 + [
        "Thu",
        "Wed",
        "Thu",
        "Wed",
        "Wed",
    ]
    assert [session.minutes for session in sessions] == MINUTES
    assert {session.starts_at.astimezone(UTC).time() for session in sessions} == {time(14)}
    assert {session.state for session in sessions} == {"closed"}


def test_running_edition_has_the_used_dates(demo):
    edition = Edition.objects.get(state="running")
    assert (edition.slug, edition.name, edition.starts_on, edition.ends_on) == (
        "sske-2026-27",
        "SSKE 2026–27",
        RUNNING[0],
        RUNNING[-1],
    )
    assert dates_of(edition.slug) == RUNNING
    assert edition.wider_registration_opens_on == date(2026, 11, 2)


def test_completed_edition_has_the_used_dates(demo):
    edition = Edition.objects.get(slug="sske-2025")
    assert (edition.state, edition.starts_on, edition.ends_on) == ("archived", COMPLETED[0], COMPLETED[-1])
    assert dates_of("sske-2025") == COMPLETED
    assert set(edition.sessions.values_list("state", flat=True)) == {"closed"}


def test_running_edition_has_closed_held_and_coming_sessions(demo):
    at = datetime.combine(DAY, time(9), tzinfo=UTC)
    sessions = list(Session.objects.filter(edition__state="running").order_by("number"))
    assert [session.state for session in sessions] == ["closed"] * 3 + ["scheduled"] * 8
    assert [session.is_held(at) for session in sessions] == [True] * 4 + [False] * 7
    assert [session.takes_registrations(at) for session in sessions[6:]] == [True] * 5


def test_gatherings_have_their_days_and_one_hour_for_all(demo):
    assert list(Gathering.objects.order_by("starts_on").values_list("slug", "starts_on", "ends_on")) == [
        ("spring-2026", date(2026, 5, 19), date(2026, 5, 20)),
        ("autumn-2026", date(2026, 12, 1), date(2026, 12, 2)),
    ]
    first = Event.objects.get(slug="autumn-2026-ecosystem-services")
    assert first.starts_at == datetime(2026, 12, 1, 13, tzinfo=UTC)
    assert first.country_line() == "07:00 GT · 08:00 PE CO · 14:00 CM NL · 20:00 ID"


@pytest.mark.parametrize(
    ("today", "slug", "kick_off"),
    [
        ("2026-11-25", "sske-2026-27", date(2026, 9, 16)),
        ("2026-11-26", "sske-2026-27", date(2026, 9, 23)),
        ("2026-11-18", "sske-2026-27", date(2026, 9, 9)),
        ("2027-04-30", "sske-2027", date(2027, 2, 24)),
        ("2024-02-29", "sske-2023-24", date(2023, 12, 27)),
    ],
)
def test_dates_move_by_whole_weeks_but_those_of_2021(db, today, slug, kick_off):
    seed("--today", today)
    moved = dates_of(slug)
    assert moved[0] == kick_off
    assert {there - here for there, here in zip(moved, RUNNING, strict=True)} == {kick_off - RUNNING[0]}
    assert 1 <= (date.fromisoformat(today) - moved[3]).days <= 7
    assert dates_of("sske-2021") == ARCHIVED


@given(st.dates(FIRST, LAST))
def test_today_is_always_in_the_week_after_session_3(today):
    calendar = Calendar(today)
    assert 1 <= (today - calendar.day(RUNNING[3])).days <= 7
    assert Calendar.of_week(calendar.weeks).weeks == calendar.weeks
