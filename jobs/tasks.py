"""The tick that does long work."""

from typing import Any

from celery import shared_task

from forestallies.lib import clock
from jobs import work


@shared_task(name="jobs.run_waiting")
def run_waiting(**_: Any) -> None:
    """Do what waits. Run every five seconds by beat; any number at once is harmless."""
    work.run_waiting(clock=clock.now)
