"""Seats: registrations written in bulk, each with the transition that an action would have left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from events.actions.waiting import OFFER_STANDS
from events.models import Event, Registration, Role, Transition
from forestallies.demo.seed.rows import batches
from members.models import Circle, Member

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Entry:
    """One registration as it was made: by the member, or by the portal with her circle when `reason` is given.

    With `offered_until`, a seat that became free is offered to her.
    """

    event_id: int
    member_id: int
    at: datetime
    queue_no: int | None = None
    reason: str = ""
    offered_until: datetime | None = None

    @property
    def state(self) -> str:
        if self.offered_until:
            return Registration.State.OFFERED
        return Registration.State.CONFIRMED if self.queue_no is None else Registration.State.WAITLISTED

    @property
    def steps(self) -> list[tuple[str, str, datetime]]:
        """From which state to which it went, and when, the first step first."""
        if not self.offered_until:
            return [("", self.state, self.at)]
        waits = Registration.State.WAITLISTED
        return [("", waits, self.at), (waits, self.state, self.offered_until - OFFER_STANDS)]


def register(entries: Iterable[Entry]) -> None:
    """Write registrations and their transitions, for events that have just been made; memory stays constant."""
    for batch in batches(entries):
        rows = Registration.objects.bulk_create(
            Registration(
                event_id=entry.event_id,
                member_id=entry.member_id,
                state=entry.state,
                queue_no=entry.queue_no,
                automatic=bool(entry.reason),
                offer_expires_at=entry.offered_until,
                created_at=entry.at,
                state_since=entry.steps[-1][2],
            )
            for entry in batch
        )
        Transition.objects.bulk_create(
            Transition(
                registration=row,
                from_state=before,
                to_state=after,
                by_id=None if entry.reason or before else entry.member_id,
                at=at,
                reason=entry.reason,
            )
            for row, entry in zip(rows, batch, strict=True)
            for before, after, at in entry.steps
        )


def sign_up(
    event: Event,
    members: Sequence[Member],
    *,
    first: datetime,
    every: timedelta = timedelta(0),
    seats: int | None = None,
    reason: str = "",
) -> list[Entry]:
    """Let members register one after the other: as many as there are seats are confirmed, the rest wait in line."""
    limit = len(members) if seats is None else seats
    return [
        Entry(event.pk, member.pk, first + every * turn, turn - limit + 1 if turn >= limit else None, reason)
        for turn, member in enumerate(members)
    ]


def invite(pairs: Iterable[tuple[Event, Circle]]) -> None:
    """Make circles the audience of events that have just been made."""
    through = Event.audience.through
    through.objects.bulk_create(through(event_id=event.pk, circle_id=circle.pk) for event, circle in pairs)


def register_without_asking(pairs: Iterable[tuple[Event, Circle]]) -> None:
    """Let circles be registered automatically for events that have just been made."""
    through: Any = Event.automatic.through  # the stubs know one such table only
    through.objects.bulk_create(through(event_id=event.pk, circle_id=circle.pk) for event, circle in pairs)


def facilitate(events: Iterable[Event], members: Sequence[Member]) -> None:
    """Let people facilitate events that have just been made."""
    Role.objects.bulk_create(accepted(event, member, Role.Kind.FACILITATOR) for event in events for member in members)


def accepted(event: Event, member: Member, kind: str, channel: str = "") -> Role:
    """A role that its holder has accepted, not saved yet."""
    return Role(event_id=event.pk, member=member, kind=kind, channel=channel, state=Role.State.ACCEPTED)


def rotated(items: Sequence[Item], start: int) -> list[Item]:
    """Begin a list somewhere else, so that not always the same people come first."""
    start %= max(len(items), 1)
    return [*items[start:], *items[:start]]
