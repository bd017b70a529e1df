"""The messages about one event: what is planned, what waits, what was sent, what failed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from events import policies, reminders
from events.ahead import Ahead, together
from events.models import Event, Registration, Role
from events.telling import event_ids, label
from members.models import Member
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


def may_read(notice: Notice, event: Event, *, by: Member, at: datetime) -> bool:
    """Whether a message about an event is hers to read and to act on who schedules that event.

    What tells of other events as well is, when she schedules those too; otherwise she learns that it was sent.
    """
    others = set(event_ids(notice.about)) - {event.pk}
    homes = policies.homes_to_schedule(by, at=at)
    return not others or not Event.objects.filter(pk__in=others).exclude(home__in=homes).exists()


def planned(event: Event, *, at: datetime) -> list[Ahead]:
    """What will be written of itself to how many people as things stand, the next first; nothing is stored ahead."""
    if event.state != Event.State.SCHEDULED:
        return []
    seats, roles = _with_a_part(event)
    others = (
        _at_once(event, "staff_brief", roles, event.starts_at - timedelta(hours=48)),
        _at_once(event, "feedback_request", seats, event.ends_at + timedelta(hours=1)),
    )
    found = [*together(reminders.planned(event, at=at)), *(one for one in others if one.people and one.first > at)]
    return sorted(found, key=lambda one: one.first)


def _at_once(event: Event, kind: str, people: int, moment: datetime) -> Ahead:
    return Ahead(event=event, kind=kinds.get(kind).label, people=people, first=moment, last=moment)


def _with_a_part(event: Event) -> tuple[int, int]:
    """How many have a seat, and how many roles are accepted, in one query."""
    confirmed = Q(registrations__state=Registration.State.CONFIRMED)
    accepted = Q(roles__state=Role.State.ACCEPTED)
    numbers = Event.objects.filter(pk=event.pk).aggregate(
        seats=Count("registrations", filter=confirmed, distinct=True),
        roles=Count("roles", filter=accepted, distinct=True),
    )
    return numbers["seats"], numbers["roles"]
