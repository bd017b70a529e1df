"""Sources: messages that follow from rows elsewhere are posted right before each delivery.

An app that lets history speak (`events.answers`) registers itself when it is ready; this app need not know of whom.
"""

import logging
from collections.abc import Callable
from datetime import datetime

logger = logging.getLogger(__name__)

Source = Callable[[datetime], int]

_SOURCES: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Make a source known. It posts what is due at an instant, is safe to run twice, and returns how many it posted."""
    _SOURCES[name] = source


def post_due(at: datetime) -> dict[str, int]:
    """Let every source post what is due; say how many each posted.

    A source that fails is logged and keeps neither the others nor delivery from going on; its rows wait for the next
    run, and `manage.py status` tells when they wait too long.
    """
    posted = {}
    for name, source in _SOURCES.items():
        try:
            posted[name] = source(at)
        except Exception:  # logged; its rows stay and wait for the next run, the other sources go on
            logger.exception("messages of %s could not be posted", name)
    return posted


def what_is_wrong(posted: dict[str, int]) -> str:
    """Name the sources that failed in a run that posted so much; empty when none did."""
    failed = [name for name in _SOURCES if name not in posted]
    return f"could not be posted: {', '.join(failed)}" if failed else ""
