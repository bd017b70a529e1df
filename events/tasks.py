"""The tick that reminds."""

from typing import Any

from celery import shared_task

from events import reminders
from forestallies.lib import clock


@shared_task(name="events.send_due_reminders")
def send_due_reminders(**_: Any) -> None:
    """Post the reminders that are due. Run every minute by beat; any number at once is harmless."""
    reminders.send_due(at=clock.now())
