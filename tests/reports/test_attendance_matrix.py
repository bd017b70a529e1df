"""Person by person: minutes of each session, and whether the rule is met."""

from datetime import time

import pytest

from certificates.models import Certificate
from forestallies.reports import scopes
from forestallies.reports.attendance_matrix import TABLE
from forestallies.reports.search import Search
from programs.models import Cohort, Enrolment
from tests.factories import EnrolmentFactory, MemberFactory, RegistrationFactory, SessionFactory, WorkshopFactory

BEFORE = ["person_id", "full_name", "organisation", "country", "category_code", "gender", "group"]
AFTER = ["sessions_attended", "hours_attended", "coaching_hours", "plan_agreed", "goals_scored", "completion_rule",
         "meets_rule", "missing", "certificate_code", "certificate_status"]  # fmt: skip


def taken(kind, slug, at, **search):
    scope = scopes.find(kind, slug, member=None, at=at)
    return list(TABLE.values(scope, TABLE.rows(scope, Search(**search), at)))


def headings(kind, slug, at):
    return TABLE.headings(scopes.find(kind, slug, member=None, at=at))


def names(rows):
    return [row[1] for row in rows]


def test_columns_are_these(edition, at):
    for number in (10, *range(10)):
        SessionFactory.create(edition=edition, number=number)
    sessions = ["s00", "s01", "s02", "s03", "s04", "s05", "s06", "s07", "s08", "s09", "s10"]
    assert headings("edition", edition.slug, at) == [*BEFORE, *sessions, *AFTER]


def test_columns_of_workshops(community, at):
    first = WorkshopFactory.create(wall_time=time(9))
    WorkshopFactory.create(gathering=first.gathering)
    assert headings("gathering", "autumn-2026", at) == [*BEFORE, "w01", "w02", *AFTER]
    assert headings("community", community.slug, at) == [*BEFORE, "autumn_2026_w01", "autumn_2026_w02", *AFTER]


def test_rows_by_hand(small, edition, at):
    RegistrationFactory.create(event=small.sessions[0].event_ptr, member=small.dan)
    assert taken("edition", edition.slug, at) == [
        [small.ana.pk, "Ana Quispe", "Cooperativa B (demo)", "PE", "COOP", "woman", "core", None, 90.0, 2, 1.5,
         None, None, None, "sessions>=2/2", True, 0, None, None],
        [small.dan.pk, "Dan Roe", None, "NL", None, "man", None, None, None, 0, None,
         None, None, None, None, None, None, None, None],
        [small.eve.pk, "Eve Mensah", None, "CI", None, "other_or_undisclosed", "wider", None, 16.7, 0, 0.28,
         None, None, None, "sessions>=1/1", False, 1, None, None],
    ]  # fmt: skip


def test_who_cancelled_and_never_came_is_not_in_it(small, edition, at):
    assert names(taken("edition", edition.slug, at)) == ["Ana Quispe", "Eve Mensah"]


def test_who_withdrew_keeps_the_minutes_and_has_no_rule(small, edition, at):
    Enrolment.objects.filter(member=small.eve).update(state="withdrawn")
    assert taken("edition", edition.slug, at)[1][6:10] == ["wider", None, 16.7, 0]
    assert taken("edition", edition.slug, at)[1][14:17] == [None, None, None]


def test_who_moved_from_one_group_to_the_other_is_measured_by_the_new_one(small, edition, at):
    Enrolment.objects.filter(member=small.ana).update(state="withdrawn")
    EnrolmentFactory.create(cohort=Cohort.objects.get(kind="wider"), member=small.ana)
    assert taken("edition", edition.slug, at)[0][6] == "wider"
    assert taken("edition", edition.slug, at)[0][14:17] == ["sessions>=1/1", True, 0]


def test_enrolled_person_who_never_came_is_in_it(small, edition, at):
    EnrolmentFactory.create(cohort=Cohort.objects.get(kind="core"), member=MemberFactory.create(name="Zoe"))
    zoe = taken("edition", edition.slug, at)[2]
    assert zoe[6:11] == ["core", None, None, 0, None]
    assert zoe[14:17] == ["sessions>=2/2", False, 2]


def test_latest_certificate_of_the_edition_is_told(small, edition, at):
    core = Cohort.objects.get(kind="core")
    for number, (key, state) in enumerate(
        [
            (f"programs.cohort:{core.pk}:member:{small.ana.pk}", "valid"),
            (f"programs.cohort:{core.pk}9:member:1", "valid"),
        ]
    ):
        Certificate.objects.create(
            code=f"7K3M9Q2X04TB000{number}",
            key=key,
            holder=small.ana,
            language="es",
            facts={},
            state=state,
            issued_at=at,
        )
    assert taken("edition", edition.slug, at)[0][-2:] == ["7K3M9Q2X04TB0000", "valid"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"country": "PE", "gender": "woman"}, ["Ana Quispe"]),
        ({"group": "wider"}, ["Eve Mensah"]),
        ({"status": "partial"}, ["Eve Mensah"]),
        ({"status": "excused"}, []),
    ],
)
def test_search_chooses_people_and_shows_all_their_sessions(small, edition, at, search, found):
    assert names(taken("edition", edition.slug, at, **search)) == found


def test_search_for_a_session_finds_its_people(small, edition, at):
    [ana] = taken("edition", edition.slug, at, event_id=small.sessions[0].pk)
    assert ana[7:9] == [None, 90.0]


@pytest.mark.parametrize("people", [1, 3])
def test_rows_take_seven_queries(small, edition, at, people, django_assert_num_queries):
    """The people, the cohorts, two for the progress of each of the two, the cohorts that certificates are for."""
    for _ in range(people):
        EnrolmentFactory.create(cohort=Cohort.objects.get(kind="core"))
    scope = scopes.find("edition", edition.slug, member=None, at=at)
    with django_assert_num_queries(7):
        assert len(list(TABLE.values(scope, TABLE.rows(scope, Search(), at)))) == 2 + people
