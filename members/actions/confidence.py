"""A member's answer to the question of the half-year: given, changed or left out, by herself only."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members.models import Community, Confidence, Member, Membership
from members.models.confidence import Half


@transaction.atomic
def answer(*, community: Community, value: int | None, by: Member, at: datetime) -> Confidence:
    """Keep what she says in this half-year, in the place of what she said before; None is "not this time".

    The audit holds that she dealt with the question, never what she said. The same answer again changes nothing.

    Raises:
        PermissionDenied: she is no active member of this community.
    """
    check_is_asked(community, by=by)
    period = Half.of(at)
    row, _is_new = Confidence.objects.update_or_create(
        member=by,
        community=community,
        year=period.year,
        half=period.half,
        defaults={"value": value, "answered_at": at},
    )
    record(verb="confidence.answered", subject=community, by=by, at=at, half=str(period))
    return row


def check_is_asked(community: Community, *, by: Member) -> None:
    """Active members are asked.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    mine = Membership.objects.filter(member=by, community=community, state=Membership.State.ACTIVE)
    if not mine.exists():
        raise PermissionDenied(_("This question is for active members."))
