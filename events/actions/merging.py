"""What becomes of two people's registrations when they turn out to be one: a part of the seat service."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events import ledger
from events.actions.waiting import fill_free_seats
from events.ledger import Step
from events.models import Answer, Event, Registration, Transition
from members.models import Member

State = Registration.State

# The better place comes first; of two that ended, that of the record which is kept stays as it is.
BETTER = (State.CONFIRMED, State.OFFERED, State.WAITLISTED, State.PENDING)


@dataclass(frozen=True)
class Outcome:
    """How many registrations changed hands, how many were two of one event, and how many people moved up for it."""

    moved: int
    united: int
    promoted: int


def events_of(*members: Member) -> set[int]:
    """The ids of the events in which these people have registrations, to be locked before `merge_registrations`."""
    return set(Registration.objects.filter(member__in=members).order_by().values_list("event", flat=True))


def merge_registrations(*, events: dict[int, Event], kept: Member, other: Member, by: Member, at: datetime) -> Outcome:
    """Give one person's registrations to another, who is the same; the caller holds the locks of the events and people.

    Where both have one for an event, the better place stays: confirmed before offered before waiting, and the earlier
    one on the list. The other registration ends as merged, its history goes on beside that of the one that stays, and
    the seat it may have taken goes to the next in line. Nobody is told: nothing changed for the person.

    Args:
        events: all in which either has a registration, locked (`events.locks.lock_events`).
    """
    mine = {row.event_id: row for row in Registration.objects.filter(member=kept)}
    theirs = list(Registration.objects.filter(member=other).order_by("event"))
    both = [row for row in theirs if row.event_id in mine]
    moved = Registration.objects.filter(member=other).exclude(pk__in=[row.pk for row in both]).update(member=kept)
    promoted = 0
    for row in both:
        frees_seat = row.state in Registration.SEATED and mine[row.event_id].state in Registration.SEATED
        _unite(mine[row.event_id], row, by=by, at=at)
        if frees_seat:
            promoted += len(fill_free_seats(event=events[row.event_id], at=at))
    return Outcome(moved=moved, united=len(both), promoted=promoted)


def _unite(mine: Registration, other: Registration, *, by: Member, at: datetime) -> None:
    """Let one registration take in another of the same event."""
    better = _rank(other) < _rank(mine)
    place = Step(
        registration=mine, state=other.state, queue_no=other.queue_no, offer_expires_at=other.offer_expires_at,
        reason=ledger.MERGED,
    )  # fmt: skip
    mine.automatic = other.automatic if better else mine.automatic
    ledger.go_on([Step(registration=other, state=State.MERGED, reason=ledger.MERGED)], by=by, at=at)
    if better:
        ledger.go_on([place], by=by, at=at)
    mine.interpretation = mine.interpretation or other.interpretation
    mine.needs = [*mine.needs, *(need for need in other.needs if need not in mine.needs)]
    mine.note = mine.note or other.note
    mine.created_at = min(mine.created_at, other.created_at)
    mine.save(update_fields=["automatic", "interpretation", "needs", "note", "created_at"])
    _hand_over(other, mine)


def _rank(row: Registration) -> tuple[int, int]:
    state = State(row.state)
    return BETTER.index(state) if state in BETTER else len(BETTER), row.queue_no or 0


def _hand_over(row: Registration, into: Registration) -> None:
    """Move answers and history; what is said already is not said again. The empty row goes."""
    said = Answer.objects.filter(registration=into).values("question")
    Answer.objects.filter(registration=row, question__in=said).delete()
    Answer.objects.filter(registration=row).update(registration=into)
    Transition.objects.own().filter(registration=row).update(registration=into, merged_from=row.pk, told=True)
    Transition.objects.filter(registration=row).update(registration=into)
    # Not `delete`, which would take along whatever else points here: the database refuses that instead.
    rows: Any = Registration.objects.filter(pk=row.pk)
    rows._raw_delete(using=row._state.db)  # noqa: SLF001 (`delete` would take along what points here)
