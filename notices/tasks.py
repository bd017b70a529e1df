"""The ticks that remind and that deliver."""

from typing import Any

from celery import shared_task

from forestallies.lib import clock
from notices import heartbeats, sources, timed
from notices.delivery import deliver_due

TICK_LIMIT = 1_000  # a tick ends well within its time limit; the next one goes on


@shared_task(name="notices.send_due_reminders")
def send_due_reminders(**_: Any) -> None:
    """Post what is to go out at this hour. Run by beat every minute; any number at once is harmless.

    A kind that fails does not make this tick a dead one: it leaves its heartbeat, with what went wrong.
    """
    try:
        timed.send_due(at=clock.now())
    except ExceptionGroup as problems:
        heartbeats.leave(heartbeats.REMINDERS, at=clock.now(), problem=problems.message)
        raise
    heartbeats.leave(heartbeats.REMINDERS, at=clock.now())


@shared_task(name="notices.deliver")
def deliver(**_: Any) -> None:
    """Post what is to be told, then send what is due. Run by beat every five seconds; any number is harmless."""
    posted = sources.post_due(clock.now())
    deliver_due(clock=clock.now, limit=TICK_LIMIT)
    heartbeats.leave(heartbeats.DELIVERY, at=clock.now(), problem=sources.what_is_wrong(posted))
