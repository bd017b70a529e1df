"""Needs and offers, introductions between two of them, and partnerships that began."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members import listing_emails
from members.models import Community, Introduction, Listing, Member, Partnership
from members.models.listings import INTRODUCTIONS_A_DAY, LISTINGS_EACH
from notices import outbox

State = Introduction.State


class ListingRefused(Exception):
    """Nothing was changed; the text is a sentence for the reader."""


@transaction.atomic
def save(*, listing: Listing, by: Member, at: datetime) -> Listing:
    """Keep a need or an offer, new or changed.

    Raises:
        ListingRefused: she has too many open ones.
    """
    is_new = listing.pk is None
    if is_new:
        Member.objects.select_for_update(no_key=True).get(pk=listing.member_id)
        if Listing.objects.open(at).filter(member=listing.member_id).count() >= LISTINGS_EACH:
            raise ListingRefused(
                _("You have %(number)d open ones. Please close one first.") % {"number": LISTINGS_EACH}
            )
        listing.created_at = at
    listing.save()
    verb = "listing.made" if is_new else "listing.changed"
    record(verb=verb, subject=listing, by=by, at=at, kind=listing.kind, community=listing.community_id)
    return listing


@transaction.atomic
def turn(*, listing: Listing, is_open: bool, by: Member, at: datetime) -> Listing:
    """Close a need or an offer, or open it again. The same again changes nothing."""
    state = Listing.State.OPEN if is_open else Listing.State.CLOSED
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    if locked.state != state:
        locked.state, locked.closed_at = state, None if is_open else at
        locked.save(update_fields=["state", "closed_at"])
        record(verb="listing.opened" if is_open else "listing.closed", subject=locked, by=by, at=at)
    return locked


@transaction.atomic
def introduce(*, one: Listing, other: Listing, by: Member, at: datetime) -> Introduction:
    """Propose that a need and an offer meet: whoever did not propose it herself is asked by mail.

    Args:
        by: whose listing one of them is, or a coordinator, who suggests it to both.

    Raises:
        ListingRefused: they do not fit together, one is closed, it was proposed before, or too many were today.
    """
    need, offer = (one, other) if one.kind == Listing.Kind.NEED else (other, one)
    Member.objects.select_for_update(no_key=True).get(pk=by.pk)
    _check_fit(need, offer, at)
    if Introduction.objects.filter(need=need, offer=offer).exists():
        raise ListingRefused(_("This introduction was proposed already."))
    owners = {need.member_id, offer.member_id}
    today = Introduction.objects.filter(proposed_by=by, created_at__gt=at - timedelta(days=1)).count()
    if by.pk in owners and today >= INTRODUCTIONS_A_DAY:
        words = _("You may ask for %(number)d introductions within a day. Please go on tomorrow.")
        raise ListingRefused(words % {"number": INTRODUCTIONS_A_DAY})
    made = Introduction.objects.create(
        need=need,
        offer=offer,
        proposed_by=by,
        need_agreed_at=at if need.member_id == by.pk else None,
        offer_agreed_at=at if offer.member_id == by.pk else None,
        created_at=at,
    )
    for member in (need.member, offer.member):
        if member.pk != by.pk:
            outbox.post_once(listing_emails.match_suggested(made, member), at=at)
    record(verb="introduction.proposed", subject=made, by=by, at=at, need=need.pk, offer=offer.pk)
    return made


def _check_fit(need: Listing, offer: Listing, at: datetime) -> None:
    fits = (need.kind, offer.kind) == (Listing.Kind.NEED, Listing.Kind.OFFER)
    if not fits or need.member_id == offer.member_id or need.community_id != offer.community_id:
        raise ListingRefused(_("An introduction needs a need and an offer of two different members."))
    if not (need.stands(at) and offer.stands(at)):
        raise ListingRefused(_("One of the two is closed."))


@transaction.atomic
def answer(*, introduction: Introduction, agrees: bool, by: Member, at: datetime) -> Introduction:
    """Say yes or no to an introduction. When both said yes, each gets a mail with the other's address.

    Raises:
        ListingRefused: it was answered already, or it is not hers to answer.
    """
    rows = Introduction.objects.select_for_update(of=("self",)).select_related("need__member", "offer__member")
    locked = rows.get(pk=introduction.pk)
    side = locked.side_of(by)
    if not side or locked.state != State.ASKED or locked.has_agreed(side):
        raise ListingRefused(_("This introduction was answered already. Nothing was changed."))
    if agrees:
        setattr(locked, f"{side}_agreed_at", at)
    both = bool(locked.need_agreed_at and locked.offer_agreed_at)
    if both or not agrees:
        locked.state, locked.closed_at = (State.AGREED if both else State.DECLINED), at
    locked.save(update_fields=["need_agreed_at", "offer_agreed_at", "state", "closed_at"])
    if both:
        for member in (locked.need.member, locked.offer.member):
            outbox.post_once(listing_emails.introduction(locked, member), at=at)
    record(verb="introduction.answered", subject=locked, by=by, at=at, agrees=agrees, state=locked.state)
    return locked


@transaction.atomic
def record_partnership(
    *, partnership: Partnership, values: dict[str, Any], community: Community, by: Member, at: datetime
) -> Partnership:
    """Write down a partnership with what it came from, or change what is written; the audit names no words."""
    is_new = partnership.pk is None
    for name, value in values.items():
        setattr(partnership, name, value)
    if is_new:
        partnership.community, partnership.recorded_by, partnership.created_at = community, by, at
    partnership.changed_at = at
    partnership.save()
    verb = "partnership.recorded" if is_new else "partnership.changed"
    record(verb=verb, subject=partnership, by=by, at=at, state=partnership.state, community=partnership.community_id)
    return partnership
