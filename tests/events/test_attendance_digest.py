"""What was recorded of one's attendance: told once a day at 18:00 of one's own clock, and again when it changes."""

from datetime import UTC, datetime, timedelta

import pytest

from events import attendance_digest
from events.models import Attendance, Event
from members.models import Member
from notices import guards
from notices.models import Notice
from tests.factories import AttendanceFactory, EventFactory, MemberFactory, RegistrationFactory
from tests.told import drawn

ENDED = datetime(2026, 12, 2, 14, 30, tzinfo=UTC)
RECORDED = datetime(2026, 12, 2, 15, tzinfo=UTC)
LIMA = datetime(2026, 12, 2, 23, tzinfo=UTC)  # 18:00 there
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def event(community) -> Event:
    return EventFactory.create(title="Cocoa & shade", home=community.circle, attendance_recorded_at=RECORDED)


@pytest.fixture
def came(event, ana) -> Attendance:
    """Ana, in Lima, was there for 84 minutes."""
    return AttendanceFactory.create(event=event, member=ana, seconds=84 * 60, recorded_at=RECORDED)


def told(member) -> list[dict[str, str]]:
    rows = Notice.objects.filter(kind="attendance_recorded", recipient=member).order_by("id")
    return [facts["statuses"] for facts in rows.values_list("facts", flat=True)]


def correct(row, status, *, at):
    row.status, row.recorded_at = status, at
    row.save(update_fields=["status", "recorded_at"])


def test_mail_is_due_once_at_18_of_her_own_clock(came, ana, event):
    moments = [LIMA - MINUTE, LIMA, LIMA, LIMA + MINUTE, LIMA + DAY]
    assert [attendance_digest.send_due(at=moment) for moment in moments] == [0, 1, 0, 0, 0]
    assert told(ana) == [{str(event.pk): "attended"}]
    assert Notice.objects.get().priority == Notice.Priority.OPTIONAL


def test_mail_covers_all_events_recorded_since(came, ana, event, community):
    other = EventFactory.create(home=community.circle, attendance_recorded_at=RECORDED)
    AttendanceFactory.create(event=other, member=ana, status="partial", recorded_at=LIMA - MINUTE)
    late = EventFactory.create(home=community.circle, attendance_recorded_at=RECORDED)
    AttendanceFactory.create(event=late, member=ana, recorded_at=LIMA + MINUTE)
    for moment in (LIMA + 2 * MINUTE, LIMA + DAY):
        attendance_digest.send_due(at=moment)
    assert told(ana) == [{str(event.pk): "attended", str(other.pk): "partial"}, {str(late.pk): "attended"}]


def test_mail_says_minutes_status_and_how_to_object(came, ana):
    Member.objects.update(language="en")
    attendance_digest.send_due(at=LIMA)
    notice = drawn(Notice.objects.get(), at=LIMA)
    assert notice.subject == "Your attendance: Cocoa & shade"
    lines = notice.text.splitlines()
    begin = lines.index("Cocoa & shade")
    assert lines[begin + 1 : begin + 3] == [
        "Wednesday, 2 December 2026, 08:00 (Lima, UTC−5)",
        "Present · 84 minutes counted",
    ]
    assert "Is something wrong?" in notice.text and "/me/participation/" in notice.text


def test_who_was_only_seen_reads_of_no_minutes(event, ana):
    AttendanceFactory.create(event=event, member=ana, recorded_at=RECORDED)
    Member.objects.update(language="en")
    attendance_digest.send_due(at=LIMA)
    text = drawn(Notice.objects.get(), at=LIMA).text
    assert "Present" in text.splitlines() and "counted" not in text


@pytest.mark.parametrize(
    ("status", "mails"), [("attended", 1), ("partial", 1), ("made_up", 1), ("no_show", 0), ("excused", 0)]
)
def test_those_who_came_are_told_and_nobody_else(event, ana, status, mails):
    RegistrationFactory.create(event=event, member=ana)
    AttendanceFactory.create(event=event, member=ana, status=status, recorded_at=RECORDED)
    assert attendance_digest.send_due(at=LIMA) == mails


def test_correction_is_told_when_it_says_something_else(came, ana, event):
    attendance_digest.send_due(at=LIMA)
    correct(came, "attended", at=LIMA + MINUTE)
    assert attendance_digest.send_due(at=LIMA + DAY) == 0
    correct(came, "partial", at=LIMA + DAY)
    assert attendance_digest.send_due(at=LIMA + 2 * DAY) == 1
    assert told(ana) == [{str(event.pk): "attended"}, {str(event.pk): "partial"}]


def test_correction_back_and_forth_within_a_day_is_no_news(came, ana):
    attendance_digest.send_due(at=LIMA)
    correct(came, "no_show", at=LIMA + MINUTE)
    correct(came, "attended", at=LIMA + 2 * MINUTE)
    assert attendance_digest.send_due(at=LIMA + DAY) == 0


@pytest.mark.parametrize("change", ["cancelled", "inactive", "no address", "not over", "old"])
def test_nobody_is_told_what_is_not_for_her(came, ana, event, change):
    if change == "cancelled":
        Event.objects.update(state="cancelled")
    if change == "inactive":
        Member.objects.update(is_active=False)
    if change == "no address":
        Member.objects.filter(pk=ana.pk).update(email=None)
    if change == "not over":
        Event.objects.update(ends_at=LIMA + MINUTE)
    if change == "old":
        Attendance.objects.update(recorded_at=LIMA - timedelta(days=15))
    assert attendance_digest.send_due(at=LIMA) == 0


def test_outage_is_made_up_for_in_the_morning_and_nobody_is_written_to_by_night(came):
    night, morning = LIMA + timedelta(hours=3), LIMA + timedelta(hours=14)
    assert [attendance_digest.send_due(at=moment) for moment in (night, morning - MINUTE, morning)] == [0, 0, 1]


def test_mail_is_dropped_when_nothing_of_it_is_left(came):
    attendance_digest.send_due(at=LIMA)
    ref = Notice.objects.get().subject_ref
    assert guards.ask("events.attendance_recorded", ref, LIMA).ok
    correct(came, "no_show", at=LIMA)
    assert not guards.ask("events.attendance_recorded", ref, LIMA).ok


def test_quiet_minute_costs_one_query(event, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert attendance_digest.send_due(at=LIMA) == 0


@pytest.mark.parametrize("people", [1, 30])
def test_run_costs_the_same_for_many(event, people, django_assert_num_queries):
    for _ in range(people):
        AttendanceFactory.create(event=event, member=MemberFactory.create(zone="America/Lima"), recorded_at=RECORDED)
    with django_assert_num_queries(3):
        assert attendance_digest.send_due(at=LIMA) == people
