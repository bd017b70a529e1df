"""The ticks that remind and that keep registrations in order."""

from typing import Any

from celery import shared_task

from events import feedback_requests, reminders
from events.actions import automatic, waiting
from forestallies.lib import clock


@shared_task(name="events.send_due_reminders")
def send_due_reminders(**_: Any) -> None:
    """Post the reminders and the requests for feedback that are due. Run every minute by beat; any number at once is
    harmless."""
    at = clock.now()
    reminders.send_due(at=at)
    feedback_requests.send_due(at=at)


@shared_task(name="events.tend_registrations")
def tend_registrations(**_: Any) -> None:
    """Pass on seats whose offer ended, and register new people of automatic circles. Any number at once is harmless."""
    at = clock.now()
    waiting.expire_offers(at=at)
    automatic.register_circles(at=at)
