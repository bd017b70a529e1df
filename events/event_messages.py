"""The messages about one event: what is planned, what waits, what was sent, what failed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from events import reminders
from events.models import Event, Registration, Role
from events.telling import label
from notices import kinds
from notices.models import Notice

State = Notice.State
SIGN_IN = Notice.Priority.SIGN_IN


@dataclass(frozen=True)
class Group:
    """Messages that stand in the same way."""

    name: str
    label: str | Promise
    states: tuple[State, ...]


GROUPS = (
    Group("failed", pgettext_lazy("messages", "Failed"), (State.FAILED,)),
    Group("waiting", pgettext_lazy("messages", "On the way"), (State.QUEUED, State.SENDING, State.RETRY)),
    Group("sent", pgettext_lazy("messages", "Sent"), (State.SENT,)),
    Group("dropped", pgettext_lazy("messages", "Not sent"), (State.SUPPRESSED, State.CANCELLED, State.MISSED)),
)


@dataclass(frozen=True)
class Line:
    """One message: what kind, to whom, when it left or will leave, and what the mail server or the portal said."""

    notice: Notice
    kind: str
    moment: datetime


@dataclass(frozen=True)
class Planned:
    """A message that will be written: what kind, to how many people as things stand, and when."""

    kind: str
    people: int
    moment: datetime


def of(event: Event, group: Group | None) -> QuerySet[Notice]:
    """The messages about an event, the latest first; of one group, or all."""
    notices = Notice.objects.filter(about__contains=[label(event.pk)], sensitive=False).exclude(priority=SIGN_IN)
    if group:
        notices = notices.filter(state__in=group.states)
    return notices.select_related("recipient").defer("text", "html", "calendar").order_by("-id")


def group_named(name: str) -> Group | None:
    return next((group for group in GROUPS if group.name == name), None)


def counted(event: Event) -> list[tuple[Group, int]]:
    """Each group with how many messages it has, in one query."""
    by_state = (
        Notice.objects.filter(about__contains=[label(event.pk)], sensitive=False).exclude(priority=SIGN_IN).order_by()
    )
    counts = dict(by_state.values_list("state").annotate(Count("pk")))
    return [(group, sum(counts.get(state, 0) for state in group.states)) for group in GROUPS]


def lines(notices: Iterable[Notice]) -> list[Line]:
    return [
        Line(notice, str(kinds.get(notice.kind).label), notice.finished_at or notice.next_attempt_at)
        for notice in notices
    ]


def planned(event: Event, *, at: datetime) -> list[Planned]:
    """What will be written of itself to how many people as things stand, the next first; nothing is stored ahead."""
    if event.state != Event.State.SCHEDULED:
        return []
    seats = Registration.objects.filter(event=event).confirmed().count()
    roles = Role.objects.filter(event=event).accepted().count()
    found = (
        Planned(str(kinds.get("staff_brief").label), roles, event.starts_at - timedelta(hours=48)),
        Planned(str(kinds.get("reminder_24h").label), seats, event.starts_at - reminders.LEAD),
        Planned(str(kinds.get("feedback_request").label), seats, event.ends_at + timedelta(hours=1)),
    )
    return [one for one in found if one.people and one.moment > at]
