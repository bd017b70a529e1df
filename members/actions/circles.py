"""Who belongs to a circle."""

from datetime import datetime

from django.db import transaction

from members.models import Circle, CircleMember, Member


@transaction.atomic
def join(*, circle: Circle, member: Member, at: datetime) -> CircleMember:
    """Let somebody belong to a circle from `at` on. Safe to run twice."""
    belonging, _created = CircleMember.objects.get_or_create(
        circle=circle, member=member, left_at=None, defaults={"joined_at": at}
    )
    return belonging


@transaction.atomic
def leave(*, circle: Circle, member: Member, at: datetime) -> None:
    """End somebody's belonging at `at`. Safe to run twice."""
    CircleMember.objects.filter(circle=circle, member=member, left_at=None).update(left_at=at)
