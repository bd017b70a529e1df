"""The ledger of seats: how full an event is, who comes in, and each step of a registration with its history.

Only the seat service (`events.actions`) calls it. Each function is one statement however many rows it touches, because
everybody else who wants a seat waits meanwhile. Coming in, where crowds are, is a function of the database that locks,
counts, decides and writes in one round trip (docs/decisions/0008-seats-at-speed.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db import connection
from django.utils.translation import gettext as _

from events.models import Answer, Event, Question, Registration
from events.refusals import RegistrationRefused
from forestallies.lib.database import execute_values
from members.models import Member

State = Registration.State
MERGED = "merged"  # the reason of steps by which two registrations of one person become one; nobody is told of them


@dataclass(frozen=True, kw_only=True)
class Seats:
    """How full an event is.

    Attributes:
        taken: seats, offered ones among them.
        waiting: people on the waiting list.
        first, last: lowest and highest number on the list; 0 when it is empty.
    """

    taken: int
    waiting: int
    first: int
    last: int

    def free_of(self, event: Event) -> int | None:
        """How many seats are free; None means that there is no limit."""
        return None if event.capacity is None else max(event.capacity - self.taken, 0)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What somebody says when she registers.

    Attributes:
        interpretation: the language wanted, or empty.
        needs: of `settings.ACCESSIBILITY_NEEDS`.
        note: anything else, one line.
        answers: by question.
    """

    interpretation: str = ""
    needs: tuple[str, ...] = ()
    note: str = ""
    answers: dict[int, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Entry:
    """What became of somebody who wanted to come in.

    Attributes:
        event: as it is now, under its lock.
        former: her state before; empty when she had no registration.
        outcome: her state now.
        is_invited: she belongs to the event's audience; `EventQuerySet.for_audience_of` says the same.
    """

    event: Event
    member: Member
    wishes: Wishes
    automatic: bool
    at: datetime
    pk: int
    former: str
    outcome: str
    queue_no: int | None
    created_at: datetime
    is_invited: bool

    @property
    def is_new(self) -> bool:
        """Something was written; otherwise she had a place, or waited, already."""
        return self.former not in Registration.STANDING

    @cached_property
    def registration(self) -> Registration:
        """Her registration; when it was there before, as the database has it, else as it was just written."""
        if self.former:
            return Registration.objects.select_related("event", "member").get(pk=self.pk)
        made = Registration(
            pk=self.pk, event=self.event, member=self.member, state=State(self.outcome), queue_no=self.queue_no,
            automatic=self.automatic, interpretation=self.wishes.interpretation, needs=list(self.wishes.needs),
            note=self.wishes.note, created_at=self.created_at, state_since=self.at,
        )  # fmt: skip
        made._state.adding = False  # noqa: SLF001 (what Django's own `from_db` does)
        return made


@dataclass(frozen=True, kw_only=True)
class Step:
    """A registration goes on to another state."""

    registration: Registration
    state: str
    queue_no: int | None = None
    cancelled_by: str = ""
    offer_expires_at: datetime | None = None
    reason: str = ""


# What may have changed since the caller read the event, and matters for coming in.
_SEATING = (
    "state", "capacity", "starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "promotion_until",
    "needs_approval", "makes_offers", "sequence",
)  # fmt: skip
_ENTER = f"""
    SELECT registration, former, outcome, number, since, is_invited, {", ".join(f"(event).{name}" for name in _SEATING)}
    FROM events_enter(%s, %s, %s, %s, %s, %s, %s, %s::text[], %s)
"""  # noqa: S608 (names of columns only)

_GO_ON = """
    WITH step (id, before, state, queue_no, cancelled_by, offer_expires_at, reason, by_id, at) AS (VALUES %s),
    changed AS (
        UPDATE events_registration AS row SET
            state = step.state, queue_no = step.queue_no::bigint, cancelled_by = step.cancelled_by,
            offer_expires_at = step.offer_expires_at::timestamptz, state_since = step.at::timestamptz
        FROM step WHERE row.id = step.id
        RETURNING row.id
    ),
    history AS (
        INSERT INTO events_transition (registration_id, from_state, to_state, by_id, at, reason, told)
        SELECT step.id, step.before, step.state, step.by_id::bigint, step.at::timestamptz, step.reason, false FROM step
    )
    SELECT id FROM changed
"""


def look(event: Event) -> Seats:
    """Say how full an event is; the answer lasts only for the holder of its lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT taken, waiting, first, last FROM events_seats(%s)", [event.pk])
        taken, waiting, first, last = cursor.fetchone()
    return Seats(taken=taken, waiting=waiting, first=first, last=last)


def enter(
    event: Event,
    member: Member,
    *,
    by: Member | None,
    at: datetime,
    wishes: Wishes | None = None,
    automatic: bool = False,
    approved: bool = False,
) -> Entry:
    """Lock an event and let somebody in: to a seat, onto the waiting list, or before the team for approval.

    A seat is free when fewer are taken than there are and nobody waits. Who stands in the event already is left as she
    is. Whether she may come in at all is the caller's to check afterwards, on the event that is now locked and fresh:
    an exception undoes everything.

    Args:
        wishes: what she says now; with None, what she said before stays.
        automatic: she comes with her circle, not by her own act.
        approved: the team has decided, so nobody needs to.

    Raises:
        RegistrationRefused: her record is there no more, because it was merged into another one.
        OperationalError: the lock was not free in time; the middleware answers "busy, try again".
    """
    said = (wishes.interpretation, list(wishes.needs), wishes.note) if wishes else (None, None, None)
    values = [event.pk, member.pk, by.pk if by else None, at, automatic, approved, *said]
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, values)
        pk, former, outcome, queue_no, created_at, is_invited, *seating = cursor.fetchone()
    if pk is None:
        raise RegistrationRefused(_("This person’s record was merged with another one meanwhile. Please look again."))
    for name, value in zip(_SEATING, seating, strict=True):
        setattr(event, name, value)
    entry = Entry(
        event=event, member=member, wishes=wishes or Wishes(), automatic=automatic, at=at, pk=pk, former=former,
        outcome=outcome, queue_no=queue_no, created_at=created_at, is_invited=is_invited,
    )  # fmt: skip
    if entry.is_new and wishes and (wishes.answers or former):
        write_answers(pk, wishes)
    return entry


def go_on(steps: Sequence[Step], *, by: Member | None, at: datetime) -> list[Registration]:
    """Write steps of registrations with their transitions; the registrations given are changed as well.

    Raises:
        ValueError: a state cannot follow on the one before.
    """
    for step in steps:
        if State(step.state) not in Registration.TRANSITIONS[State(step.registration.state)]:
            raise ValueError(f"a registration cannot go from {step.registration.state} to {step.state}")
    rows = [
        (
            step.registration.pk, str(step.registration.state), str(step.state), step.queue_no, step.cancelled_by,
            step.offer_expires_at, step.reason, by.pk if by else None, at,
        )
        for step in steps
    ]  # fmt: skip
    execute_values(_GO_ON, rows)
    for step in steps:
        row = step.registration
        row.state, row.state_since, row.queue_no = State(step.state), at, step.queue_no
        row.cancelled_by, row.offer_expires_at = step.cancelled_by, step.offer_expires_at
    return [step.registration for step in steps]


def write_answers(registration_id: int, wishes: Wishes) -> None:
    """Let the answers to an event's questions be these and no others; a question that is gone has none."""
    Answer.objects.filter(registration=registration_id).delete()
    answers = {question: value for question, value in wishes.answers.items() if value}
    asked = Question.objects.filter(event__registrations=registration_id, pk__in=answers).values_list("pk", flat=True)
    Answer.objects.bulk_create(
        Answer(registration_id=registration_id, question_id=question, value=answers[question]) for question in asked
    )
