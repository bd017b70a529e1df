"""The tick that forgets what people saved and did not come back to."""

from typing import Any

from celery import shared_task

from forestallies.lib import clock
from members.actions import drafts


@shared_task(name="members.forget_drafts")
def forget_drafts(**_: Any) -> None:
    """Delete applications that were saved fourteen days ago or longer and not sent. Any number at once is harmless."""
    drafts.forget_old(at=clock.now())
