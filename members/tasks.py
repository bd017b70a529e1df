"""The ticks that forget what nobody came back to, and what was kept only for a while."""

from typing import Any

from celery import shared_task

from forestallies.lib import clock
from members.actions import drafts, imports


@shared_task(name="members.forget_drafts")
def forget_drafts(**_: Any) -> None:
    """Delete applications that were saved fourteen days ago or longer and not sent. Any number at once is harmless."""
    drafts.forget_old(at=clock.now())


@shared_task(name="members.forget_imports")
def forget_imports(**_: Any) -> None:
    """Delete the rows of imported lists whose time is over. Any number at once is harmless."""
    imports.forget_old(at=clock.now())
