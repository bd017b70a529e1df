"""Who is to be asked how it was, and who once more? Asked anew each minute, like reminders."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, Func, Max, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from events import feedback_emails
from events.feedback_emails import ABSENT, ASK_AFTER, LAST, REMIND_AFTER, REMINDER, REQUEST, STILL_ON
from events.models import Attendance, Event, FeedbackReceipt, Registration, Role
from forestallies.lib import daytime
from notices import outbox
from notices.models import Notice

SPACING = timedelta(minutes=10)  # between two optional mails to one person
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

    Each waits for the hours between 8 and 20 of the person's own clock and keeps SPACING from other optional mails to
    her. Safe to run twice: one of each per registration and end of the event. Returns how many were newly posted;
    delivery is later. Source: mails.md, kind 21.
    """
    posted = 0
    for due, make in (
        (requests_due, feedback_emails.feedback_request),
        (reminders_due, feedback_emails.feedback_reminder),
    ):
        rows = list(due(at=at))
        moments = _moments(rows, at=at)
        postings = [make(row, wait_until=moment) for row, moment in zip(rows, moments, strict=True)]
        posted += outbox.post_many_once(postings, at=at)
    return posted


def _moments(rows: list[Registration], *, at: datetime) -> Iterator[datetime]:
    """When each of some mails may leave, in their order."""
    if not rows:
        return
    others = Notice.objects.filter(
        recipient__in={row.member_id for row in rows},
        priority=Notice.Priority.OPTIONAL,
        next_attempt_at__gt=at - SPACING,
        state__in=[*Notice.UNFINISHED, Notice.State.SENT],
    )
    latest = dict(others.values_list("recipient").annotate(Max("next_attempt_at")).order_by())
    for row in rows:
        before = latest.get(row.member_id)
        moment = daytime.from_then_on(max(at, before + SPACING) if before else at, row.member.zone)
        latest[row.member_id] = moment
        yield moment


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
