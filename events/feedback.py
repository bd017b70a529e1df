"""Feedback: when it is open, whose it is, what it asks about, and which answers results count."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from events import kinds
from events.models import Event, Feedback, FeedbackReceipt, Registration, Role
from members.models import Member

OPENS_BEFORE_END = timedelta(minutes=5)
CLOSES_AFTER_END = timedelta(days=30)
MOST_TOPICS = 5  # a form of one minute
SALT = "events.feedback.counted"


class FeedbackRefused(Exception):
    """This answer cannot be taken and nothing was changed; the text is a sentence for the reader."""


class AnsweredAlready(FeedbackRefused):
    """She has answered before; what she said then stays."""


def opens_at(event: Event) -> datetime:
    return event.ends_at - OPENS_BEFORE_END


def closes_at(event: Event) -> datetime:
    return event.ends_at + CLOSES_AFTER_END


def is_open(event: Event, at: datetime) -> bool:
    """Whether the form takes answers: from five minutes before the end, inside the meeting, until 30 days after it."""
    return _takes_place(event) and opens_at(event) <= at < closes_at(event)


def check_open(event: Event, at: datetime) -> None:
    """Take answers in their time only.

    Raises:
        FeedbackRefused: with a sentence for the reader.
    """
    if not _takes_place(event):
        raise FeedbackRefused(_("This event does not take place, so there is nothing to say about it."))
    if at < opens_at(event):
        raise FeedbackRefused(_("This form opens five minutes before the end of the event. Please come back then."))
    if at >= closes_at(event):
        raise FeedbackRefused(_("This form closed 30 days after the event. Thank you for coming here."))


def has_part(event: Event, member: Member) -> bool:
    """Whether the form is for somebody: she has a confirmed place or a role in this event."""
    mine = {"event": event, "member": member}
    seated = Registration.objects.filter(**mine).confirmed()
    return seated.exists() or Role.objects.filter(**mine).standing().exists()


def check_has_part(event: Event, member: Member) -> None:
    """Ask those only who had a part in the event.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not has_part(event, member):
        raise PermissionDenied(_("This form is for those who took part in the event."))


def has_answered(event: Event, member: Member) -> bool:
    return FeedbackReceipt.objects.filter(event=event, member=member).exists()


def is_awaited(event: Event, registration: Registration | None, *, at: datetime) -> bool:
    """Whether the event's page asks somebody with this registration how it was; one query, and none before the end."""
    if registration is None or registration.state != Registration.State.CONFIRMED or not event.is_held(at):
        return False
    return (
        is_open(event, at) and not FeedbackReceipt.objects.filter(event=event, member=registration.member_id).exists()
    )


def topics_of(event: Event) -> list[kinds.Topic]:
    """What the form asks about: the topics of the event, or the event as a whole, which has no name."""
    return kinds.of(event).topics(event)[:MOST_TOPICS] or [kinds.Topic("", _("The event as a whole"))]


def seal(row: Feedback, *, counted: bool) -> str:
    """Write down whether results count an answer, so that nobody can read it off who has the database alone.

    An answer that waits is one of the latest; docs/decisions/0012 tells why that has to stay hidden.
    """
    return salted_hmac(SALT, f"{row.pk}:{'counted' if counted else 'waits'}", algorithm="sha256").hexdigest()


def is_counted(row: Feedback) -> bool:
    return constant_time_compare(row.seal, seal(row, counted=True))


def _takes_place(event: Event) -> bool:
    return event.state in (Event.State.SCHEDULED, Event.State.CLOSED)
