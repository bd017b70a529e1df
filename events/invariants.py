"""What must always be true of seats and waiting lists; `manage.py check_invariants` asks."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value, Window
from django.db.models.functions import Lag

from events import day_invariants
from events.models import Event, Registration, Transition


def violations(*, at: datetime) -> Iterator[str]:
    """Yield one sentence per thing that is wrong; nothing when all is well. Ids only, no names."""
    yield from _oversold()
    yield from _second_rows()
    yield from _idle_seats(at)
    yield from _states_without_transition()
    yield from _broken_histories()
    yield from _wrong_instants()
    yield from day_invariants.violations()


def _oversold() -> Iterator[str]:
    seated = Count("registrations", filter=Q(registrations__state__in=Registration.SEATED))
    rows = Event.objects.annotate(taken=seated).filter(taken__gt=F("capacity"))
    for pk, taken, capacity in rows.values_list("pk", "taken", "capacity"):
        yield f"event {pk} has {taken} seats taken of {capacity}"


def _second_rows() -> Iterator[str]:
    """Nobody has two rows in one event; the database holds this as long as its unique key stands."""
    rows = Registration.objects.order_by().values("event", "member").annotate(rows=Count("pk")).filter(rows__gt=1)
    for event, member, count in rows.values_list("event", "member", "rows"):
        yield f"member {member} has {count} registrations for event {event}"


def _idle_seats(at: datetime) -> Iterator[str]:
    """No seat is free beside a waiting member while the list still moves up."""
    waiting = Registration.objects.waiting().filter(event=OuterRef("pk"))
    seated = Count("registrations", filter=Q(registrations__state__in=Registration.SEATED))
    rows = Event.objects.scheduled().annotate(taken=seated).filter(Exists(waiting), capacity__isnull=True) | (
        Event.objects.scheduled().annotate(taken=seated).filter(Exists(waiting), taken__lt=F("capacity"))
    )
    for event in rows.iterator(chunk_size=1_000):
        if event.promotes(at):
            yield f"event {event.pk} has a free seat while somebody waits"


def _states_without_transition() -> Iterator[str]:
    last = Transition.objects.own().filter(registration=OuterRef("pk")).order_by("-id").values("to_state")[:1]
    rows = Registration.objects.annotate(last=Subquery(last)).exclude(last=F("state"))
    for registration in rows.iterator(chunk_size=1_000):
        yield f"registration {registration.pk} is {registration.state}, its last transition says {registration.last}"


def _broken_histories() -> Iterator[str]:
    """Each step begins where the one before ended, and the first one begins with nothing."""
    before = Window(Lag("to_state", default=Value("")), partition_by=[F("registration")], order_by=[F("id").asc()])
    rows = Transition.objects.own().annotate(before=before).exclude(from_state=F("before"))
    for row in rows.order_by("id").iterator(chunk_size=1_000):
        yield f"transition {row.pk} begins with {row.from_state or 'nothing'}, the one before ended with {row.before}"


def _wrong_instants() -> Iterator[str]:
    """Instants agree with wall clock and zone; after a change of zone rules they are derived anew."""
    for event in Event.objects.iterator(chunk_size=1_000):
        before = event.starts_at, event.ends_at
        event.derive_instants()
        if before != (event.starts_at, event.ends_at):
            stored, derived = f"{before[0]:%Y-%m-%d %H:%M}Z", f"{event.starts_at:%Y-%m-%d %H:%M}Z"
            yield f"event {event.pk} is stored for {stored}, its wall clock says {derived}"
