"""What must always be true of the outbox; `manage.py check_invariants` asks."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from notices.delivery import LEASE
from notices.models import Notice, RefusedAddress


def violations(*, at: datetime) -> Iterator[str]:
    """Yield one sentence per thing that is wrong; nothing when all is well. Ids only, no addresses."""
    for notice in Notice.objects.filter(state=Notice.State.SENT, sensitive=True).exclude(text="", html=""):
        yield f"notice {notice.pk} was sent and still holds the words of a security mail"
    for notice in Notice.objects.exclude(state__in=Notice.UNFINISHED).filter(finished_at=None):
        yield f"notice {notice.pk} is {notice.state} without the moment it was finished"
    for notice in Notice.objects.filter(state=Notice.State.SENDING, claimed_at__lt=at - 2 * LEASE):
        yield f"notice {notice.pk} has been in a worker's hand for longer than twice its lease"
    for notice in Notice.objects.filter(state=Notice.State.SENT, finished_at__gt=F("expires_at") + LEASE):
        yield f"notice {notice.pk} was sent after its time was over"
    often = Q(refusals__gte=RefusedAddress.STOPS_AT)
    for refused in RefusedAddress.objects.filter(often, stopped_at=None):
        yield f"refused address {refused.pk} still gets mails after {refused.refusals} refusals"
    for refused in RefusedAddress.objects.stopped().exclude(often):
        yield f"refused address {refused.pk} was stopped after {refused.refusals} refusals"
