"""The mail that asks how an event was, and the one that asks once more; their words stand in `templates/emails/`."""

from datetime import datetime, timedelta
from functools import partial

from events.emails import about, context_for
from events.feedback import closes_at, is_open
from events.models import Attendance, Event, FeedbackReceipt, Registration
from events.places import feedback_link
from forestallies.lib import zones
from members.emails import to
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Draft, Message, render

REQUEST, REMINDER = "feedback_request", "feedback_reminder"
GUARD = "events.feedback"
ASK_AFTER = timedelta(hours=1)  # after the end
REMIND_AFTER = timedelta(days=2)
LAST = timedelta(days=14)  # nobody is asked later than this
END_IN_SQL = 'YYYYMMDD"T"HH24MI"Z"'  # as `_end` writes it
ABSENT = (Attendance.Status.NO_SHOW, Attendance.Status.EXCUSED)
STILL_ON = (Event.State.SCHEDULED, Event.State.CLOSED)


def feedback_request(registration: Registration) -> Posting:
    """Ask somebody how it was. Keyed on the end: of an event that was moved after all she is asked anew."""
    return _posting(REQUEST, registration)


def feedback_reminder(registration: Registration) -> Posting:
    """Ask somebody once more who has not answered."""
    return _posting(REMINDER, registration)


def _posting(kind: str, registration: Registration) -> Posting:
    event = registration.event
    ref = f"{registration.pk}:{_end(event)}"
    return Posting(
        message=Draft(kind, to(registration.member), {"registration": registration.pk}, about=about(event)),
        key=f"{kind}:{ref}",
        priority=Notice.Priority.OPTIONAL,
        expires_at=event.ends_at + LAST,
        guard=GUARD,
        subject_ref=ref,
    )


def _end(event: Event) -> str:
    return f"{event.ends_at:%Y%m%dT%H%MZ}"


def draw(kind: str, facts: Facts, at: datetime) -> Message:
    """Write either mail, with the link to the form that is hers."""
    registration = Registration.objects.select_related("event", "member").get(pk=facts["registration"])
    event, member = registration.event, registration.member
    context = {
        **context_for(event, member),
        "form": feedback_link(registration),
        "until": zones.local(closes_at(event), member.zone, member.language),
    }
    return render(kind, to(member), context, about=about(event))


def is_wanted(subject_ref: str, at: datetime) -> Verdict:
    """The event took place as it was known, she was not absent, and she has not answered.

    `subject_ref` is `<registration>:<end>`.
    """
    pk, end = subject_ref.split(":")
    rows = Registration.objects.select_related("event").confirmed()
    registration = rows.filter(pk=int(pk), member__is_active=True).first()
    if registration is None:
        return Verdict(False, "The registration is no longer confirmed.")
    event, member = registration.event, registration.member_id
    if _end(event) != end or event.ends_at > at or not is_open(event, at):
        return Verdict(False, "The event was moved or did not take place.")
    if Attendance.objects.filter(event=event, member=member, status__in=ABSENT).exists():
        return Verdict(False, "She was not there.")
    if FeedbackReceipt.objects.filter(event=event, member=member).exists():
        return Verdict(False, "She has answered.")
    return Verdict(True)


for _kind in (REQUEST, REMINDER):
    drawers.register(_kind, partial(draw, _kind))
guards.register(GUARD, is_wanted)
