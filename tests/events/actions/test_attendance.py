"""Marks by hand: who may make them, about whom, and what they leave behind."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from audit.models import Entry
from events import policies
from events.actions.attendance import AttendanceRefused, Mark, record_marks
from events.models import Attendance, AttendanceEvidence, Event, Role
from members.models import Grant
from tests.factories import (
    CircleFactory,
    EventFactory,
    GrantFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    join,
)

PRESENT, PARTLY, ABSENT, EXCUSED = (Mark(status) for status in ("attended", "partial", "no_show", "excused"))


@pytest.fixture
def after(workshop):
    return workshop.ends_at + timedelta(hours=1)


@pytest.fixture
def seat(workshop, ana):
    return RegistrationFactory.create(event=workshop, member=ana)


def status_of(event, member) -> str:
    return Attendance.objects.get(event=event, member=member).status


def test_mark_makes_attendance_evidence_stamp_and_audit(workshop, ana, bo, seat, after):
    assert record_marks(event=workshop, marks={ana.pk: PRESENT}, by=bo, at=after) == 1
    row = Attendance.objects.get()
    assert (row.member, row.status, row.source, row.computed_status) == (ana, "attended", "mark", "")
    assert (row.recorded_at, row.recorded_by, row.seconds) == (after, bo, None)
    assert AttendanceEvidence.objects.values_list("event", "member", "source").get() == (workshop.pk, ana.pk, "mark")
    assert Event.objects.get(pk=workshop.pk).attendance_recorded_at == after
    entry = Entry.objects.about(workshop).get(verb="attendance.marked")
    assert (entry.actor_id, entry.detail) == (bo.pk, {"changed": 1, "walk_ins": 0, "own": False, "attended": 1})


def test_same_marks_again_change_nothing(workshop, ana, bo, seat, after):
    marks = {ana.pk: Mark("excused", "Travelling")}
    record_marks(event=workshop, marks=marks, by=bo, at=after)
    assert record_marks(event=workshop, marks=marks, by=bo, at=after + timedelta(hours=1)) == 0
    assert Attendance.objects.get().recorded_at == after
    assert AttendanceEvidence.objects.count() == 1
    assert Entry.objects.filter(verb="attendance.marked").count() == 1


def test_mark_overrides_what_the_report_says_and_keeps_it(workshop, ana, bo, seat, after):
    Attendance.objects.create(
        event=workshop, member=ana, status="no_show", computed_status="no_show", seconds=0, source="file",
        recorded_at=after,
    )  # fmt: skip
    record_marks(event=workshop, marks={ana.pk: PRESENT}, by=bo, at=after)
    row = Attendance.objects.get()
    assert (row.status, row.computed_status, row.seconds, row.source) == ("attended", "no_show", 0, "mark")


def test_reason_stays_with_the_excused_only(workshop, ana, bo, seat, after):
    record_marks(event=workshop, marks={ana.pk: Mark("excused", "Travelling")}, by=bo, at=after)
    assert Attendance.objects.get().excused_reason == "Travelling"
    record_marks(event=workshop, marks={ana.pk: Mark("no_show", "Travelling")}, by=bo, at=after)
    assert Attendance.objects.get().excused_reason == ""


def test_later_marks_leave_the_stamp_of_the_first(workshop, ana, bo, seat, after):
    record_marks(event=workshop, marks={ana.pk: PRESENT}, by=bo, at=after)
    record_marks(event=workshop, marks={ana.pk: PARTLY}, by=bo, at=after + timedelta(days=1))
    assert Event.objects.get(pk=workshop.pk).attendance_recorded_at == after


def test_nothing_is_marked_before_the_start(workshop, ana, bo, seat):
    early = workshop.starts_at - timedelta(seconds=1)
    with pytest.raises(AttendanceRefused, match="has not begun"):
        record_marks(event=workshop, marks={ana.pk: PRESENT}, by=bo, at=early)
    record_marks(event=workshop, marks={ana.pk: PRESENT}, by=bo, at=workshop.starts_at)
    assert status_of(workshop, ana) == "attended"


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_event_that_does_not_take_place_has_no_attendance(workshop, ana, bo, seat, after, state):
    Event.objects.filter(pk=workshop.pk).update(state=state)
    with pytest.raises(AttendanceRefused, match="does not take place"):
        record_marks(event=workshop, marks={ana.pk: PRESENT}, by=bo, at=after)


@pytest.mark.parametrize("status", ["", "ATTENDED", "late", "made_up", "attended "])
def test_unknown_mark_refuses_them_all(workshop, ana, bo, seat, after, status):
    other = RegistrationFactory.create(event=workshop).member
    with pytest.raises(AttendanceRefused, match="not among those on offer"):
        record_marks(event=workshop, marks={other.pk: PRESENT, ana.pk: Mark(status)}, by=bo, at=after)
    assert not Attendance.objects.exists()
    assert Event.objects.get(pk=workshop.pk).attendance_recorded_at is None


def test_made_up_session_may_stay_as_it_is(workshop, ana, bo, seat, after):
    Attendance.objects.create(event=workshop, member=ana, status="made_up", source="mark", recorded_at=after)
    assert record_marks(event=workshop, marks={ana.pk: Mark("made_up")}, by=bo, at=after) == 0
    assert status_of(workshop, ana) == "made_up"


def test_stranger_refuses_them_all(workshop, ana, bo, cy, seat, after):
    for stranger in (cy.pk, 987_654_321):
        with pytest.raises(AttendanceRefused, match="does not belong to this event"):
            record_marks(event=workshop, marks={ana.pk: PRESENT, stranger: PRESENT}, by=bo, at=after)
    assert not Attendance.objects.exists()


def test_person_of_the_audience_may_have_walked_in(workshop, community, bo, after):
    guest = join(MemberFactory.create(), community.circle)
    record_marks(event=workshop, marks={guest.pk: PRESENT}, by=bo, at=after)
    assert status_of(workshop, guest) == "attended"
    assert Entry.objects.get(verb="attendance.marked").detail["walk_ins"] == 1


def test_somebody_with_a_role_may_be_marked(workshop, bo, after):
    speaker = RoleFactory.create(event=workshop, kind=Role.Kind.SPEAKER, state=Role.State.INVITED).member
    record_marks(event=workshop, marks={speaker.pk: ABSENT}, by=bo, at=after)
    assert status_of(workshop, speaker) == "no_show"


def test_marking_oneself_is_allowed_and_flagged(workshop, bo, after):
    RegistrationFactory.create(event=workshop, member=bo)
    record_marks(event=workshop, marks={bo.pk: PRESENT}, by=bo, at=after)
    assert Entry.objects.get(verb="attendance.marked").detail["own"] is True


@pytest.mark.parametrize(
    ("kind", "state", "may"),
    [
        (Role.Kind.FACILITATOR, Role.State.ACCEPTED, True),
        (Role.Kind.CO_FACILITATOR, Role.State.ACCEPTED, True),
        (Role.Kind.CO_FACILITATOR, Role.State.INVITED, False),
        (Role.Kind.CO_FACILITATOR, Role.State.REPLACED, False),
        (Role.Kind.INTERPRETER, Role.State.ACCEPTED, False),
        (Role.Kind.SPEAKER, Role.State.ACCEPTED, False),
    ],
)
def test_who_helps_to_lead_an_event_marks_that_event_only(workshop, ana, after, kind, state, may):
    RoleFactory.create(event=workshop, member=ana, kind=kind, state=state)
    assert policies.can_mark_attendance(workshop, by=ana, at=after) is may
    assert not policies.can_mark_attendance(EventFactory.create(home=workshop.home), by=ana, at=after)


@pytest.mark.parametrize(
    ("right", "may"), [("coordinator", True), ("facilitator", True), ("coach", False), ("funder", False)]
)
def test_rights_on_the_home_reach_all_its_events(workshop, cy, after, right, may):
    GrantFactory.create(member=cy, circle=workshop.home, right=Grant.Right(right))
    assert policies.can_mark_attendance(workshop, by=cy, at=after) is may
    assert not policies.can_mark_attendance(EventFactory.create(home=CircleFactory.create()), by=cy, at=after)


def test_others_are_refused_by_the_action_itself(workshop, ana, seat, after):
    with pytest.raises(PermissionDenied, match="Only those who lead"):
        record_marks(event=workshop, marks={ana.pk: PRESENT}, by=ana, at=after)


def test_no_marks_stamp_nothing(workshop, bo, seat, after):
    assert record_marks(event=workshop, marks={}, by=bo, at=after) == 0
    assert Event.objects.get(pk=workshop.pk).attendance_recorded_at is None
    assert not Entry.objects.filter(verb="attendance.marked").exists()
