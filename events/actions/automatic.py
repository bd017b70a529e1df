"""What happens to registrations by itself: people of automatic circles get places, closed accounts lose theirs."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from events import ledger
from events.actions import registrations
from events.locks import lock_event, lock_events
from events.models import Event, Registration
from members.models import Member
from members.models.circles import CircleMember


def register_circles(*, at: datetime) -> int:
    """Register whoever belongs to an automatic circle and was never registered; return how many places that made.

    Run by a tick: it finds new events, new people in old circles and circles chosen later alike. Who declined or
    cancelled has a registration, and is left alone. Safe to run twice and in several processes at once.
    """
    return sum(_register(member_id, event_ids, at=at) for member_id, event_ids in _missing(at=at))


def release_closed_accounts(*, at: datetime) -> int:
    """Cancel the coming registrations of people whose account was closed, so that nobody waits behind them.

    Run by a tick; safe to run twice and in several processes at once. Returns how many there were.
    """
    closed = Registration.objects.standing().filter(
        member__is_active=False, event__state=Event.State.SCHEDULED, event__starts_at__gt=at
    )
    return sum(
        _release(event_id, at=at) for event_id in closed.order_by("event").values_list("event", flat=True).distinct()
    )


@transaction.atomic
def _release(event_id: int, *, at: datetime) -> int:
    """Let the closed accounts of one event go."""
    event = lock_event(event_id)
    rows = list(Registration.objects.standing().filter(event=event, member__is_active=False).select_related("member"))
    if not rows or event.state != Event.State.SCHEDULED or event.starts_at <= at:
        return 0
    return len(registrations.leave(rows, event=event, by=None, at=at, reason="account closed"))


def _missing(*, at: datetime) -> Iterator[tuple[int, list[int]]]:
    """Yield each person with the upcoming events of her circles in which she never had a registration."""
    belonging = CircleMember.objects.current(at).filter(member__is_active=True)
    pairs = (
        Event.automatic.through.objects.filter(  # type: ignore[attr-defined]  # the stubs know one such table only
            event__state=Event.State.SCHEDULED, event__starts_at__gt=at, circle__belongings__in=belonging
        )
        .annotate(person=F("circle__belongings__member"))
        .exclude(Exists(Registration.objects.filter(event=OuterRef("event"), member=OuterRef("person"))))
        .order_by("person", "event")
        .values_list("person", "event")
        .distinct()
    )
    for member_id, found in groupby(pairs, key=lambda pair: pair[0]):
        yield member_id, [event_id for _, event_id in found]


@transaction.atomic
def _register(member_id: int, event_ids: list[int], *, at: datetime) -> int:
    """Register one person for all she misses."""
    member = Member.objects.get(pk=member_id)
    locked = lock_events(event_ids)
    # Under the lock, because she may have come and gone since the tick looked.
    known = set(Registration.objects.filter(event__in=locked, member=member).values_list("event", flat=True))
    made = 0
    for event in locked.values():
        if event.pk not in known and event.state == Event.State.SCHEDULED and event.starts_at > at:
            made += ledger.enter(event, member, by=None, at=at, automatic=True, approved=True).is_new
    return made
