"""What ends with a membership. Apps make known what they let go; this app need not know of events.

Before somebody ends a membership, the page says what each of these would let go; `members.actions.life` does it in the
same transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import ngettext

from members.models import ContactRequest, Grant, Listing, Member, Membership


@dataclass(frozen=True, kw_only=True)
class Ending:
    """One kind of thing that ends with memberships.

    Attributes:
        count: how many would end with these memberships; none of them needs to have ended yet.
        words: says so many of them to the reader.
        carry_out: ends them, asked after the memberships have ended; gives how many there were.
    """

    count: Callable[[Sequence[Membership], datetime], int]
    words: Callable[[int], str]
    carry_out: Callable[[Sequence[Membership], Member | None, datetime], int]


_ENDINGS: dict[str, Ending] = {}


def register(name: str, ending: Ending) -> None:
    """Make it known; apps call it when they are ready."""
    _ENDINGS[name] = ending


def told(memberships: Sequence[Membership], *, at: datetime) -> list[str]:
    """What would end with these memberships, a sentence for each kind of which there is any."""
    counted = ((ending, ending.count(memberships, at)) for ending in _ENDINGS.values())
    return [ending.words(number) for ending, number in counted if number]


def carry_out(memberships: Sequence[Membership], *, by: Member | None, at: datetime) -> dict[str, int]:
    """End all of it; give how many of each kind. The caller's transaction holds the memberships."""
    return {name: ending.carry_out(memberships, by, at) for name, ending in _ENDINGS.items()}


def _without_another(memberships: Sequence[Membership]) -> list[int]:
    """The people for whom these are the last memberships."""
    ids = {one.member_id for one in memberships}
    others = Membership.objects.standing().filter(member__in=ids).exclude(pk__in=[one.pk for one in memberships])
    return sorted(ids - set(others.values_list("member", flat=True)))


def _listings(memberships: Sequence[Membership], _at: datetime) -> QuerySet[Listing]:
    pairs = Q(pk__in=[])
    for one in memberships:
        pairs |= Q(member=one.member_id, community=one.community_id)
    return Listing.objects.filter(pairs, state=Listing.State.OPEN)


def _requests(memberships: Sequence[Membership], _at: datetime) -> QuerySet[ContactRequest]:
    people = _without_another(memberships)
    return ContactRequest.objects.filter(Q(asker__in=people) | Q(asked__in=people), state=ContactRequest.State.OPEN)


def _contact_rights(memberships: Sequence[Membership], at: datetime) -> QuerySet[Grant]:
    people = _without_another(memberships)
    return Grant.objects.current(at).filter(member__in=people, right=Grant.Right.ORGANISATION_CONTACT)


def _close_listings(memberships: Sequence[Membership], _by: Member | None, at: datetime) -> int:
    return _listings(memberships, at).update(state=Listing.State.CLOSED, closed_at=at)


def _take_back_requests(memberships: Sequence[Membership], _by: Member | None, at: datetime) -> int:
    return _requests(memberships, at).update(state=ContactRequest.State.WITHDRAWN, closed_at=at)


def _end_contact_rights(memberships: Sequence[Membership], _by: Member | None, at: datetime) -> int:
    return Grant.objects.filter(pk__in=list(_contact_rights(memberships, at).values_list("pk", flat=True))).update(
        ends_at=at
    )


def _listing_words(number: int) -> str:
    words = ngettext("%(n)d need or offer is closed.", "%(n)d needs and offers are closed.", number)
    return words % {"n": number}


def _request_words(number: int) -> str:
    words = ngettext(
        "%(n)d open request to get in touch is taken back.",
        "%(n)d open requests to get in touch are taken back.",
        number,
    )
    return words % {"n": number}


def _right_words(number: int) -> str:
    words = ngettext(
        "The right to see the people of %(n)d organisation ends.",
        "The right to see the people of %(n)d organisations ends.",
        number,
    )
    return words % {"n": number}


register(
    "listings",
    Ending(count=lambda rows, at: _listings(rows, at).count(), words=_listing_words, carry_out=_close_listings),
)
register(
    "contact_requests",
    Ending(count=lambda rows, at: _requests(rows, at).count(), words=_request_words, carry_out=_take_back_requests),
)
register(
    "contact_rights",
    Ending(count=lambda rows, at: _contact_rights(rows, at).count(), words=_right_words, carry_out=_end_contact_rights),
)
