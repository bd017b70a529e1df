"""The groups of the outbox and their lines: what somebody reads who is asked "I got no mail" or "what goes out?"."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from events.ahead import Ahead, together
from events.event_messages import GROUPS as STORED
from events.event_messages import Group
from events.models import Event
from events.planned_reminders import Planned, planned_all
from events.telling import event_ids
from forestallies.outbox.search import Search
from members.models import Grant, Mailing, Member
from members.models.mailings import mailing_ids
from notices import heartbeats, kinds
from notices.models import Notice

AHEAD = timedelta(days=8)  # how far what is planned is shown
OFFERED = timedelta(days=60)  # events as far back and ahead as this are offered in the search
MOST_OFFERED = 100
PLANNED = Group("planned", pgettext_lazy("messages", "Planned"), ())
GROUPS = (PLANNED, *sorted(STORED, key=lambda group: ("waiting", "sent", "failed", "dropped").index(group.name)))


@dataclass(frozen=True)
class Line:
    """One message: what kind, which letter it carries if any, about which event if any, and about how many more."""

    notice: Notice
    kind: str | Promise
    event: Event | None
    others: int
    letter: Mailing | None


@dataclass(frozen=True)
class Pulse:
    """How a tick is doing, in words."""

    words: str
    is_silent: bool


def group_named(name: str) -> Group | None:
    return next((group for group in GROUPS if group.name == name), None)


def of_group(notices: QuerySet[Notice], group: Group | None) -> QuerySet[Notice]:
    """The messages of one group, or all: the latest first, but what waits in the order in which it will leave."""
    rows = notices.filter(state__in=group.states) if group else notices
    order = ("next_attempt_at", "id") if group and group.name == "waiting" else ("-id",)
    return rows.select_related("recipient").defer("text", "html", "calendar", "facts").order_by(*order)


def counted(notices: QuerySet[Notice]) -> dict[str, int]:
    """How many of the messages are in each group, by its name, in one query."""
    by_state = dict(notices.order_by().values_list("state").annotate(Count("pk")))
    return {group.name: sum(by_state.get(state, 0) for state in group.states) for group in STORED}


def lines(notices: Iterable[Notice], reader: Member, *, at: datetime) -> list[Line]:
    """The messages with their letters and with those of their events that the reader coordinates, in two queries."""
    rows = list(notices)
    about = {row.pk: event_ids(row.about) for row in rows}
    events = events_run_by(reader, at=at).in_bulk({pk for ids in about.values() for pk in ids})
    letters = Mailing.objects.visible_to(reader, at=at).in_bulk({pk for row in rows for pk in mailing_ids(row.about)})
    return [
        _line(
            row,
            [events[pk] for pk in about[row.pk] if pk in events],
            [letters[pk] for pk in mailing_ids(row.about) if pk in letters],
        )
        for row in rows
    ]


def _line(notice: Notice, events: list[Event], letters: list[Mailing]) -> Line:
    first = min(events, key=lambda event: event.starts_at, default=None)
    letter = letters[0] if letters else None
    return Line(notice, kinds.get(notice.kind).label, first, max(len(events) - 1, 0), letter)


def events_run_by(reader: Member, *, at: datetime) -> QuerySet[Event]:
    return Event.objects.run_by(reader, at=at, rights=(Grant.Right.COORDINATOR,))


def events_to_offer(reader: Member, wanted: str, *, at: datetime) -> list[Event]:
    """The events that the search offers: those around now, the next first, and the one that is asked for already."""
    near = Q(starts_at__gte=at - OFFERED, starts_at__lte=at + OFFERED)
    if wanted.isdecimal() and len(wanted) < 10:
        near |= Q(pk=int(wanted))
    return list(events_run_by(reader, at=at).filter(near).order_by("-starts_at", "-id")[:MOST_OFFERED])


def planned(reader: Member, search: Search, *, at: datetime) -> list[Ahead]:
    """What the portal will write of itself in the next days, by event and kind, the next first; stored nowhere."""
    if search.is_of_people:
        return []
    events = events_run_by(reader, at=at)
    if search.event:
        events = events.filter(pk=search.event.pk)
    found = planned_all(events=events, at=at, until=at + AHEAD)
    return together(one for one in found if _fits(one, search))


def _fits(one: Planned, search: Search) -> bool:
    if (search.since and one.moment < search.since) or (search.until and one.moment >= search.until):
        return False
    return not search.kinds or one.kind in search.kinds


def pulses(*, at: datetime) -> list[Pulse]:
    """When reminders and delivery last came to an end, in words."""
    last = {
        heartbeats.REMINDERS: (_("Last reminder run: %(ago)s"), _("No reminder run has come to its end yet.")),
        heartbeats.DELIVERY: (_("Last delivery: %(ago)s"), _("No delivery has come to its end yet.")),
    }
    found = []
    for pulse in heartbeats.read(at=at):
        ago, never = last[pulse.name]
        words = never if pulse.seconds is None else ago % {"ago": _ago(pulse.seconds, at)}
        found.append(Pulse(words, pulse.is_silent))
    return found


def _ago(seconds: float, at: datetime) -> str:
    whole = round(seconds)
    if whole < 60:
        return ngettext("%(count)d second ago", "%(count)d seconds ago", whole) % {"count": whole}
    return _("%(time)s ago") % {"time": timesince(at - timedelta(seconds=whole), at, depth=1)}
