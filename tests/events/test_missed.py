"""Who had a place and did not come is told once, a day after it was recorded, what she can still do."""

from datetime import UTC, datetime, timedelta

import pytest

from events import missed
from events.models import Attendance, Event, Registration
from members.models import Member
from notices import guards
from notices.models import Notice
from tests.factories import (
    AttendanceFactory,
    EventFactory,
    MaterialFactory,
    MemberFactory,
    RegistrationFactory,
)
from tests.told import drawn

RECORDED = datetime(2026, 12, 2, 15, tzinfo=UTC)
DUE = RECORDED + timedelta(days=1)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def seat(community, ana) -> Registration:
    event = EventFactory.create(title="Cocoa & shade", home=community.circle, attendance_recorded_at=RECORDED)
    return RegistrationFactory.create(event=event, member=ana)


@pytest.fixture
def absence(seat) -> Attendance:
    return AttendanceFactory.create(event=seat.event, member=seat.member, status="no_show", recorded_at=RECORDED)


def mail(at=DUE) -> Notice:
    Member.objects.update(language="en")
    return drawn(Notice.objects.get(), at=at)


def test_mail_is_due_once_a_day_after_it_was_recorded(absence):
    moments = [DUE - MINUTE, DUE, DUE, DUE + DAY]
    assert [missed.send_due(at=moment) for moment in moments] == [0, 1, 0, 0]
    assert Notice.objects.get().priority == Notice.Priority.OPTIONAL


def test_run_by_hand_counts_first(absence):
    assert (missed.count_due(at=DUE), missed.send_due(at=DUE), missed.count_due(at=DUE)) == (1, 1, 0)


@pytest.mark.parametrize(
    ("status", "mails"), [("no_show", 1), ("excused", 0), ("attended", 0), ("partial", 0), ("made_up", 0)]
)
def test_those_who_stayed_away_are_told_and_nobody_else(absence, status, mails):
    Attendance.objects.update(status=status)
    assert missed.send_due(at=DUE) == mails


@pytest.mark.parametrize("change", ["cancelled", "waitlisted", "inactive", "no address", "corrected lately", "old"])
def test_nobody_is_told_what_is_not_for_her(absence, seat, change):
    if change == "cancelled":
        Event.objects.update(state="cancelled")
    if change == "waitlisted":
        Registration.objects.update(state="waitlisted", queue_no=1)
    if change == "inactive":
        Member.objects.update(is_active=False)
    if change == "no address":
        Member.objects.update(email=None)
    if change == "corrected lately":
        Attendance.objects.update(recorded_at=DUE - DAY + MINUTE)
    at = seat.event.ends_at + timedelta(days=10) if change == "old" else DUE
    assert missed.send_due(at=at) == 0


def test_mail_goes_until_ten_days_after_the_event(absence, seat):
    assert missed.send_due(at=seat.event.ends_at + timedelta(days=10) - MINUTE) == 1


def test_mail_names_what_she_may_open_the_recording_first_and_what_comes_next(absence, seat):
    event = seat.event
    slides = MaterialFactory.create(event=event, title="Slides", kind="slides")
    recording = MaterialFactory.create(event=event, title="Film", kind="recording")
    hidden = MaterialFactory.create(event=event, title="For the team", visibility="team")
    later = MaterialFactory.create(event=event, title="Not yet", released_at=None)
    following = EventFactory.create(title="Shade II", home=event.home, wall_date=event.wall_date + 7 * DAY)
    foreign = EventFactory.create(title="Of others", wall_date=event.wall_date + DAY)
    missed.send_due(at=DUE)
    text = mail().text
    assert text.index(f"/materials/{recording.pk}/") < text.index(f"/materials/{slides.pk}/")
    assert following.get_absolute_url() in text and "Wednesday, 9 December 2026, 08:00 (Lima, UTC−5)" in text
    assert not [one.title for one in (hidden, later, foreign) if one.title in text]


def test_mail_with_nothing_to_offer_is_still_a_kind_word(absence):
    missed.send_due(at=DUE)
    notice = mail()
    assert notice.subject == "Sorry we missed you: Cocoa & shade"
    assert "you are welcome next time" in notice.text and "You were there after all?" in notice.text
    assert "What you can still read" not in notice.text and "What comes next" not in notice.text


def test_long_list_of_materials_is_cut_and_counted(absence, seat):
    for number in range(9):
        MaterialFactory.create(event=seat.event, title=f"Material {number}")
    missed.send_due(at=DUE)
    notice = mail()
    assert notice.text.count("/materials/") == 6 and "and 3 more on the page of the event" in notice.text
    assert len(notice.html) < 5_120


@pytest.mark.parametrize("change", ["corrected", "left", "moved"])
def test_mail_is_dropped_when_it_is_true_no_more(absence, seat, change):
    missed.send_due(at=DUE)
    ref = Notice.objects.get().subject_ref
    assert guards.ask("events.missed_session", ref, DUE).ok
    if change == "corrected":
        Attendance.objects.update(status="excused")
    if change == "left":
        Registration.objects.update(state="cancelled", cancelled_by="staff")
    if change == "moved":
        Event.objects.update(ends_at=DUE)
    assert not guards.ask("events.missed_session", ref, DUE).ok


@pytest.mark.parametrize("people", [1, 30])
def test_run_costs_the_same_for_many(seat, people, django_assert_num_queries):
    for _ in range(people):
        member = MemberFactory.create()
        RegistrationFactory.create(event=seat.event, member=member)
        AttendanceFactory.create(event=seat.event, member=member, status="no_show", recorded_at=RECORDED)
    with django_assert_num_queries(2):
        assert missed.send_due(at=DUE) == people
