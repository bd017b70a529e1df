"""The messages about one event: what is planned, what waits, what was sent, what failed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from events import leads, reminders
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
    """Messages that will be written: what kind, to how many people as things stand, and when.

    Attributes:
        moment: the first one's, where each leaves at the same hour of its reader's own clock.
        own_hour: that hour, or empty where all leave at one moment.
    """

    kind: str
    people: int
    moment: datetime
    own_hour: str = ""


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
    others = (
        Planned(str(kinds.get("staff_brief").label), roles, event.starts_at - timedelta(hours=48)),
        Planned(str(kinds.get("feedback_request").label), seats, event.ends_at + timedelta(hours=1)),
    )
    found = [*_reminders(event, at=at), *(one for one in others if one.people and one.moment > at)]
    return sorted(found, key=lambda one: one.moment)


def _reminders(event: Event, *, at: datetime) -> list[Planned]:
    """One line for all that leave at one moment, and one for those that leave by each reader's own clock."""
    lines: dict[tuple[str, datetime | str], Planned] = {}
    for one in reminders.planned(event, at=at):
        own_hour = f"{leads.MORNING:%H:%M}" if one.kind == leads.WEEK.kind else ""
        line = lines.get((one.kind, own_hour or one.moment))
        people, moment = (line.people, line.moment) if line else (0, one.moment)
        lines[one.kind, own_hour or one.moment] = Planned(
            str(kinds.get(one.kind).label), people + one.people, moment, own_hour
        )
    return list(lines.values())
