"""The life of a membership: pausing, coming back, leaving; and saying that what is written of somebody is right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.models import record
from members import endings, membership_emails, policies
from members.actions import circles
from members.models import Circle, CircleMember, Member, Membership, MembershipStep
from notices import outbox

State = Membership.State
AT_MOST = 50


class MembershipRefused(Exception):
    """Nothing was changed; the text is a sentence for the reader."""


@dataclass(frozen=True)
class Why:
    """Why a membership pauses or ends: a category, and somebody's own words. Coming back needs neither."""

    reason: str = ""
    words: str = ""


@transaction.atomic
def change_state(*, membership: Membership, state: str, why: Why, by: Member | None, at: datetime) -> Membership:
    """Bring a membership into a state, with everything that follows from it.

    A pause takes her out of the directory and out of letters to the whole community; what she registered for stays.
    An end takes her out of the community's circle, lets her places in its coming events go (`events.endings`), closes
    her needs and offers, takes back open contact requests, and ends her right to see her organisation's people where
    this was her last membership. Coming back brings nothing of that again, except that she is found again.

    Args:
        by: None is the portal itself.

    Raises:
        MembershipRefused: it cannot go there from the state it is in.
        PermissionDenied: `by` is neither she nor a coordinator of the community.
    """
    return _change([membership], state, why, by=by, at=at)[0]


@transaction.atomic
def change_many(*, ids: Iterable[int], state: str, why: Why, by: Member, at: datetime) -> int:
    """Bring those of these memberships into a state that can go there and that `by` coordinates; give their number."""
    rows = Membership.objects.run_by(by, at=at).filter(pk__in=list(ids)).order_by("pk")
    return len(_change([one for one in rows if one.may_become(state, by_herself=False)], state, why, by=by, at=at))


def _change(
    memberships: Sequence[Membership], state: str, why: Why, *, by: Member | None, at: datetime
) -> list[Membership]:
    ids = [one.pk for one in memberships]
    rows = list(
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=ids)
        .select_related("member", "community__circle")
        .order_by("pk")
    )
    for row in rows:
        _check(row, state, by=by, at=at)
    MembershipStep.objects.bulk_create(
        MembershipStep(
            membership=row, state=state, reason="" if state == State.ACTIVE else why.reason, words=why.words,
            by=by, at=at,
        )
        for row in rows
    )  # fmt: skip
    for row in rows:
        row.state, row.ended_at = state, at if state == State.ENDED else None
        if state == State.ACTIVE:
            row.stayed_at, row.stay_asks = at, 0
        row.save(update_fields=["state", "ended_at", "stayed_at", "stay_asks"])
        if state == State.ACTIVE:
            circles.join(circle=row.community.circle, member=row.member, at=at)
        record(verb=f"membership.{state}", subject=row, by=by, at=at, reason=why.reason, member=row.member_id)
    if state == State.ENDED:
        _leave_circles(rows, at=at)
        record_ends(endings.carry_out(rows, by=by, at=at), rows, by=by, at=at)
    told = [row for row in rows if by is None or by.pk != row.member_id or state == State.ENDED]
    outbox.post_many_once((membership_emails.membership_changed(row, state, at=at) for row in told), at=at)
    return rows


def _check(row: Membership, state: str, *, by: Member | None, at: datetime) -> None:
    if by is not None:
        policies.check_can_change_membership(row, by=by, at=at)
    # A coordinator on her own membership has no more say than she has as a member.
    if not row.may_become(state, by_herself=by is not None and by.pk == row.member_id):
        raise MembershipRefused(_("This membership is already %(state)s.") % {"state": row.get_state_display()})


def _leave_circles(rows: Sequence[Membership], *, at: datetime) -> None:
    """Out of the community's circle, and out of the groups inside it."""
    for row in rows:
        circle: Circle = row.community.circle
        inside = CircleMember.objects.filter(Q(circle=circle) | Q(circle__parent=circle), member=row.member_id)
        inside.filter(left_at=None, joined_at__gte=at).delete()  # came in at this very moment: it never was
        inside.filter(left_at=None).update(left_at=at)


def record_ends(numbers: dict[str, int], rows: Sequence[Membership], *, by: Member | None, at: datetime) -> None:
    """Write down what went with memberships; one entry for all of them."""
    gone = {name: number for name, number in numbers.items() if number}
    if gone:
        record(verb="membership.let_go", subject=rows[0], by=by, at=at, memberships=[row.pk for row in rows], **gone)


@transaction.atomic
def confirm(*, membership: Membership, by: Member, at: datetime) -> Membership:
    """Write down that she says what is written of her is right. The same again on one day changes nothing.

    Raises:
        PermissionDenied: it is somebody else's.
    """
    if membership.member_id != by.pk:
        raise PermissionDenied(_("Only the member says whether this is right."))
    locked = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if locked.confirmed_at is None or locked.confirmed_at.date() != at.date():
        locked.confirmed_at = at
        locked.save(update_fields=["confirmed_at"])
        record(verb="membership.confirmed", subject=locked, by=by, at=at)
    return locked


@transaction.atomic
def stay(*, membership: Membership, by: Member, at: datetime) -> Membership:
    """Write down that she wants to stay; the question whether she does begins anew after its time.

    Raises:
        MembershipRefused: it is not active any more.
        PermissionDenied: it is somebody else's.
    """
    if membership.member_id != by.pk:
        raise PermissionDenied(_("Only the member says whether this is right."))
    locked = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if not locked.is_active:
        raise MembershipRefused(_("This membership is already %(state)s.") % {"state": locked.get_state_display()})
    locked.stayed_at, locked.stay_asks = at, 0
    locked.save(update_fields=["stayed_at", "stay_asks"])
    record(verb="membership.stays", subject=locked, by=by, at=at)
    return locked
