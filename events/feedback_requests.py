"""Who is to be asked how it was, and who once more? Asked anew each minute, like reminders."""

from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, Func, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from events import feedback_emails
from events.feedback_emails import ABSENT, ASK_AFTER, LAST, REMIND_AFTER, REMINDER, REQUEST, STILL_ON
from events.models import Attendance, Event, FeedbackReceipt, Registration, Role
from notices import outbox
from notices.models import Notice

REQUEST_SETTLES = timedelta(days=1)  # somebody who was asked late is not reminded at once


def requests_due(*, at: datetime) -> QuerySet[Registration]:
    """Those who took part in what ended at least ASK_AFTER ago, who were not asked yet and have not answered."""
    return _wanted(at=at, after=ASK_AFTER).exclude(Exists(_mails(REQUEST)))


def reminders_due(*, at: datetime) -> QuerySet[Registration]:
    """Those who were asked, have not answered REMIND_AFTER the end, and were not reminded."""
    settled = _mails(REQUEST).filter(state=Notice.State.SENT, finished_at__lte=at - REQUEST_SETTLES)
    again = _mails(REMINDER)
    return _wanted(at=at, after=REMIND_AFTER).filter(Exists(settled)).exclude(Exists(again))


def count_due(*, at: datetime) -> int:
    return requests_due(at=at).count() + reminders_due(at=at).count()


def send_due(*, at: datetime) -> int:
    """Post a request to everybody who took part, and one reminder to those who did not answer.

    Safe to run twice: one of each per registration and end of the event. Returns how many were newly posted; delivery
    is later, by day and at a distance from others. Source: mails.md, kind 21.
    """
    posted = 0
    for due, make in (
        (requests_due, feedback_emails.feedback_request),
        (reminders_due, feedback_emails.feedback_reminder),
    ):
        posted += outbox.post_many_once([make(row) for row in due(at=at)], at=at)
    return posted


def asked(event: Event) -> int:
    """How many people can answer: those with a confirmed place who were not absent, and those with a role."""
    seated = (
        Registration.objects.filter(event=event).confirmed().exclude(Exists(_absence())).order_by().values("member")
    )
    helping = Role.objects.filter(event=event).standing().order_by().values("member")
    return seated.union(helping).count()


def _wanted(*, at: datetime, after: timedelta) -> QuerySet[Registration]:
    end = Func(F("event__ends_at"), Value(feedback_emails.END_IN_SQL), function="to_char", output_field=CharField())
    ref = Concat(Cast("pk", CharField()), Value(":"), end)
    answered = FeedbackReceipt.objects.filter(event=OuterRef("event"), member=OuterRef("member"))
    return (
        Registration.objects.confirmed()
        .filter(
            event__state__in=STILL_ON,
            event__ends_at__lte=at - after,
            event__ends_at__gt=at - LAST,
            member__is_active=True,
            member__email__isnull=False,
        )
        .exclude(Exists(_absence()))
        .exclude(Exists(answered))
        .annotate(feedback_ref=ref)
        .select_related("event", "member")
        .order_by("event__ends_at", "id")
    )


def _absence() -> QuerySet[Attendance]:
    return Attendance.objects.filter(event=OuterRef("event"), member=OuterRef("member"), status__in=ABSENT)


def _mails(kind: str) -> QuerySet[Notice]:
    key = Concat(Value(f"{kind}:"), OuterRef("feedback_ref"), output_field=CharField())
    return Notice.objects.filter(key=key)
