"""Reporting that an attendance record is wrong, and answering it: upheld (and corrected) or left as it is."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events import dispute_emails
from events.actions.attendance import AttendanceRefused, Mark, record_marks
from events.models import Attendance, Dispute
from events.models.disputes import may_be_reported_until, waits_for_report
from members.models import Circle, Member
from notices import outbox

State = Dispute.State


class DisputeRefused(Exception):
    """Nothing was changed; the text is a sentence for the reader."""


@dataclass(frozen=True)
class Words:
    """What somebody says was right."""

    claim: str
    words: str
    minutes: int | None = None


@transaction.atomic
def report(*, attendance: Attendance, said: Words, by: Member, at: datetime) -> Dispute:
    """Write down that one's own record is wrong, and tell the coordinators of its event.

    They get one mail for an event, and no other while reports about it wait: its link leads to all of them.

    Raises:
        DisputeRefused: it is too late, or this record was reported before and nothing was recorded since.
        PermissionDenied: the record is somebody else's.
    """
    locked = (
        Attendance.objects.select_for_update(of=("self",), no_key=True).select_related("event").get(pk=attendance.pk)
    )
    if locked.member_id != by.pk:
        raise PermissionDenied(_("Everybody reports on her or his own attendance only."))
    check_can_report(locked, latest=locked.disputes.order_by("-pk").first(), at=at)
    waits = Dispute.objects.open().filter(attendance__event=locked.event_id).exists()
    made = Dispute.objects.create(
        attendance=locked,
        claim=said.claim,
        minutes=said.minutes,
        words=said.words,
        was_status=locked.status,
        was_seconds=locked.seconds,
        created_at=at,
    )
    if not waits:
        outbox.post_many_once(dispute_emails.attendance_disputed(made, at=at), at=at)
    record(verb="dispute.reported", subject=made, by=by, at=at, event=locked.event_id, claim=made.claim)
    return made


def check_can_report(attendance: Attendance, *, latest: Dispute | None, at: datetime) -> None:
    """Within 60 days after it was recorded, and once for what is on record.

    Raises:
        DisputeRefused: with a sentence for the reader.
    """
    if waits_for_report(attendance, latest, at=at):
        return
    if latest and latest.state == State.OPEN:
        raise DisputeRefused(_("You have reported this already. Please wait for the answer."))
    if at >= may_be_reported_until(attendance):
        raise DisputeRefused(_("This was recorded more than 60 days ago, so it cannot be reported here any more."))
    raise DisputeRefused(_("You have reported this before, and it was answered."))


@transaction.atomic
def uphold(*, dispute: Dispute, mark: Mark, answer: str, by: Member, at: datetime) -> Dispute:
    """Correct the record through the attendance list's own action, and tell her so.

    Raises:
        DisputeRefused: it was answered meanwhile, the correction would change nothing, or cannot be taken.
        PermissionDenied: see `check_can_answer`.
    """
    locked = _locked(dispute, by=by, at=at)
    row = locked.attendance
    try:
        changed = record_marks(event=row.event, marks={row.member_id: mark}, by=by, at=at)
    except AttendanceRefused as refusal:
        raise DisputeRefused(str(refusal)) from refusal
    if not changed:
        raise DisputeRefused(_("This is what is on record already. Choose what is right, or leave it as it is."))
    return _answer(locked, State.UPHELD, answer, by=by, at=at, status=mark.status)


@transaction.atomic
def decline(*, dispute: Dispute, answer: str, by: Member, at: datetime) -> Dispute:
    """Leave the record as it is, with a reason, and tell her so.

    Raises:
        DisputeRefused: it was answered meanwhile, or there is no reason.
        PermissionDenied: see `check_can_answer`.
    """
    if not answer.strip():
        raise DisputeRefused(_("Please say why nothing is changed. The person reads your words."))
    return _answer(_locked(dispute, by=by, at=at), State.DECLINED, answer, by=by, at=at)


def check_can_answer(dispute: Dispute, *, by: Member, at: datetime) -> None:
    """Coordinators of the event's circle answer, but never a report of their own.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    event = dispute.attendance.event
    if not Circle.objects.run_by(by, at=at).filter(pk=event.home_id).exists():
        raise PermissionDenied(_("Only its coordinators answer reports about this event."))
    if dispute.attendance.member_id == by.pk:
        raise PermissionDenied(_("Nobody answers her or his own report. Another coordinator does."))


def _locked(dispute: Dispute, *, by: Member, at: datetime) -> Dispute:
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("attendance__event", "attendance__member")
    locked = rows.get(pk=dispute.pk)
    check_can_answer(locked, by=by, at=at)
    if locked.state != State.OPEN:
        raise DisputeRefused(_("This report was answered already. Nothing was changed."))
    return locked


def _answer(dispute: Dispute, state: State, answer: str, *, by: Member, at: datetime, **detail: str) -> Dispute:
    dispute.state, dispute.answer = state, answer
    dispute.answered_at, dispute.answered_by = at, by
    dispute.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    outbox.post_once(dispute_emails.dispute_answered(dispute), at=at)
    record(
        verb=f"dispute.{state}", subject=dispute, by=by, at=at, event=dispute.attendance.event_id,
        was=dispute.was_status, **detail,
    )  # fmt: skip
    return dispute
