"""The ticks that join several apps: erasing whose day has come, and forgetting what was kept long enough."""

import logging
from typing import Any

from celery import shared_task

from forestallies.lib import clock
from forestallies.privacy import replay, retention, wishes

logger = logging.getLogger(__name__)


@shared_task(name="forestallies.erase_due")
def erase_due(**_: Any) -> None:
    """Erase whose day has come, and look again at who was erased lately. Any number at once is harmless."""
    at = clock.now()
    wishes.carry_out_due(at=at)
    replay.look_again(at=at)


@shared_task(name="forestallies.apply_retention")
def apply_retention(**_: Any) -> None:
    """Delete and blank what was kept long enough. Any number at once is harmless."""
    done = retention.apply(at=clock.now())
    logger.info("retention: %s", {name: number for name, number in done.items() if number})
