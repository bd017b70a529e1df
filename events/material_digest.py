"""The one mail of a day about new materials, at 18:00 on each reader's own clock. Asked anew each minute.

It goes out between 18:00 and 20:00; after an outage between 08:00 and 20:00 of a later day. None is dropped: what one
mail did not name is in the next one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from events import material_emails
from events.models import Event, Material, Registration
from forestallies.lib import zones
from members.models import CircleMember
from notices import outbox
from notices.models import Notice

HOUR = time(18)
CLOSES = time(20)
OPENS = time(8)  # for what an outage held up
LOOK_BACK = timedelta(days=14)  # as long as an outage may last before something is not told


@dataclass(frozen=True)
class Recent:
    """A material that participants see since a short while, and the circles that it is for."""

    pk: int
    event_id: int
    released_at: datetime
    circles: frozenset[int]


def send_due(*, at: datetime) -> int:
    """Tell confirmed members of the materials released to them, once a day at 18:00 of their own zone.

    `at` is aware, any zone. Safe to run twice: one notice per person and local day. Returns how many were newly posted.
    Costs one query when nothing was released in the last days.
    """
    return outbox.post_many_once(_due(at), at=at)


def count_due(*, at: datetime) -> int:
    """How many mails a run at this instant would post."""
    return len(_due(at))


def digest_day(zone: str, *, at: datetime) -> date | None:
    """The local day whose digest may go out now in a zone; None at hours in which nobody is disturbed."""
    there = at.astimezone(ZoneInfo(zone))
    if HOUR <= there.time() < CLOSES:
        return there.date()
    if OPENS <= there.time() < HOUR:
        return there.date() - timedelta(days=1)
    return None


def told_at(released_at: datetime, zone: str) -> datetime:
    """The first 18:00 in a zone at or after a release."""
    day = released_at.astimezone(ZoneInfo(zone)).date()
    first = digest_hour(day, zone)
    return first if released_at <= first else digest_hour(day + timedelta(days=1), zone)


def digest_hour(day: date, zone: str) -> datetime:
    """The instant of 18:00 of a day in a zone."""
    return zones.instants(day, HOUR, 0, zone)[0]


def _due(at: datetime) -> list[outbox.Posting]:
    recent = _recent(at)
    if not recent:
        return []
    found: dict[int, list[int]] = defaultdict(list)
    people = {}
    for row in _registrations({material.event_id for material in recent}, at):
        zone = row.member.zone
        day = digest_day(zone, at=at)
        if day is None:
            continue
        until, mine = digest_hour(day, zone), set(row.circles)  # type: ignore[attr-defined]  # annotated
        news = [
            material.pk
            for material in recent
            if material.event_id == row.event_id
            and material.released_at <= until
            and row.state_since <= told_at(material.released_at, zone)
            and mine & material.circles
        ]
        if news:
            found[row.member_id] += news
            people[row.member_id] = (row.member, day)
    told = _told(found, at) if found else {}
    return [
        material_emails.materials_posted(*people[member], sorted(fresh), at=at)
        for member, ids in sorted(found.items())
        if (fresh := set(ids) - told.get(member, set()))
    ]


def _recent(at: datetime) -> list[Recent]:
    """What was released lately to participants of events that are published and not called off, in one query."""
    own = Material.audience.through.objects.filter(material=OuterRef("pk")).values("circle")
    whole = Event.audience.through.objects.filter(event=OuterRef("event")).values("circle")
    rows = (
        Material.objects.for_audience()
        .filter(released_at__gt=at - LOOK_BACK, released_at__lte=at)
        .exclude(event__state__in=[Event.State.DRAFT, Event.State.CANCELLED])
        .annotate(own=ArraySubquery(own), whole=ArraySubquery(whole))
        .values_list("pk", "event_id", "released_at", "own", "whole")
    )
    # As in `Material.objects.visible_to`: a circle of its own, within the audience of the event.
    return [
        Recent(pk, event, released, frozenset(own or whole)) for pk, event, released, own, whole in rows if released
    ]


def _registrations(events: Iterable[int], at: datetime) -> Iterable[Registration]:
    circles = CircleMember.objects.current(at).filter(member=OuterRef("member")).values("circle")
    rows = Registration.objects.confirmed().filter(
        event__in=events, member__is_active=True, member__email__isnull=False
    )
    return rows.select_related("member").annotate(circles=ArraySubquery(circles)).order_by("pk").iterator()


def _told(members: Iterable[int], at: datetime) -> dict[int, set[int]]:
    """By member, the materials that her earlier mails name."""
    since = at - LOOK_BACK - timedelta(days=2)
    rows = Notice.objects.filter(kind=material_emails.KIND, recipient__in=list(members), created_at__gt=since)
    found: dict[int, set[int]] = defaultdict(set)
    for recipient, facts in rows.values_list("recipient", "facts"):
        found[recipient or 0] |= set((facts or {}).get("materials", ()))
    return found
