"""What the cockpit's first page says of an event: each of its pages in a number or two, and what is still to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from events import attendance, feedback_results
from events.forms.registration import language_words
from events.models import (
    Attendance,
    Event,
    Material,
    Registration,
    Role,
    Room,
    RoomPlace,
    Segment,
    SpeakerQuestion,
)
from events.telling import label
from notices.models import Notice

PAIR = 2  # interpreters of one channel take turns
State = Registration.State


@dataclass(frozen=True)
class Numbers:
    """How many of each there are of one event; minutes are those of the run of show, messages are by state."""

    confirmed: int
    waiting: int
    pending: int
    unmarked: int
    marked: int
    accepted: int
    unanswered: int
    declined: int
    segments: int
    minutes: int
    rooms: int
    placed: int
    materials: int
    released: int
    questions: int
    feedback: int
    messages: dict[str, int]


@dataclass(frozen=True)
class Todo:
    """Something that an event still lacks, and the tab where it is mended; "" stands for the admin."""

    words: str
    tab: str = ""


def numbers_of(event: Event, *, at: datetime) -> Numbers:
    """Count everything about an event, in three queries; of the feedback no more than its own page tells."""
    registrations = Registration.objects.filter(event=OuterRef("pk"))
    roles = Role.objects.filter(event=OuterRef("pk"))
    materials = Material.objects.filter(event=OuterRef("pk"))
    seated = Registration.objects.filter(event=OuterRef("event"), member=OuterRef("member")).confirmed()
    rows: dict[str, QuerySet[Any]] = {
        "confirmed": registrations.confirmed(),
        "waiting": registrations.filter(state=State.WAITLISTED),
        "pending": registrations.filter(state=State.PENDING),
        "unmarked": attendance.unmarked(OuterRef("pk")),
        "marked": Attendance.objects.filter(event=OuterRef("pk")),
        "accepted": roles.accepted(),
        "unanswered": roles.filter(state=Role.State.INVITED),
        "declined": roles.filter(state=Role.State.DECLINED),
        "segments": Segment.objects.filter(event=OuterRef("pk")),
        "rooms": Room.objects.filter(event=OuterRef("pk")),
        "placed": RoomPlace.objects.filter(event=OuterRef("pk"), member__in=seated.values("member")),
        "materials": materials,
        "released": materials.released(at),
        "questions": SpeakerQuestion.objects.filter(event=OuterRef("pk"), state=SpeakerQuestion.State.OPEN),
    }
    asked = {name: _number(found, Count("pk")) for name, found in rows.items()}
    asked["minutes"] = _number(rows["segments"], Sum("minutes"))
    counted = Event.objects.filter(pk=event.pk).order_by().values_list(*asked.values()).get()
    messages = Notice.objects.filter(about__contains=[label(event.pk)]).order_by().values_list("state")
    return Numbers(
        **dict(zip(asked, counted, strict=True)),
        feedback=feedback_results.number_shown(event, at=at),
        messages=dict(messages.annotate(Count("pk"))),
    )


def _number(rows: QuerySet[Any], total: Count | Sum) -> Coalesce:
    counted = rows.order_by().values("event").annotate(total=total).values("total")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def cards(event: Event, numbers: Numbers, *, at: datetime) -> list[tuple[str, list[str]]]:
    """Say each page of the cockpit in a few words: the name of its tab, and the lines."""
    return [
        ("registration_list", _people(event, numbers)),
        ("role_list", _roles(numbers)),
        ("segment_list", _run_of_show(event, numbers)),
        ("room_list", _rooms(numbers)),
        ("material_list", _materials(numbers)),
        ("speaker_question_list", [_counted(numbers.questions, ngettext_lazy("%(n)d open", "%(n)d open", "n"))]),
        ("event_messages", _messages(numbers)),
        ("attendance_edit", _attendance(event, numbers, at)),
        ("feedback_results", [_counted(numbers.feedback, ngettext_lazy("%(n)d answer", "%(n)d answers", "n"))]),
    ]


def _people(event: Event, numbers: Numbers) -> list[str]:
    seats = _("%(taken)d of %(capacity)d seats taken") % {"taken": numbers.confirmed, "capacity": event.capacity or 0}
    first = seats if event.capacity else _counted(numbers.confirmed, ngettext_lazy("%(n)d person", "%(n)d people", "n"))
    lines = [first]
    if numbers.waiting:
        lines.append(_("%(n)d on the waiting list") % {"n": numbers.waiting})
    if numbers.pending:
        lines.append(_("%(n)d to decide") % {"n": numbers.pending})
    return lines


def _roles(numbers: Numbers) -> list[str]:
    lines = [_("%(n)d accepted") % {"n": numbers.accepted}]
    if numbers.unanswered:
        lines.append(_("%(n)d without an answer") % {"n": numbers.unanswered})
    if numbers.declined:
        lines.append(_("%(n)d declined") % {"n": numbers.declined})
    return lines


def _run_of_show(event: Event, numbers: Numbers) -> list[str]:
    if not numbers.segments:
        return [_("Nothing yet")]
    return [_("%(minutes)d of %(length)d minutes") % {"minutes": numbers.minutes, "length": event.minutes}]


def _rooms(numbers: Numbers) -> list[str]:
    if not numbers.rooms:
        return [_("One room for all")]
    rooms = _counted(numbers.rooms, ngettext_lazy("%(n)d room", "%(n)d rooms", "n"))
    return [rooms, _("%(placed)d of %(confirmed)d people placed") % vars(numbers)]


def _materials(numbers: Numbers) -> list[str]:
    if not numbers.materials:
        return [_("Nothing yet")]
    return [_("%(released)d of %(materials)d visible") % vars(numbers)]


def _attendance(event: Event, numbers: Numbers, at: datetime) -> list[str]:
    if at < event.starts_at:
        return [_("From the start on")]
    return [_("%(marked)d marked, %(unmarked)d not yet") % vars(numbers)]


def _messages(numbers: Numbers) -> list[str]:
    sent = numbers.messages.get(Notice.State.SENT, 0)
    lines = [_("%(n)d sent") % {"n": sent}]
    if failed := numbers.messages.get(Notice.State.FAILED, 0):
        lines.append(_("%(n)d failed") % {"n": failed})
    return lines


def _counted(number: int, words: Promise) -> str:
    return str(words % {"n": number})


def todo(event: Event, numbers: Numbers, *, interpreters: dict[str, int], at: datetime) -> list[Todo]:
    """Say what an event lacks, the most pressing first; nothing once it is over, cancelled or a thing of the past.

    Args:
        interpreters: standing interpreters by channel.
    """
    if event.state == Event.State.CANCELLED:
        return []
    if event.ends_at <= at:
        return list(_afterwards(numbers))
    return [*_before(event, numbers), *_interpreters_missing(event, interpreters)]


def _before(event: Event, numbers: Numbers) -> Iterator[Todo]:
    if not event.join_url:
        yield Todo(_("There is no meeting link yet, so nobody can join."))
    if failed := numbers.messages.get(Notice.State.FAILED, 0):
        words = ngettext("%(n)d message could not be sent.", "%(n)d messages could not be sent.", failed)
        yield Todo(words % {"n": failed}, "event_messages")
    if numbers.pending:
        words = ngettext(
            "%(n)d registration waits for an answer.", "%(n)d registrations wait for an answer.", numbers.pending
        )
        yield Todo(words % {"n": numbers.pending}, "registration_list")
    if numbers.unanswered:
        words = ngettext(
            "%(n)d invitation has no answer yet.", "%(n)d invitations have no answer yet.", numbers.unanswered
        )
        yield Todo(words % {"n": numbers.unanswered}, "role_list")
    if not numbers.segments:
        yield Todo(_("There is no run of show yet."), "segment_list")
    elif numbers.minutes > event.minutes:
        over = numbers.minutes - event.minutes
        words = ngettext(
            "The run of show is %(n)d minute longer than the event.",
            "The run of show is %(n)d minutes longer than the event.",
            over,
        )
        yield Todo(words % {"n": over}, "segment_list")
    if numbers.rooms and numbers.placed < numbers.confirmed:
        left = numbers.confirmed - numbers.placed
        words = ngettext("%(n)d person is in no room yet.", "%(n)d people are in no room yet.", left)
        yield Todo(words % {"n": left}, "room_list")
    if not event.urgent_contact:
        yield Todo(_("Nobody is named who helps when somebody cannot get in."))


def _interpreters_missing(event: Event, interpreters: dict[str, int]) -> Iterator[Todo]:
    for channel in event.interpretation:
        found = interpreters.get(channel, 0)
        if found < PAIR:
            words = _("Interpretation into %(language)s: %(found)d of %(pair)d interpreters.")
            yield Todo(words % {"language": language_words(channel), "found": found, "pair": PAIR}, "role_list")


def _afterwards(numbers: Numbers) -> Iterator[Todo]:
    if numbers.unmarked:
        words = ngettext(
            "%(n)d person has no attendance mark yet.", "%(n)d people have no attendance mark yet.", numbers.unmarked
        )
        yield Todo(words % {"n": numbers.unmarked}, "attendance_edit")
