"""The gathering or edition that an event belongs to, for pages that show events of both programmes."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from events.models import Event
from programs.models import Edition
from workshops.models import Gathering


@dataclass(frozen=True)
class Series:
    """What several events have in common: its name, and the slug by which lists are narrowed to it."""

    slug: str
    name: str


def with_series(events: QuerySet[Event]) -> QuerySet[Event]:
    """Fetch the series together with the events."""
    return events.select_related("session__edition", "workshop__gathering")


def series_of(event: Event) -> Series | None:
    """The series of an event that was fetched `with_series`; asks no database."""
    if hasattr(event, "session"):
        return Series(event.session.edition.slug, event.session.edition.name)
    if hasattr(event, "workshop"):
        return Series(event.workshop.gathering.slug, event.workshop.gathering.name)
    return None


def in_series(events: QuerySet[Event], slug: str) -> QuerySet[Event]:
    return events.filter(Q(session__edition__slug=slug) | Q(workshop__gathering__slug=slug))


def series_among(events: QuerySet[Event]) -> list[Series]:
    """The series that have at least one of these events, the latest first; two queries."""
    ids = events.order_by().values("pk")
    rows: Iterable[Edition | Gathering] = [
        *Edition.objects.filter(sessions__in=ids).distinct(),
        *Gathering.objects.filter(workshops__in=ids).distinct(),
    ]
    latest = sorted(rows, key=lambda row: (row.starts_on, row.slug), reverse=True)
    return [Series(row.slug, row.name) for row in latest]
