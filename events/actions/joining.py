"""Coming in: the only code that writes down a click on the join link or a check-in code.

Neither is a mark: `events.attendance` shows both beside the list, and people decide. They are kept as evidence, which
is never changed; so they leave no second trace in the audit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from events import check_in
from events.attendance import BESIDE
from events.joining import CLOSED, Guest, JoinRefused, check_may_enter, each_once
from events.models import AttendanceEvidence, Registration, Role, Source
from members.models import Member

AGAIN = timedelta(minutes=1)  # a click sooner than this after the last one is the same coming in
MOST_BESIDE = 19  # people whom one person names beside her at one device, over the whole event


@transaction.atomic
def click(*, guest: Guest, people: int = 1, beside: Sequence[str] = (), by: Member, at: datetime) -> bool:
    """Write down that somebody went into the meeting, with how many people, and who they are as far as she said.

    A click within a minute of the last one is not written down again, unless more people came with it; a name that
    stands beside her already is not either. Safe to run twice.

    Args:
        by: herself; whoever holds her personal link acts for her.

    Returns:
        Whether the click was written down.

    Raises:
        JoinRefused: the door is not open to her, or she named too many people.
    """
    check_may_enter(guest, at=at)
    _hold(guest)
    people = max(people, 1 + len(beside))
    fresh = _new_names(guest, by, beside)
    is_new = not _came_just_now(guest, by, people, at)
    own = [_evidence(guest, Source.JOIN_CLICK, at, member=by, people=people)] if is_new else []
    match = _beside(by)
    others = [_evidence(guest, Source.JOIN_CLICK, at, raw_name=name, match=match) for name in fresh]
    AttendanceEvidence.objects.bulk_create([*own, *others])
    return is_new


@transaction.atomic
def redeem(*, guest: Guest, typed: str, by: Member, at: datetime) -> bool:
    """Write down that somebody typed the code that was shown in the meeting, once for each person and event.

    Returns:
        Whether it was written down; False when it had been before.

    Raises:
        JoinRefused: no codes are taken from her now, or this is not one of those that hold; nothing was changed.
    """
    if not guest.is_admitted:
        raise JoinRefused(str(CLOSED["gone"]))
    if not check_in.takes_codes(guest.event, at):
        raise JoinRefused(_("Codes are taken from 20 minutes before the start until 15 minutes after the end."))
    if not check_in.is_right(guest.event, typed, at):
        raise JoinRefused(
            _("This is not the code that is shown now. It changes every five minutes; please type the newest one.")
        )
    _hold(guest)
    _row, made = AttendanceEvidence.objects.get_or_create(
        event=guest.event, member=by, source=Source.CODE, defaults={"joined_at": at, "created_at": at}
    )
    return made


def _hold(guest: Guest) -> None:
    """Lock her seat or role, so that of two clicks at once one waits for the other; a seat that is gone by now is gone.

    Only this row is locked, for everybody comes in at the same time. Nothing else is locked after it.
    """
    held: Registration | Role | None
    if guest.seat is not None:
        held = Registration.objects.confirmed().select_for_update(no_key=True).filter(pk=guest.seat.pk).first()
    else:
        held = Role.objects.standing().select_for_update(no_key=True).filter(pk=guest.roles[0].pk).first()
    if held is None:
        raise JoinRefused(str(CLOSED["gone"]))


def _came_just_now(guest: Guest, by: Member, people: int, at: datetime) -> bool:
    clicks = AttendanceEvidence.objects.filter(event=guest.event, member=by, source=Source.JOIN_CLICK)
    return clicks.filter(joined_at__gt=at - AGAIN, people__gte=people).exists()


def _new_names(guest: Guest, by: Member, beside: Sequence[str]) -> list[str]:
    """The names that do not stand beside her yet, whatever their capitals."""
    if not beside:
        return []
    rows = AttendanceEvidence.objects.filter(event=guest.event, source=Source.JOIN_CLICK, match=_beside(by))
    known = {name.casefold() for name in rows.values_list("raw_name", flat=True)}
    fresh = {folded: name for folded, name in each_once(beside).items() if folded not in known}
    if len(known) + len(fresh) > MOST_BESIDE:
        raise JoinRefused(_("These are too many names for one device. Please ask the facilitator to note them."))
    return list(fresh.values())


def _beside(member: Member) -> str:
    return f"{BESIDE}{member.pk}"


def _evidence(
    guest: Guest,
    source: Source,
    at: datetime,
    *,
    member: Member | None = None,
    people: int = 1,
    raw_name: str = "",
    match: str = "",
) -> AttendanceEvidence:
    return AttendanceEvidence(
        event=guest.event, member=member, source=source, joined_at=at, people=people, raw_name=raw_name, match=match,
        created_at=at,
    )  # fmt: skip
