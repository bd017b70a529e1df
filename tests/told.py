"""What people have been told, with the words that delivery would draw."""

from datetime import datetime

from events import answers
from notices import drawers
from notices.models import Notice


def told(*, at: datetime) -> list[Notice]:
    """Let the portal tell what happened so far, and give all messages with their words, the oldest first."""
    answers.tell_due(at=at)
    return [drawn(notice, at=at) for notice in Notice.objects.order_by("id")]


def drawn(notice: Notice, *, at: datetime) -> Notice:
    drawers.complete(notice, at=at)
    return notice
