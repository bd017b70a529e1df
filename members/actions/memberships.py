"""Memberships: they keep the community's circle in step."""

from datetime import datetime

from django.db import transaction

from audit.models import record
from members.actions import circles
from members.models import Affiliation, Community, Member, Membership, Organisation


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
    membership, _created = Membership.objects.update_or_create(
        member=member,
        community=community,
        defaults={
            "organisation": organisation,
            "stakeholder": stakeholder,
            "state": Membership.State.ACTIVE,
            "ended_at": None,
        },
        create_defaults={
            "organisation": organisation,
            "stakeholder": stakeholder,
            "joined_at": at,
        },
    )
    if organisation:
        Affiliation.objects.get_or_create(
            member=member, organisation=organisation, ends_on=None, defaults={"role": role, "starts_on": at.date()}
        )
    circles.join(circle=community.circle, member=member, at=at)
    record(verb="membership.begun", subject=membership, by=by, at=at, community=community.pk)
    return membership
