"""A community comes into being."""

from datetime import datetime

from django.db import transaction

from audit.models import record
from members.models import Circle, Community, Member


@transaction.atomic
def found(*, slug: str, name: str, purpose: str, by: Member | None, at: datetime) -> tuple[Community, bool]:
    """Make a community with its circle; give it, and whether it is new.

    Safe to run twice: a community of that slug stays as it is.
    """
    there = Community.objects.filter(slug=slug).first()
    if there:
        return there, False
    circle = Circle.objects.create(kind=Circle.Kind.COMMUNITY, name=name)
    community = Community.objects.create(slug=slug, name=name, purpose=purpose, circle=circle)
    record(verb="community.founded", subject=community, by=by, at=at)
    return community, True
