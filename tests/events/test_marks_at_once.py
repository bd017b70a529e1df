"""Several people save the attendance of one event at the same moment."""

from collections import Counter
from datetime import timedelta

import pytest

from audit.models import Entry
from events.actions.attendance import Mark, record_marks
from events.models import Attendance, AttendanceEvidence, Event
from members.models import Grant, Member
from tests.events.test_many_at_once import all_at_once
from tests.factories import GrantFactory, MemberFactory, RegistrationFactory, WorkshopFactory

PEOPLE, MARKERS = 12, 6

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event() -> Event:
    return WorkshopFactory.create().event_ptr


@pytest.fixture
def seated(event: Event) -> list[Member]:
    return [RegistrationFactory.create(event=event).member for _ in range(PEOPLE)]


@pytest.fixture
def markers(event: Event) -> list[Member]:
    people = MemberFactory.create_batch(MARKERS)
    for person in people:
        GrantFactory.create(member=person, circle=event.home, right=Grant.Right.FACILITATOR)
    return people


def test_same_list_saved_by_several_is_written_once(event, seated, markers):
    marks = {member.pk: Mark("attended") for member in seated}
    after = event.ends_at + timedelta(hours=1)
    all_at_once(markers, lambda marker: record_marks(event=event, marks=marks, by=marker, at=after))
    assert Attendance.objects.filter(event=event, status="attended").count() == PEOPLE
    assert AttendanceEvidence.objects.filter(event=event).count() == PEOPLE
    assert [entry.detail["changed"] for entry in Entry.objects.filter(verb="attendance.marked")] == [PEOPLE]


def test_different_lists_end_as_one_of_them(event, seated, markers):
    after = event.ends_at + timedelta(hours=1)
    statuses = {marker.pk: "attended" if turn % 2 else "no_show" for turn, marker in enumerate(markers)}

    def save(marker: Member) -> None:
        marks = {member.pk: Mark(statuses[marker.pk]) for member in seated}
        record_marks(event=event, marks=marks, by=marker, at=after)

    all_at_once(markers, save)
    [(status, number)] = Counter(Attendance.objects.values_list("status", flat=True)).items()
    assert (status in statuses.values(), number) == (True, PEOPLE)
