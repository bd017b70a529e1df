"""What people are told of their registrations: the messages follow from the transitions, a moment after them.

Nothing that changes a seat draws or posts a mail. Before each delivery, every five seconds, the portal reads the
transitions that nobody was told of yet, and posts what the last of each registration means; what was overtaken within
that moment is no news.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db import transaction

from events import emails, ledger, several_emails
from events.models import Event, Registration, Transition
from notices import outbox, sources
from notices.outbox import Posting

State = Registration.State
BATCH = 500
OUTSIDE = ("", State.EXPIRED, State.DECLINED, State.CANCELLED)  # where somebody comes from who registers


def tell_due(*, at: datetime) -> int:
    """Post the messages about all transitions that were not told yet; return how many were posted.

    Run before each delivery; safe in any number of processes at once: each transition is claimed by one of them, and
    the key of a message makes it one.
    """
    posted = 0
    while (told := _tell_batch(at=at)) is not None:
        posted += told
    return posted


@transaction.atomic
def _tell_batch(*, at: datetime) -> int | None:
    """Tell one batch; None when nothing was left to tell."""
    rows = list(
        Transition.objects.to_tell()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("registration__event", "registration__member")
        .order_by("id")[:BATCH]
    )
    if not rows:
        return None
    Transition.objects.filter(pk__in=[row.pk for row in rows]).update(told=True)
    return outbox.post_many_once(_postings(rows, at=at), at=at)


def _postings(rows: Iterable[Transition], *, at: datetime) -> list[Posting]:
    rows = [row for row in rows if is_news(row)]
    last = {row.registration_id: row for row in rows}  # in their order, so the last one stays
    first = {row.registration_id: row for row in reversed(rows)}
    had_entry = {pk for pk, row in first.items() if row.from_state == State.CONFIRMED}
    news = [row for row in last.values() if row.to_state == row.registration.state and not _is_called_off(row)]
    own = [row for row in news if not _comes_with_circle(row)]
    circle = sorted(
        (row for row in news if _comes_with_circle(row)), key=lambda row: (row.registration.member_id, row.pk)
    )
    several = _several([row for row in own if row.registration_id not in had_entry])
    in_one = {row.pk for rows in several for row in rows}
    told = [(row, row.registration_id in had_entry) for row in own if row.pk not in in_one]
    made = [posting for row, had in told if (posting := posting_for(row, had_entry=had, at=at))]
    made += [several_emails.registered_several([row.registration for row in rows], at=at) for rows in several]
    for _, group in groupby(circle, key=lambda row: row.registration.member_id):
        together = [row.registration for row in group]
        made.append(
            emails.answer(together[0], at=at) if len(together) == 1 else emails.registered_with_circle(together, at=at)
        )
    return made


def _several(rows: Iterable[Transition]) -> list[list[Transition]]:
    """The steps by which somebody came into two events or more within the moment; one list for each person."""
    found: dict[int, list[Transition]] = defaultdict(list)
    for row in rows:
        if row.from_state in OUTSIDE and row.to_state in several_emails.TOLD:
            found[row.registration.member_id].append(row)
    return [steps for steps in found.values() if len(steps) > 1]


def _comes_with_circle(row: Transition) -> bool:
    return row.from_state == "" and row.registration.automatic


def is_news(row: Transition) -> bool:
    """Whether a step is one of which somebody may have to hear: being moved up on the list, or merged, is none."""
    return row.from_state != row.to_state and row.reason != ledger.MERGED


def _is_called_off(row: Transition) -> bool:
    """The event was cancelled meanwhile, which everybody with a place was told; only who left hears of that as well."""
    left = row.to_state in (State.CANCELLED, State.DECLINED)
    return row.registration.event.state == Event.State.CANCELLED and not left


def posting_for(row: Transition, *, had_entry: bool = False, at: datetime) -> Posting | None:  # noqa: PLR0911 (one for each message)
    """The message that one transition means, if anybody has to hear of it.

    Args:
        had_entry: the event is in her calendar since before the steps that she was not told of.
    """
    registration = row.registration
    match State(row.to_state):
        case State.CONFIRMED if row.from_state == State.WAITLISTED:
            return emails.promoted(registration, at=at)
        case State.CONFIRMED | State.WAITLISTED | State.PENDING:
            return emails.answer(registration, had_entry=had_entry, at=at)
        case State.OFFERED:
            return emails.promoted(registration, had_entry=had_entry, at=at)
        case State.EXPIRED:
            return emails.offer_expired(registration, at=at)
        case State.DECLINED if row.from_state == State.PENDING:
            return emails.registration_declined(registration, reason=row.reason, at=at)
        case State.CANCELLED | State.DECLINED:
            had_seat = had_entry or row.from_state == State.CONFIRMED
            return emails.registration_cancelled(registration, had_seat=had_seat, reason=row.reason, at=at)
        case State.MERGED:
            return None


def _source(at: datetime) -> int:
    return tell_due(at=at)


sources.register("events.answers", _source)
