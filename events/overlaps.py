"""What takes place at the same time, for somebody who wants to be in both."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from events.models import Event, Registration, Role
from members.models import Member


def engagements(member: Member, *, start: datetime, end: datetime) -> "QuerySet[Event]":
    """The events within a time (half-open) in which a person has a place, wishes for one, or has a role."""
    mine = Registration.objects.filter(member=member).standing()
    roles = Role.objects.standing().filter(member=member)
    return Event.objects.filter(
        Q(pk__in=mine.values("event")) | Q(pk__in=roles.values("event")),
        state__in=[Event.State.DRAFT, Event.State.SCHEDULED],
        starts_at__lt=end,
        ends_at__gt=start,
    ).order_by("starts_at", "id")


def overlap(one: Event, other: Event) -> bool:
    """Whether two events share a moment; one that begins when the other ends shares none."""
    return one.pk != other.pk and one.starts_at < other.ends_at and other.starts_at < one.ends_at


def beside(event: Event, others: Iterable[Event]) -> list[Event]:
    """Those of the others that take place at the same time."""
    return [other for other in others if overlap(event, other)]


def clashing(events: Sequence[Event]) -> list[Event]:
    """Those events that overlap with another one among them, in the given order."""
    return [event for event in events if any(overlap(event, other) for other in events)]
