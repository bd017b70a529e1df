"""Attendance marked by hand: the only code that writes what people say about who came."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events import attendance, policies
from events.locks import lock_event
from events.models import Attendance, AttendanceEvidence, Event, Source
from members.models import Member

Status = Attendance.Status
MARKS = (Status.ATTENDED, Status.PARTIAL, Status.NO_SHOW, Status.EXCUSED)  # "made up" is not seen at the event


class AttendanceRefused(Exception):
    """These marks cannot be taken, and none of them was; the text is a sentence for the reader."""


@dataclass(frozen=True)
class Mark:
    """What somebody says about one person; a reason is kept only of those who are excused.

    Attributes:
        seconds: how long she was there, where that is corrected too; None leaves what was measured.
    """

    status: str
    reason: str = ""
    seconds: int | None = None


@transaction.atomic
def record_marks(*, event: Event, marks: Mapping[int, Mark], by: Member, at: datetime) -> int:
    """Write down who came, by member id. All marks are taken or none.

    A mark overrides what meeting reports say, and what they say stays beside it. The same marks again change nothing.
    People on the list may be marked, and people of the audience who came without a registration. Marking oneself is
    allowed, and flagged in the audit. The first marks stamp the event with when its recording began; whether it is
    complete follows from the marks (`attendance.unmarked`), as people may register or be left out afterwards.

    Returns:
        How many people's attendance changed.

    Raises:
        AttendanceRefused: the event has not begun or does not take place, or a mark or person does not belong here.
        PermissionDenied: the person does not keep this event's attendance.
    """
    event = lock_event(event.pk)
    policies.check_can_mark_attendance(event, by=by, at=at)
    _check_begun(event, at)
    rows = {row.member_id: row for row in Attendance.objects.filter(event=event, member__in=marks)}
    _check_marks(marks, rows)
    walked_in = _walk_ins(event, marks, at)
    changed = [
        _apply(rows.get(member) or Attendance(event=event, member_id=member), mark, by=by, at=at)
        for member, mark in sorted(marks.items())
        if not _stands(rows.get(member), mark)
    ]
    _write(changed, at)
    is_first = bool(marks) and event.attendance_recorded_at is None
    if is_first:
        event.attendance_recorded_at = at
        event.save(update_fields=["attendance_recorded_at", "updated_at"])
    if changed or is_first:
        record(
            verb="attendance.marked",
            subject=event,
            by=by,
            at=at,
            changed=len(changed),
            walk_ins=len(walked_in),
            own=any(row.member_id == by.pk for row in changed),
            **Counter(row.status for row in changed),
        )
    return len(changed)


def _check_begun(event: Event, at: datetime) -> None:
    if event.state not in (Event.State.SCHEDULED, Event.State.CLOSED):
        raise AttendanceRefused(_("This event does not take place, so there is no attendance to record."))
    if event.starts_at > at:
        raise AttendanceRefused(_("This event has not begun. Attendance can be recorded from its start on."))


def _check_marks(marks: Mapping[int, Mark], rows: Mapping[int, Attendance]) -> None:
    for member, mark in marks.items():
        is_kept = mark.status == Status.MADE_UP and member in rows and rows[member].status == Status.MADE_UP
        if mark.status not in MARKS and not is_kept:
            raise AttendanceRefused(_("One of the marks is not among those on offer. Nothing was changed."))


def _walk_ins(event: Event, marks: Mapping[int, Mark], at: datetime) -> set[int]:
    """Give those who are not on the list, all of whom must belong to the audience."""
    strangers = set(marks) - attendance.expected(event)
    known = set(attendance.invited(event, at=at).filter(pk__in=strangers).values_list("pk", flat=True))
    if strangers - known:
        raise AttendanceRefused(_("Somebody in this list does not belong to this event. Nothing was changed."))
    return strangers


def _reason(mark: Mark) -> str:
    return mark.reason if mark.status == Status.EXCUSED else ""


def _stands(row: Attendance | None, mark: Mark) -> bool:
    """Whether this is on record already."""
    if row is None or mark.seconds not in (None, row.seconds):
        return False
    return (row.status, row.excused_reason) == (mark.status, _reason(mark))


def _apply(row: Attendance, mark: Mark, *, by: Member, at: datetime) -> Attendance:
    row.status, row.excused_reason = mark.status, _reason(mark)
    row.source, row.match = Source.MARK, ""
    row.recorded_at, row.recorded_by = at, by
    if mark.seconds is not None:
        row.seconds = mark.seconds
    return row


def _write(changed: list[Attendance], at: datetime) -> None:
    """Write rows and one piece of evidence for each, in three statements."""
    fields = ["status", "excused_reason", "seconds", "source", "match", "recorded_at", "recorded_by"]
    AttendanceEvidence.objects.bulk_create(
        AttendanceEvidence(event_id=row.event_id, member_id=row.member_id, source=Source.MARK, created_at=at)
        for row in changed
    )
    Attendance.objects.bulk_update([row for row in changed if row.pk], fields)
    Attendance.objects.bulk_create([row for row in changed if not row.pk])
