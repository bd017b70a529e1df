"""The check-in code: a few signs that change every five minutes, shown in the meeting and typed on the join page.

Nothing is stored: the code of each window follows from the event and the portal's secret key.
"""

import unicodedata
from datetime import UTC, datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from events.models import Event
from events.models.events import DOORS_OPEN

WINDOW = timedelta(minutes=5)
GRACE = timedelta(minutes=15)  # so long after the end a code is still taken
LENGTH = 6
# No 0 and O, 1, I and L; no B, S and Z, which look like 8, 5 and 2; no vowels, so that no word comes out.
SIGNS = "23456789CDFGHJKMNPQRTVWXY"


def takes_codes(event: Event, at: datetime) -> bool:
    """Whether codes are shown and taken: while people may come in, and 15 minutes longer."""
    takes_place = event.state in (Event.State.SCHEDULED, Event.State.CLOSED)
    return takes_place and event.starts_at - DOORS_OPEN <= at < event.ends_at + GRACE


def code_at(event: Event, at: datetime) -> str:
    """The code that is shown at an instant; it changes with the window and differs from event to event."""
    return _code(event, _window(at))


def changes_at(at: datetime) -> datetime:
    """When the code that is shown at an instant gives way to the next one; it is taken for one window longer."""
    return datetime.fromtimestamp((_window(at) + 1) * WINDOW.total_seconds(), tz=UTC)


def is_right(event: Event, typed: str, at: datetime) -> bool:
    """Whether somebody typed the code of this window or of the one before, however loosely."""
    said, window = loosely(typed), _window(at)
    right = [constant_time_compare(said, _code(event, one)) for one in (window, window - 1)]
    return any(right)


def loosely(typed: str) -> str:
    """What was meant by what was typed: capitals, without blanks, dashes and other signs."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())


def _window(at: datetime) -> int:
    return int(at.timestamp() // WINDOW.total_seconds())


def _code(event: Event, window: int) -> str:
    digest = salted_hmac("events.check_in", f"{event.uid}:{window}", algorithm="sha256").digest()
    number, signs = int.from_bytes(digest), ""
    for _ in range(LENGTH):
        number, rest = divmod(number, len(SIGNS))
        signs += SIGNS[rest]
    return signs
