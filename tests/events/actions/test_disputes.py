"""Reports of a mistake: once for what is on record, answered by coordinators, corrected through the attendance list."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from audit.models import Entry
from events.actions import disputes
from events.actions.attendance import Mark
from events.actions.disputes import DisputeRefused, Words
from events.dispute_emails import reports_wait
from events.models import Attendance, AttendanceEvidence, Dispute
from events.models.disputes import REPORT_WITHIN
from members.models import Member
from notices.models import Notice
from tests.factories import AttendanceFactory, DisputeFactory, GrantFactory, MemberFactory, RegistrationFactory
from tests.told import drawn

RECORDED = datetime(2026, 12, 2, 15, tzinfo=UTC)
LATER = RECORDED + timedelta(hours=20)
SAID = Words(claim="present", words="I came by telephone.", minutes=80)


@pytest.fixture
def absent(workshop, ana) -> Attendance:
    """Ana had a place and is on record as absent."""
    RegistrationFactory.create(event=workshop, member=ana)
    return AttendanceFactory.create(event=workshop, member=ana, status="no_show", recorded_at=RECORDED)


@pytest.fixture
def dispute(absent, ana, bo) -> Dispute:
    return disputes.report(attendance=absent, said=SAID, by=ana, at=LATER)


def mails(kind):
    return [notice.recipient for notice in Notice.objects.filter(kind=kind).order_by("id")]


def test_report_remembers_what_was_on_record_and_tells_the_coordinators(dispute, bo, ana):
    assert (dispute.was_status, dispute.was_seconds, dispute.state) == ("no_show", None, "open")
    assert mails("attendance_disputed") == [bo]
    assert Entry.objects.get(verb="dispute.reported").actor_id == ana.pk


def test_coordinator_who_reports_is_not_told_of_it_and_cannot_answer(workshop, bo):
    other = GrantFactory.create(circle=workshop.home, right="coordinator").member
    hers = AttendanceFactory.create(event=workshop, member=bo, status="no_show", recorded_at=RECORDED)
    made = disputes.report(attendance=hers, said=SAID, by=bo, at=LATER)
    assert mails("attendance_disputed") == [other]
    with pytest.raises(PermissionDenied, match="own report"):
        disputes.uphold(dispute=made, mark=Mark("attended"), answer="", by=bo, at=LATER)


def test_one_mail_for_an_event_while_reports_wait(dispute, workshop, bo):
    eva = MemberFactory.create()
    hers = AttendanceFactory.create(event=workshop, member=eva, status="partial", recorded_at=RECORDED)
    second = disputes.report(attendance=hers, said=SAID, by=eva, at=LATER)
    assert len(mails("attendance_disputed")) == 1
    for one in (dispute, second):
        disputes.decline(dispute=one, answer="No.", by=bo, at=LATER)
    assert not reports_wait(f"{dispute.pk}", LATER).ok
    AttendanceFactory.create(event=workshop, status="partial", recorded_at=RECORDED)
    third = Attendance.objects.latest("pk")
    disputes.report(attendance=third, said=SAID, by=third.member, at=LATER)
    assert len(mails("attendance_disputed")) == 2


def test_nobody_reports_somebody_elses_record(absent, cy):
    with pytest.raises(PermissionDenied):
        disputes.report(attendance=absent, said=SAID, by=cy, at=LATER)
    assert not Dispute.objects.exists()


@pytest.mark.parametrize(("after", "is_taken"), [(REPORT_WITHIN - timedelta(seconds=1), True), (REPORT_WITHIN, False)])
def test_report_is_taken_for_sixty_days(absent, ana, after, is_taken):
    def send():
        return disputes.report(attendance=absent, said=SAID, by=ana, at=RECORDED + after)

    if is_taken:
        assert send().state == "open"
    else:
        with pytest.raises(DisputeRefused, match="60 days"):
            send()


def test_record_is_reported_once_until_it_is_recorded_anew(dispute, absent, ana, bo, workshop):
    with pytest.raises(DisputeRefused, match="reported this already"):
        disputes.report(attendance=absent, said=SAID, by=ana, at=LATER)
    disputes.decline(dispute=dispute, answer="Nobody saw you.", by=bo, at=LATER)
    with pytest.raises(DisputeRefused, match="it was answered"):
        disputes.report(attendance=absent, said=SAID, by=ana, at=LATER)
    Attendance.objects.filter(pk=absent.pk).update(status="partial", recorded_at=LATER + timedelta(minutes=1))
    again = disputes.report(attendance=absent, said=SAID, by=ana, at=LATER + timedelta(hours=1))
    assert again.was_status == "partial"


def test_upheld_report_corrects_the_record_with_its_history(dispute, absent, bo, ana, workshop):
    disputes.uphold(dispute=dispute, mark=Mark("attended", seconds=4800), answer="Sorry!", by=bo, at=LATER)
    absent.refresh_from_db()
    assert (absent.status, absent.seconds, absent.source, absent.recorded_by) == ("attended", 4800, "mark", bo)
    assert AttendanceEvidence.objects.filter(event=workshop, member=ana, source="mark").count() == 1
    verbs = list(Entry.objects.order_by("id").values_list("verb", flat=True))
    assert verbs[-2:] == ["attendance.marked", "dispute.upheld"]
    dispute.refresh_from_db()
    assert (dispute.state, dispute.answered_by, dispute.was_status) == ("upheld", bo, "no_show")


def test_person_is_told_what_is_on_record_now(dispute, absent, bo, ana):
    Member.objects.filter(pk=ana.pk).update(language="en")
    disputes.uphold(dispute=dispute, mark=Mark("attended", seconds=4800), answer="Sorry!", by=bo, at=LATER)
    notice = drawn(Notice.objects.get(kind="dispute_answered"), at=LATER)
    assert notice.recipient == ana and notice.subject.startswith("Corrected: your attendance")
    assert "Present · 80 minutes counted" in notice.text and "Sorry!" in notice.text


def test_correction_that_changes_nothing_is_refused(dispute, absent, bo):
    with pytest.raises(DisputeRefused, match="on record already"):
        disputes.uphold(dispute=dispute, mark=Mark("no_show"), answer="", by=bo, at=LATER)
    dispute.refresh_from_db()
    assert dispute.state == "open" and not mails("dispute_answered")


def test_minutes_alone_can_be_corrected(workshop, ana, bo):
    row = AttendanceFactory.create(event=workshop, member=ana, seconds=600, recorded_at=RECORDED)
    made = disputes.report(attendance=row, said=SAID, by=ana, at=LATER)
    disputes.uphold(dispute=made, mark=Mark("attended", seconds=4800), answer="", by=bo, at=LATER)
    row.refresh_from_db()
    assert (row.status, row.seconds) == ("attended", 4800)


def test_nothing_is_declined_without_a_reason(dispute, bo):
    with pytest.raises(DisputeRefused, match="why nothing is changed"):
        disputes.decline(dispute=dispute, answer=" \n", by=bo, at=LATER)


def test_second_answer_is_refused(dispute, bo, absent):
    disputes.decline(dispute=dispute, answer="No.", by=bo, at=LATER)
    with pytest.raises(DisputeRefused, match="answered already"):
        disputes.uphold(dispute=dispute, mark=Mark("attended"), answer="", by=bo, at=LATER)
    absent.refresh_from_db()
    assert absent.status == "no_show"


@pytest.mark.parametrize("right", ["facilitator", "coach"])
def test_only_coordinators_answer(dispute, workshop, right):
    other = GrantFactory.create(circle=workshop.home, right=right).member
    with pytest.raises(PermissionDenied, match="coordinators"):
        disputes.decline(dispute=dispute, answer="No.", by=other, at=LATER)


def test_coordinators_see_reports_of_their_own_circles(dispute, bo, cy, ana, at):
    DisputeFactory.create()
    elsewhere = GrantFactory.create(right="coordinator").member
    seen = [list(Dispute.objects.visible_to(one, at=LATER)) for one in (bo, cy, ana, elsewhere)]
    assert seen == [[dispute], [], [], []]
