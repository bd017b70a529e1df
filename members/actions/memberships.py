"""Memberships: they keep the community's circle in step."""

from datetime import datetime

from django.db import transaction

from audit.models import record
from members.actions import circles
from members.models import Affiliation, Community, Member, Membership, MembershipStep, Organisation

BEGUN_AGAIN = ["organisation", "stakeholder", "state", "ended_at", "confirmed_at", "stayed_at", "stay_asks"]


@transaction.atomic
def begin(
    *,
    member: Member,
    community: Community,
    organisation: Organisation | None,
    stakeholder: str,
    role: str,
    by: Member | None,
    at: datetime,
) -> Membership:
    """Make somebody an active member of a community, for the first time or again. Safe to run twice."""
    membership, is_new = Membership.objects.get_or_create(
        member=member,
        community=community,
        defaults={"organisation": organisation, "stakeholder": stakeholder, "joined_at": at},
    )
    if not is_new:
        if membership.state != Membership.State.ACTIVE:
            MembershipStep.objects.create(membership=membership, state=Membership.State.ACTIVE, by=by, at=at)
        membership.organisation, membership.stakeholder = organisation, stakeholder
        membership.state, membership.ended_at = Membership.State.ACTIVE, None
        membership.confirmed_at, membership.stayed_at, membership.stay_asks = at, at, 0
        membership.save(update_fields=BEGUN_AGAIN)
    if organisation:
        Affiliation.objects.get_or_create(
            member=member, organisation=organisation, ends_on=None, defaults={"role": role, "starts_on": at.date()}
        )
    circles.join(circle=community.circle, member=member, at=at)
    record(verb="membership.begun", subject=membership, by=by, at=at, community=community.pk)
    return membership
