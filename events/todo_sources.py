"""What events ask of a member: to answer an invitation, to say how it was, to choose between two at the same time.

The offer of a seat is not among them: it stands on her page as a card with its own buttons.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.feedback import CLOSES_AFTER_END
from events.feedback_emails import ABSENT, STILL_ON
from events.models import Attendance, Event, FeedbackReceipt, Registration, Role
from events.places import ASSIGNMENT
from members.models import Member
from members.todos import Row, Source, Titles, Todo, register, rows

ROLE, FEEDBACK, OVERLAP = "role", "feedback", "overlap"


def roles(member: Member, at: datetime) -> QuerySet[Any]:
    """Invitations to a role that wait for an answer."""
    asked = Role.objects.filter(member=member, state=Role.State.INVITED)
    ahead = asked.filter(event__state=Event.State.SCHEDULED, event__ends_at__gt=at)
    return rows(ROLE, ahead, event="event_id", due_at="event__starts_at")


def feedback(member: Member, at: datetime) -> QuerySet[Any]:
    """Events that are over, in which she had a seat and was not absent, and of which she has not said how it was."""
    same = {"event": OuterRef("event"), "member": member}
    seats = Registration.objects.filter(member=member).confirmed()
    over = seats.filter(event__state__in=STILL_ON, event__ends_at__lte=at, event__ends_at__gt=at - CLOSES_AFTER_END)
    absent = Attendance.objects.filter(**same, status__in=ABSENT)
    open_ones = over.filter(~Exists(FeedbackReceipt.objects.filter(**same)), ~Exists(absent))
    return rows(
        FEEDBACK, open_ones.annotate(closes_at=F("event__ends_at") + CLOSES_AFTER_END), event="event_id",
        due_at="closes_at",
    )  # fmt: skip


def overlaps(member: Member, at: datetime) -> QuerySet[Any]:
    """Seats in events at the same time as another seat of hers; of two the one that begins later asks."""
    mine = Registration.objects.filter(member=member, event__state=Event.State.SCHEDULED, event__ends_at__gt=at)
    first = mine.seated().filter(
        event__starts_at__lt=OuterRef("event__ends_at"), event__ends_at__gt=OuterRef("event__starts_at")
    )
    before = first.filter(event__starts_at__lt=OuterRef("event__starts_at")) | first.filter(
        event__starts_at=OuterRef("event__starts_at"), event__lt=OuterRef("event")
    )
    return rows(OVERLAP, mine.seated().filter(Exists(before)), event="event_id", due_at="event__starts_at")


def read_role(row: Row, titles: Titles) -> Todo:
    address = reverse(ASSIGNMENT.name, args=[ASSIGNMENT.token(row.pk)])
    return _todo(row, titles, _("You are asked to help"), address, _("Answer the invitation"))


def read_feedback(row: Row, titles: Titles) -> Todo:
    address = reverse("feedback_event", args=[row.event])
    return _todo(
        row, titles, _("How was it? One minute, and you need not give your name."), address, _("Give feedback")
    )


def read_overlap(row: Row, titles: Titles) -> Todo:
    words = _("You have a place in two events at the same time. Please choose one.")
    return _todo(row, titles, words, "#mine", _("See both"))


def _todo(row: Row, titles: Titles, words: Any, address: str, button: Any) -> Todo:
    title = titles.get(row.event or 0, "")
    return Todo(row.source, words, title, address, button, due_at=row.due_at)


register(ROLE, Source(roles, read_role))
register(OVERLAP, Source(overlaps, read_overlap))
register(FEEDBACK, Source(feedback, read_feedback))
