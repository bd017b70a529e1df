"""Whose messages somebody sees: those of the circles she coordinates, and what her people get from the portal itself.

This is the one door: pages, actions and counts start from here.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import CharField, F, Func, Q, QuerySet, Value

from members.emails import circle_label
from members.models import Circle, CircleMember, Member
from notices.models import Notice, RefusedAddress
from notices.models.addresses import RefusedAddressQuerySet

ANY_CIRCLE = circle_label(0).removesuffix("0")


def visible_notices(reader: Member, *, at: datetime) -> QuerySet[Notice]:
    """The messages that a coordinator sees.

    * What is sent in the business of a circle that she coordinates, whoever gets it.
    * What names no circle (sign-in codes, for one), when it is for somebody who belongs to one of her circles now. Of
      these she sees that they were sent, and nothing more: see `readable_notices`.

    Each of the two is found by an index of its own; that is why they are put together by their ids. Costs one query
    when it is built. Superusers see all.
    """
    if reader.is_superuser:
        return Notice.objects.all()
    circles = _run_by(reader, at=at)
    people = CircleMember.objects.current(at).filter(circle__in=circles).values("member")
    labels = Func(F("about"), Value(" "), function="array_to_string", output_field=CharField())
    of_people = Notice.objects.alias(labels=labels).filter(recipient__in=people).exclude(labels__contains=ANY_CIRCLE)
    return Notice.objects.filter(Q(pk__in=_about(circles).values("pk").union(of_people.values("pk"), all=True)))


def readable_notices(reader: Member, *, at: datetime) -> QuerySet[Notice]:
    """The messages whose words a coordinator reads, and which she takes back and sends again.

    What names no circle may tell of another one's events, and is nobody's but the recipient's. What tells of several
    circles at once is read by who coordinates all of them.
    """
    rows = Notice.objects.filter(sensitive=False).exclude(priority=Notice.Priority.SIGN_IN)
    if reader.is_superuser:
        return rows
    is_mine = Q(pk__in=Circle.objects.run_by(reader, at=at).values("pk"))
    known = list(Circle.objects.annotate(is_mine=is_mine).order_by("pk").values_list("pk", "is_mine"))
    others = [circle_label(pk) for pk, mine in known if not mine]
    theirs = Q(about__overlap=others) if others else Q(pk__in=[])
    return rows.filter(pk__in=_about([pk for pk, mine in known if mine]).exclude(theirs).values("pk"))


def visible_addresses(reader: Member, *, at: datetime) -> RefusedAddressQuerySet:
    """The refused addresses of people who belong to a circle that one coordinates. Superusers see all."""
    if reader.is_superuser:
        return RefusedAddress.objects.all()
    mine = Circle.objects.run_by(reader, at=at)
    return RefusedAddress.objects.filter(
        member__in=CircleMember.objects.current(at).filter(circle__in=mine).values("member")
    )


def _run_by(reader: Member, *, at: datetime) -> list[int]:
    return list(Circle.objects.run_by(reader, at=at).order_by("pk").values_list("pk", flat=True))


def _about(circles: Collection[int]) -> QuerySet[Notice]:
    return Notice.objects.filter(about__overlap=[circle_label(pk) for pk in circles])
