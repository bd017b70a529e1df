"""What must always be true of the outbox; `manage.py check_invariants` asks."""

from collections.abc import Iterator
from datetime import datetime

from notices.models import Notice


def violations(*, at: datetime) -> Iterator[str]:
    """Yield one sentence per thing that is wrong; nothing when all is well. Ids only, no addresses."""
    for notice in Notice.objects.filter(state=Notice.State.SENT, sensitive=True).exclude(text="", html=""):
        yield f"notice {notice.pk} was sent and still holds the words of a security mail"
    for notice in Notice.objects.exclude(state__in=Notice.UNFINISHED).filter(finished_at=None):
        yield f"notice {notice.pk} is {notice.state} without the moment it was finished"
