"""Who is to be reminded now, and of whom was it missed? Asked anew each minute; nothing is planned ahead.

The hours are reckoned here for each event and zone (`events.leads`); the database then gives the people in
batches.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from events import emails
from events.leads import LEADS, LONGEST, Lead
from events.models import Event, Registration
from events.planned_reminders import Planned, is_meant, planned, planned_all
from events.telling import MOVED_GUARD, SERIES_GUARD, label
from forestallies.lib import zones
from forestallies.lib.database import batched
from notices import outbox
from notices.models import Notice, Preference

__all__ = ["Planned", "count_due", "due", "move_is_untold", "planned", "planned_all", "send_due"]

logger = logging.getLogger(__name__)

BATCH = 500
TURNS = 200  # in one query
LOOK_BACK = timedelta(days=3)  # after the start; what was missed of older events is not written down any more
ABOUT = Notice._meta.get_field("about")


@dataclass(frozen=True)
class Turn:
    """One reminder of one event to the people of those zones that share its moment."""

    event: Event
    lead: Lead
    moment: datetime
    zones: tuple[str, ...]


def send_due(*, at: datetime) -> int:
    """Remind every confirmed member of what comes, each at the moment of her own zone, and write down what was missed.

    `at` is aware, any zone. Safe to run twice: one notice per registration, start and lead. Nobody is reminded of what
    she was told later than the reminder's moment: her place, or a new time. What an outage held up beyond its close is
    never sent late. Returns how many notices were newly posted to be sent; delivery is later. Source: requirement
    CARD-3, mails 15 to 17.
    """
    turns = _turns(at=at)
    untold = _untold() if turns else Q()
    posted = sum(
        _post((emails.reminder(row, lead, at=at) for row in rows.iterator(chunk_size=BATCH)), at=at)
        for lead, rows in _waiting(_open(turns, at), untold)
    )
    missed = sum(
        _post((_missed(row, lead, at=at) for row in rows.iterator(chunk_size=BATCH)), at=at)
        for lead, rows in _missing(turns, untold, at)
    )
    if missed:
        logger.warning("%d reminders were missed, because nothing could be sent at their hour", missed)
    return posted


def count_due(*, at: datetime) -> int:
    """How many `send_due` would post to be sent."""
    return sum(rows.count() for _lead, rows in due(at=at))


def due(*, at: datetime) -> Iterator[tuple[Lead, QuerySet[Registration]]]:
    """The registrations that each reminder is to be sent to now; one lead may come several times."""
    turns = _open(_turns(at=at), at)
    yield from _waiting(turns, _untold() if turns else Q())


def _turns(*, at: datetime) -> list[Turn]:
    """Every reminder whose moment has come, of the events ahead and of those that began lately; in two queries."""
    events = {
        event.pk: event
        for event in Event.objects.filter(
            state__in=[Event.State.SCHEDULED, Event.State.CLOSED],
            starts_at__gt=at - LOOK_BACK,
            starts_at__lte=at + LONGEST,
        ).only("state", "starts_at", "reminders", "reminders_since")
    }
    found: dict[tuple[int, Lead, datetime], list[str]] = defaultdict(list)
    for event_id, zone in _zones(events) if events else ():
        event = events[event_id]
        for lead in LEADS:
            moment = lead.moment(event.starts_at, zone)
            if moment <= at and is_meant(event, lead, moment):
                found[event_id, lead, moment].append(zone)
    return [Turn(events[pk], lead, moment, tuple(same)) for (pk, lead, moment), same in found.items()]


def _zones(events: Iterable[int]) -> Iterable[tuple[int, str]]:
    rows = _reachable().filter(event__in=events).order_by("event", "member__zone")
    return rows.values_list("event_id", "member__zone").distinct()


def _reachable() -> QuerySet[Registration]:
    return Registration.objects.confirmed().filter(member__is_active=True, member__email__isnull=False)


def _closes(turn: Turn) -> datetime:
    """The latest close among the zones of a turn: for those who share a moment it is one and the same."""
    return max(turn.lead.closes(turn.event.starts_at, zone) for zone in turn.zones)


def _open(turns: Iterable[Turn], at: datetime) -> list[Turn]:
    return [turn for turn in turns if turn.event.state == Event.State.SCHEDULED and at < _closes(turn)]


def _waiting(turns: Iterable[Turn], untold: Q) -> Iterator[tuple[Lead, QuerySet[Registration]]]:
    """Those whom a turn concerns and who have no notice of it yet, in a query for each lead."""
    for lead in LEADS:
        for chunk in batched((turn for turn in turns if turn.lead == lead), TURNS):
            yield lead, _without_notice(lead, chunk, untold)


def _missing(turns: Iterable[Turn], untold: Q, at: datetime) -> Iterator[tuple[Lead, QuerySet[Registration]]]:
    """The same for turns that are over, without those who want no such message."""
    for lead, rows in _waiting([turn for turn in turns if _closes(turn) <= at], untold):
        off = Preference.objects.filter(member=OuterRef("member"), kind=lead.kind, wanted=False)
        yield lead, rows.exclude(Exists(off))


def _without_notice(lead: Lead, turns: Iterable[Turn], untold: Q) -> QuerySet[Registration]:
    """Those whom these turns of one lead concern: who had a place before its moment, and have no notice of it."""
    concerned = Q(pk__in=[])
    for turn in turns:
        concerned |= Q(event=turn.event.pk, member__zone__in=turn.zones, state_since__lt=turn.moment)
    start = Func(F("event__starts_at"), Value('YYYYMMDD"T"HH24MI"Z"'), function="to_char", output_field=CharField())
    key = Concat(Value("reminder:"), Cast("pk", CharField()), Value(":"), start, Value(f":{lead.code}"))
    return (
        _reachable()
        .filter(concerned & ~untold if untold else concerned)
        .annotate(reminder_key=key)
        .exclude(Exists(Notice.objects.filter(key=OuterRef("reminder_key"))))
        .select_related("event", "member")
        .order_by("event__starts_at", "id")
    )


def _post(postings: Iterable[outbox.Posting], *, at: datetime) -> int:
    """Post what a query gives, a batch at a time, so that a run needs no more memory for many."""
    return sum(outbox.post_many_once(batch, at=at) for batch in batched(postings, BATCH))


def _missed(registration: Registration, lead: Lead, *, at: datetime) -> outbox.Posting:
    zone = registration.member.zone
    there = lead.moment(registration.event.starts_at, zone).astimezone(ZoneInfo(zone))
    hour = f"{there.day} {there:%B %H:%M} in {zones.city(zone)}"
    reason = f"Its hour, {hour}, passed while nothing could be sent."
    return emails.reminder(registration, lead, at=at, missed_because=reason)


def _untold() -> Q:
    """Of registrations: their members have not been told yet that the event moves; in one query. See `move_is_untold`.

    Named one by one, because a comparison with every waiting message would grow with the square of the people.
    """
    members: dict[int, set[int]] = defaultdict(set)
    moves = Notice.objects.filter(state=Notice.State.QUEUED, guard__in=[MOVED_GUARD, SERIES_GUARD])
    for guard, ref, recipient, about in moves.values_list("guard", "subject_ref", "recipient", "about"):
        if guard == MOVED_GUARD:
            event_id, member_id, *_rest = ref.split(":")
            members[int(event_id)].add(int(member_id))
        elif recipient is not None:
            for name in about:
                if name.startswith(label("")):
                    members[int(name.removeprefix(label("")))].add(recipient)
    untold = Q()
    for event, who in members.items():
        untold |= Q(event=event, member__in=who)
    return untold


def move_is_untold() -> Q:
    """Of rows with an event and a member: she has not been told yet that the event moves.

    A move that is not told yet may still be taken back; a reminder of the new time would give it away.
    """
    alone = Notice.objects.filter(
        state=Notice.State.QUEUED,
        guard=MOVED_GUARD,
        subject_ref__startswith=Concat(
            OuterRef("event_id"), Value(":"), OuterRef("member_id"), Value(":"), output_field=CharField()
        ),
    )
    event = Concat(Value(label("")), Cast(OuterRef("event_id"), CharField()))
    series = Notice.objects.filter(
        state=Notice.State.QUEUED,
        guard=SERIES_GUARD,
        recipient=OuterRef("member_id"),
        about__contains=Func(event, template="ARRAY[%(expressions)s]::varchar[]", output_field=ABOUT),
    )
    return Q(Exists(alone)) | Q(Exists(series))
