"""Addresses to which nothing is sent any more: the coordinators of whom it concerns are told, once."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from members import emails
from members.emails import CIRCLE
from members.models import Circle, Grant, Member
from notices import outbox, sources
from notices.models import Notice, RefusedAddress

logger = logging.getLogger(__name__)

BATCH = 50


@transaction.atomic
def tell_due(at: datetime) -> int:
    """Tell coordinators of addresses that were stopped and of which nobody was told; return how many mails that are.

    Run before each delivery; safe in any number of processes at once: each address is claimed by one of them, and the
    key makes each message one.
    """
    rows = list(
        RefusedAddress.objects.to_tell()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("member")
        .order_by("id")[:BATCH]
    )
    if not rows:
        return 0
    postings = [emails.address_stopped(row, one) for row in rows for one in _whom_to_tell(row, at)]
    RefusedAddress.objects.filter(pk__in=[row.pk for row in rows]).update(told=True)
    return outbox.post_many_once(postings, at=at)


def _whom_to_tell(row: RefusedAddress, at: datetime) -> Iterable[Member]:
    """The coordinators of her circles, but for herself; of somebody in no circle, of those that wrote to her last."""
    circles = Circle.objects.of(row.member, at=at) if row.member else Circle.objects.none()
    if not circles.exists():
        circles = Circle.objects.filter(pk__in=_wrote_last(row.address))
    held = Grant.objects.current(at).filter(
        Q(circle__in=circles) | Q(circle__inner__in=circles), right=Grant.Right.COORDINATOR
    )
    found = Member.objects.active().filter(grants__in=held).exclude(pk=row.member_id).order_by("pk").distinct()
    if not found:
        logger.warning("nobody coordinates anything for the stopped address %s", row.pk)
    return found


def _wrote_last(address: str) -> list[int]:
    """The ids of the circles in whose business the last message to an address was sent."""
    last = Notice.objects.filter(address=address).order_by("-id").values_list("about", flat=True).first()
    return [int(name.removeprefix(CIRCLE)) for name in last or [] if name.startswith(CIRCLE)]


sources.register("members.stopped_addresses", tell_due)
