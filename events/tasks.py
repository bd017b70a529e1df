"""The tick that keeps registrations in order."""

from typing import Any

from celery import shared_task

from events.actions import automatic, waiting
from forestallies.lib import clock


@shared_task(name="events.tend_registrations")
def tend_registrations(**_: Any) -> None:
    """Pass on seats whose offer ended or whose holder is gone, and register new people of automatic circles.

    Any number at once is harmless.
    """
    at = clock.now()
    automatic.release_closed_accounts(at=at)
    waiting.expire_offers(at=at)
    automatic.register_circles(at=at)
