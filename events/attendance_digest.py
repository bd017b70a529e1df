"""The one mail of a day about what was recorded of one's attendance, at 18:00 on each reader's own clock.

Like the mail about new materials (`events.material_digest`): asked anew each minute, after an outage in the morning,
and what one mail did not name is in the next one. What was told once is told again only when it says something else.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from events import attendance_emails
from events.attendance_emails import CAME, RECORDED
from events.feedback_emails import STILL_ON
from events.material_digest import digest_day, digest_hour
from events.models import Attendance
from members.models import Member
from notices import outbox
from notices.models import Notice

LOOK_BACK = timedelta(days=14)  # as long as an outage may last before something is not told


def send_due(*, at: datetime) -> int:
    """Tell those who came what was recorded of them, once a day at 18:00 of their own zone.

    Safe to run twice: one notice per person and local day. Returns how many were newly posted. Costs one query when
    nothing was recorded in the last days. Source: mails.md, kind 23.
    """
    return outbox.post_many_once(_due(at), at=at)


def count_due(*, at: datetime) -> int:
    """How many mails a run at this instant would post."""
    return len(_due(at))


def _due(at: datetime) -> list[outbox.Posting]:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    people: dict[int, tuple[Member, date]] = {}
    for row in _recent(at):
        day = digest_day(row.member.zone, at=at)
        if day is not None and row.recorded_at <= digest_hour(day, row.member.zone):
            found[row.member_id][row.event_id] = row.status
            people[row.member_id] = (row.member, day)
    told = _told(found) if found else {}
    news = {
        member: {event: status for event, status in statuses.items() if told.get((member, event)) != status}
        for member, statuses in sorted(found.items())
    }
    return [
        attendance_emails.attendance_recorded(*people[member], statuses)
        for member, statuses in news.items()
        if statuses
    ]


def _recent(at: datetime) -> QuerySet[Attendance]:
    """What says of somebody that she came, and was recorded lately of an event that is over."""
    return Attendance.objects.filter(
        status__in=CAME,
        recorded_at__gt=at - LOOK_BACK,
        recorded_at__lte=at,
        event__ends_at__lte=at,
        event__attendance_recorded_at__isnull=False,
        event__state__in=STILL_ON,
        member__is_active=True,
        member__email__isnull=False,
    ).select_related("member")


def _told(members: Iterable[int]) -> dict[tuple[int, int], str]:
    """By member and event, what the last mail that names it said."""
    rows = Notice.objects.filter(kind=RECORDED, recipient__in=list(members)).order_by("id")
    return {
        (recipient or 0, int(event)): status
        for recipient, facts in rows.values_list("recipient", "facts")
        for event, status in (facts or {}).get("statuses", {}).items()
    }
