"""The ticks that remind and that keep registrations in order."""

from typing import Any

from celery import shared_task

from events import material_digest, reminders
from events.actions import automatic, waiting
from forestallies.lib import clock


@shared_task(name="events.send_due_reminders")
def send_due_reminders(**_: Any) -> None:
    """Post the reminders and the mails about new materials that are due, every minute. Twice at once is harmless."""
    at = clock.now()
    reminders.send_due(at=at)
    material_digest.send_due(at=at)


@shared_task(name="events.tend_registrations")
def tend_registrations(**_: Any) -> None:
    """Pass on seats whose offer ended, and register new people of automatic circles. Any number at once is harmless."""
    at = clock.now()
    waiting.expire_offers(at=at)
    automatic.register_circles(at=at)
