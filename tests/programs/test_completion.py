"""The simple rule: so many sessions complete the programme."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Attendance
from programs import completion
from programs.completion import Progress
from programs.models import Audience, Cohort, Enrolment
from tests.factories import AttendanceFactory, CohortFactory, EnrolmentFactory, MemberFactory, SessionFactory


@pytest.fixture
def wider(db):
    return CohortFactory.create(kind=Cohort.Kind.WIDER, first_session=1)


@pytest.fixture
def sessions(wider):
    """Session 0 before the wider group joins, 1 to 5 for all, 6 for the core group, 7 a draft, 8 cancelled."""
    made = [SessionFactory.create(edition=wider.edition, number=number) for number in range(6)]
    made.append(SessionFactory.create(edition=wider.edition, number=6, session_audience=Audience.CORE))
    made.append(SessionFactory.create(edition=wider.edition, number=7, state="draft"))
    made.append(SessionFactory.create(edition=wider.edition, number=8, state="cancelled"))
    return made


def enrol(cohort, *attended, status=Attendance.Status.ATTENDED, **fields):
    member = MemberFactory.create()
    EnrolmentFactory.create(cohort=cohort, member=member, **fields)
    for session in attended:
        AttendanceFactory.create(event=session.event_ptr, member=member, status=status)
    return member.pk


def test_many_cohorts_at_once_say_what_each_says_alone(wider, sessions):
    core = CohortFactory.create(edition=wider.edition, kind=Cohort.Kind.CORE)
    enrol(wider, *sessions[0:4])
    enrol(wider)
    enrol(core, *sessions)
    enrol(core, *sessions[:3], status=Attendance.Status.PARTIAL)
    enrol(core, *sessions, state=Enrolment.State.WITHDRAWN)
    assert completion.progress_of_many([wider, core]) == {one.pk: completion.progress(one) for one in (wider, core)}


def test_wider_group_needs_three_of_its_five_sessions(wider, sessions):
    two, three = enrol(wider, *sessions[1:3]), enrol(wider, *sessions[1:4])
    assert completion.progress(wider) == {two: Progress(2, 3, 5), three: Progress(3, 3, 5)}
    assert [row.eligible for row in completion.progress(wider).values()] == [False, True]
    assert [row.missing for row in completion.progress(wider).values()] == [1, 0]


def test_sessions_of_others_do_not_count(wider, sessions):
    ana = enrol(wider, sessions[0], *sessions[5:])
    assert completion.progress(wider) == {ana: Progress(1, 3, 5)}


def test_core_group_counts_every_session_held(wider, sessions):
    core = CohortFactory.create(edition=wider.edition)
    ana = enrol(core, *sessions)
    assert completion.progress(core) == {ana: Progress(7, 7, 7)}


def test_partial_excused_and_absent_are_no_session_but_made_up_is(wider, sessions):
    partial, excused, absent = (
        enrol(wider, sessions[1], status=status) for status in ("partial", "excused", "no_show")
    )
    made_up = enrol(wider, sessions[1], status="made_up")
    assert completion.sessions_attended(wider) == {partial: 0, excused: 0, absent: 0, made_up: 1}


def test_who_withdrew_is_not_counted(wider, sessions):
    enrol(wider, *sessions[1:4], state=Enrolment.State.WITHDRAWN)
    assert completion.progress(wider) == {}


def test_cohort_without_sessions_makes_nobody_eligible(wider):
    ana = enrol(wider)
    assert completion.progress(wider) == {ana: Progress(0, 1, 0)}


@pytest.mark.parametrize("people", [1, 3])
def test_progress_takes_two_queries(wider, sessions, people):
    for _ in range(people):
        enrol(wider, *sessions[1:3])
    with CaptureQueriesContext(connection) as queries:
        completion.progress(wider)
    assert len(queries) == 2
