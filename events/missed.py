"""Who had a place, did not come, and is to be told what she can still do? Asked anew each minute."""

from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, Func, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from events import attendance_emails
from events.attendance_emails import END_IN_SQL, MISSED, MISSED_LAST
from events.feedback_emails import STILL_ON
from events.models import Attendance, Registration
from notices import outbox
from notices.models import Notice

AFTER = timedelta(days=1)  # after it was recorded: a slip of the pen can be mended until then


def due(*, at: datetime) -> QuerySet[Registration]:
    """Those with a confirmed place who count as absent since a day, of events that ended MISSED_LAST ago at most.

    Who is excused told the team herself and is left in peace.
    """
    absent = Attendance.objects.filter(
        event=OuterRef("event"),
        member=OuterRef("member"),
        status=Attendance.Status.NO_SHOW,
        recorded_at__lte=at - AFTER,
    )
    end = Func(F("event__ends_at"), Value(END_IN_SQL), function="to_char", output_field=CharField())
    key = Concat(Value(f"{MISSED}:"), Cast("pk", CharField()), Value(":"), end)
    return (
        Registration.objects.confirmed()
        .filter(
            Exists(absent),
            event__state__in=STILL_ON,
            event__ends_at__lte=at,
            event__ends_at__gt=at - MISSED_LAST,
            event__attendance_recorded_at__lte=at - AFTER,
            member__is_active=True,
            member__email__isnull=False,
        )
        .annotate(missed_key=key)
        .exclude(Exists(Notice.objects.filter(key=OuterRef("missed_key"))))
        .select_related("event", "member")
        .order_by("event__ends_at", "id")
    )


def count_due(*, at: datetime) -> int:
    return due(at=at).count()


def send_due(*, at: datetime) -> int:
    """Tell those who were missed. Safe to run twice: one notice per registration and end of the event.

    Returns how many were newly posted. Source: mails.md, kind 22.
    """
    return outbox.post_many_once([attendance_emails.missed_session(row) for row in due(at=at)], at=at)
