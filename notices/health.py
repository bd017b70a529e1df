"""How the outbox is doing, for `manage.py status` and whoever watches."""

from datetime import datetime
from typing import TypedDict

from django.db.models import Count, Max, Min

from notices.models import Notice, RefusedAddress


class Health(TypedDict):
    """How messages stand.

    Counts by state; seconds that the oldest due message has waited (None: none is due); when the last one left; to how
    many addresses nothing is sent, because they were refused too often.
    """

    by_state: dict[str, int]
    oldest_due_seconds: float | None
    last_sent_at: str | None
    stopped_addresses: int


def health(*, at: datetime) -> Health:
    """Read the outbox's state at `at`."""
    by_state = dict(Notice.objects.values_list("state").annotate(Count("id")).order_by("state"))
    oldest = Notice.objects.due(at).aggregate(oldest=Min("next_attempt_at"))["oldest"]
    last = Notice.objects.filter(state=Notice.State.SENT).aggregate(last=Max("finished_at"))["last"]
    return {
        "by_state": by_state,
        "oldest_due_seconds": (at - oldest).total_seconds() if oldest else None,
        "last_sent_at": last.isoformat() if last else None,
        "stopped_addresses": RefusedAddress.objects.stopped().count(),
    }
