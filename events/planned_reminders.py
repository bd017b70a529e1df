"""The reminders ahead, as things stand: reckoned whenever somebody looks, stored nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet

from events.leads import LEADS, LONGEST, Lead
from events.models import Event, Registration
from notices.models import Preference


@dataclass(frozen=True)
class Planned:
    """One reminder of one event to all who live in one zone.

    Attributes:
        kind: of the message, as `notices.kinds` knows it.
        moment: when it is due, in UTC.
        people: how many get it who have a seat now and did not switch it off.
    """

    event: Event
    kind: str
    moment: datetime
    zone: str
    people: int


def planned(event: Event, *, at: datetime) -> list[Planned]:
    """What is ahead for one event, the next first; in one query."""
    if event.state != Event.State.SCHEDULED or event.starts_at <= at:
        return []
    return _reckoned({event.pk: event}, at=at, until=event.starts_at)


def planned_all(*, events: QuerySet[Event], at: datetime, until: datetime) -> list[Planned]:
    """What is ahead for events of any kind, after `at` and before or at `until`, the next first; in two queries."""
    ahead = events.filter(state=Event.State.SCHEDULED, starts_at__gt=at, starts_at__lte=until + LONGEST)
    return _reckoned({event.pk: event for event in ahead.order_by("pk")}, at=at, until=until)


def _reckoned(events: dict[int, Event], *, at: datetime, until: datetime) -> list[Planned]:
    found = [
        Planned(event, lead.kind, moment, zone, people)
        for event, zone, numbers in _people(events)
        for lead, people in zip(LEADS, numbers, strict=True)
        for moment in [lead.moment(event.starts_at, zone)]
        if people and is_meant(event, lead, moment) and at < moment <= until
    ]
    return sorted(found, key=lambda one: (one.moment, one.event.pk, one.kind, one.zone))


def is_meant(event: Event, lead: Lead, moment: datetime) -> bool:
    """Whether an event has this reminder, and not since after its moment only."""
    return lead.code in event.reminders and (event.reminders_since is None or moment > event.reminders_since)


def _people(events: dict[int, Event]) -> Iterator[tuple[Event, str, list[int]]]:
    """Of each event and zone, how many want each of the reminders, in the order of `LEADS`."""
    off = Preference.objects.filter(member=OuterRef("member"), wanted=False)
    wanted = {lead.kind: Count("pk", filter=~Exists(off.filter(kind=lead.kind))) for lead in LEADS}
    rows = (
        Registration.objects.confirmed()
        .filter(event__in=events, member__is_active=True, member__email__isnull=False)
        .values_list("event_id", "member__zone")
        .annotate(**wanted)
        .order_by()
    )
    for event_id, zone, *numbers in rows:
        yield events[event_id], zone, numbers
