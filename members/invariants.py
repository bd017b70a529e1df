"""What must always be true of memberships and circles; `manage.py check_invariants` asks."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef

from members.models import CircleMember, Membership


def violations(*, at: datetime) -> Iterator[str]:
    """Yield one sentence per thing that is wrong; nothing when all is well. Ids only, no names."""
    belonging = CircleMember.objects.current(at).filter(member=OuterRef("member"), circle=OuterRef("community__circle"))
    active = Membership.objects.exclude(state=Membership.State.ENDED)
    for membership in active.exclude(Exists(belonging)).iterator(chunk_size=1_000):
        yield f"membership {membership.pk} is {membership.state}, yet its member is not in the community's circle"
    for membership in Membership.objects.filter(Exists(belonging), state=Membership.State.ENDED).iterator():
        yield f"membership {membership.pk} has ended, yet its member is still in the community's circle"
