"""Person by session: the columns as agreed, and rows worked out by hand."""

from datetime import UTC, date, datetime, time

import pytest

from events.models import Role
from forestallies.reports import scopes
from forestallies.reports.attendance_detail import TABLE
from forestallies.reports.search import Search
from tests.factories import (
    AttendanceFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    SessionFactory,
    WorkshopFactory,
)

HEADINGS = [
    "edition", "session_no", "session_title", "session_date", "planned_start_utc", "planned_minutes", "room",
    "person_id", "full_name", "organisation", "category_code", "country", "region", "gender", "age_band", "group",
    "role", "registration_status", "first_join_utc", "last_leave_utc", "connections", "minutes_in_window",
    "share_of_session", "attendance_status", "source", "match_method", "excused_reason", "make_up", "recorded_at",
]  # fmt: skip


def taken(kind, slug, at, **search):
    """The rows of a report as dicts."""
    scope = scopes.find(kind, slug, member=None, at=at)
    facts = TABLE.rows(scope, Search(**search), at)
    return [dict(zip(TABLE.headings(scope), row, strict=True)) for row in TABLE.values(scope, facts)]


def names(rows):
    return [(row["session_no"], row["full_name"]) for row in rows]


def test_columns_are_these(small, edition, at):
    assert TABLE.headings(scopes.find("edition", edition.slug, member=None, at=at)) == HEADINGS


def test_rows_by_hand(small, edition, at):
    kick_off, ana, eve, dan = (
        [row[heading] for heading in HEADINGS]
        for row in sorted(taken("edition", edition.slug, at), key=lambda row: (row["session_no"], row["person_id"]))
    )
    second = ["sske-2026-27", 1, "Buyers", date(2026, 11, 17), datetime(2026, 11, 17, 14, tzinfo=UTC), 90, None]
    assert kick_off == [
        "sske-2026-27", 0, "Kick-off", date(2026, 11, 10), datetime(2026, 11, 10, 14, tzinfo=UTC), 120, None,
        small.ana.pk, "Ana Quispe", "Cooperativa A (demo)", "COOP", "PE", "Latin America & Caribbean", "woman", "25–34",
        "core", "participant", "confirmed", None, None, 0, None, None, "attended", "mark", None, None, None,
        datetime(2026, 11, 11, 9, tzinfo=UTC),
    ]  # fmt: skip
    assert ana == [
        *second, small.ana.pk, "Ana Quispe", "Cooperativa B (demo)", "COOP", "PE", "Latin America & Caribbean", "woman",
        "25–34", "core", "participant", "confirmed", datetime(2026, 11, 17, 13, 58, tzinfo=UTC),
        datetime(2026, 11, 17, 15, 31, tzinfo=UTC), 2, 90.0, 1.0, "attended", "file", "email", None, None,
        datetime(2026, 11, 18, 9, tzinfo=UTC),
    ]  # fmt: skip
    assert eve == [
        *second, small.eve.pk, "Eve Mensah", None, None, "CI", "Africa", "other_or_undisclosed", "undisclosed", "wider",
        "participant", "confirmed", None, None, 1, 16.7, 0.185, "partial", "file", "name", None, None,
        datetime(2026, 11, 18, 9, tzinfo=UTC),
    ]  # fmt: skip
    assert dan == [
        *second, small.dan.pk, "Dan Roe", None, None, "NL", "Other", "man", "undisclosed", None, "participant",
        "cancelled", None, None, None, None, None, None, None, None, None, None, None,
    ]  # fmt: skip


def test_order_is_session_then_name_without_accents(small, edition, at):
    RegistrationFactory.create(event=small.sessions[1].event_ptr, member=MemberFactory.create(name="Édith Zola"))
    assert names(taken("edition", edition.slug, at)) == [
        (0, "Ana Quispe"), (1, "Ana Quispe"), (1, "Dan Roe"), (1, "Édith Zola"), (1, "Eve Mensah"),
    ]  # fmt: skip


def test_two_of_one_name_stand_in_the_order_of_their_numbers(small, edition, at):
    twins = [MemberFactory.create(name="Same Name") for _ in range(5)]
    for twin in reversed(twins):
        RegistrationFactory.create(event=small.sessions[0].event_ptr, member=twin)
    found = [row["person_id"] for row in taken("edition", edition.slug, at) if row["full_name"] == "Same Name"]
    assert found == [twin.pk for twin in twins]


def test_who_came_without_registering_is_in_it(small, edition, at):
    AttendanceFactory.create(event=small.sessions[0].event_ptr, member=small.eve, seconds=0)
    [row] = [row for row in taken("edition", edition.slug, at) if names([row]) == [(0, "Eve Mensah")]]
    assert (row["registration_status"], row["minutes_in_window"], row["share_of_session"]) == (None, 0.0, 0.0)


def test_role_in_the_session_is_told(small, edition, at):
    RoleFactory.create(event=small.sessions[1].event_ptr, member=small.ana, kind=Role.Kind.CO_FACILITATOR)
    RoleFactory.create(event=small.sessions[1].event_ptr, member=small.dan, state=Role.State.DECLINED)
    roles = {row["full_name"]: row["role"] for row in taken("edition", edition.slug, at) if row["session_no"] == 1}
    assert roles == {"Ana Quispe": "co_facilitator", "Dan Roe": "participant", "Eve Mensah": "participant"}


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"group": "core"}, [(0, "Ana Quispe"), (1, "Ana Quispe")]),
        ({"group": "none"}, [(1, "Dan Roe")]),
        ({"country": "CI"}, [(1, "Eve Mensah")]),
        ({"country": "GH"}, []),
        ({"status": "attended"}, [(0, "Ana Quispe"), (1, "Ana Quispe")]),
        ({"status": "none"}, [(1, "Dan Roe")]),
        ({"gender": "woman"}, [(0, "Ana Quispe"), (1, "Ana Quispe")]),
        ({"gender": "other_or_undisclosed", "status": "partial"}, [(1, "Eve Mensah")]),
    ],
)
def test_search_narrows(small, edition, at, search, found):
    assert names(taken("edition", edition.slug, at, **search)) == found


def test_search_for_one_session(small, edition, at):
    rows = taken("edition", edition.slug, at, event_id=small.sessions[0].pk)
    assert names(rows) == [(0, "Ana Quispe")]


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_drafts_and_cancelled_sessions_are_left_out(small, edition, at, state):
    session = SessionFactory.create(edition=edition, number=2, state=state)
    RegistrationFactory.create(event=session.event_ptr, member=small.dan)
    assert {row["session_no"] for row in taken("edition", edition.slug, at)} == {0, 1}


def test_workshops_are_numbered_as_they_start(ana, community, at):
    late = WorkshopFactory.create(wall_time=time(16))
    early = WorkshopFactory.create(wall_time=time(9), gathering=late.gathering)
    ana.memberships.create(community=community, stakeholder="COMM", joined_at=at)
    for workshop in (late, early):
        RegistrationFactory.create(event=workshop.event_ptr, member=ana)
    for kind, slug in [("gathering", late.gathering.slug), ("community", community.slug)]:
        rows = taken(kind, slug, at)
        assert [(row["edition"], row["session_no"], row["session_title"]) for row in rows] == [
            ("autumn-2026", 1, early.title), ("autumn-2026", 2, late.title),
        ]  # fmt: skip
        assert [(row["category_code"], row["country"], row["group"]) for row in rows] == [("COMM", "PE", None)] * 2


@pytest.mark.parametrize("people", [1, 3])
def test_rows_take_one_query(small, edition, at, people, django_assert_num_queries):
    for _ in range(people):
        RegistrationFactory.create(event=small.sessions[1].event_ptr)
    scope = scopes.find("edition", edition.slug, member=None, at=at)
    with django_assert_num_queries(1):
        assert len(list(TABLE.values(scope, TABLE.rows(scope, Search(), at)))) == 4 + people
