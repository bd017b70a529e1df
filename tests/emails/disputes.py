"""The mails about a reported mistake, made for `tests.emails.samples`."""

from datetime import datetime

from events import dispute_emails
from events.models import Registration
from members.models import Grant, Member
from notices.outbox import Posting
from tests.factories import AttendanceFactory, DisputeFactory, GrantFactory


def reported(member: Member, seat: Registration, *, at: datetime) -> Posting:
    """Somebody else reports; the member coordinates."""
    GrantFactory.create(member=member, circle=seat.event.home, right=Grant.Right.COORDINATOR)
    dispute = DisputeFactory.create(attendance=AttendanceFactory.create(event=seat.event))
    return dispute_emails.attendance_disputed(dispute, at=at)[0]


def answered(member: Member, seat: Registration, *, at: datetime) -> Posting:
    """Declined, with words that may be hostile."""
    attendance = AttendanceFactory.create(event=seat.event, member=member, status="partial", seconds=1_800)
    return dispute_emails.dispute_answered(
        DisputeFactory.create(attendance=attendance, state="declined", answered_at=at, answer=seat.event.title)
    )
