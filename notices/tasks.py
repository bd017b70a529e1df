"""The tick that delivers."""

from typing import Any

from celery import shared_task

from forestallies.lib import clock
from notices.delivery import deliver_due

TICK_LIMIT = 1_000  # a tick ends well within its time limit; the next one goes on


@shared_task(name="notices.deliver")
def deliver(**_: Any) -> None:
    """Send what is due. Run every five seconds by beat; any number at once is harmless."""
    deliver_due(clock=clock.now, limit=TICK_LIMIT)
