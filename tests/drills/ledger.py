"""What every drill of the outbox ends with: who was told, how often, and whether in time."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

from django.db.models import QuerySet

from notices.models import Notice


class Row(NamedTuple):
    """What the ledger says of one message."""

    message_id: str
    state: str
    expires_at: datetime


class Box(Protocol):
    """A mail server that remembers what came, and when."""

    def arrivals(self) -> list[tuple[str, datetime]]: ...


def rows_of(notices: QuerySet[Notice]) -> list[Row]:
    return [Row(*values) for values in notices.values_list(*Row._fields)]


def assert_told(box: Box, notices: Iterable[Row], *, kills: int = 1) -> None:
    """Each message that was sent has come, at most one copy more per kill, none after its time, and no other.

    Args:
        kills: how many processes were killed with a message in hand.
    """
    rows, arrivals = list(notices), box.arrivals()
    copies = Counter(message_id for message_id, _ in arrivals)
    last = dict(arrivals)
    sent = {row.message_id for row in rows if row.state == Notice.State.SENT}
    assert sorted(row.state for row in rows if row.state in Notice.UNFINISHED) == [], "some never ended"
    assert len(sent - copies.keys()) == 0, "some are lost: the ledger has them as sent"
    assert len(copies.keys() - sent) == 0, "some came that the ledger does not have as sent"
    repeats = sum(copies.values()) - len(copies)
    assert repeats <= kills, f"{repeats} came twice, after {kills} kills"
    late = [row for row in rows if row.message_id in last and last[row.message_id] > row.expires_at]
    assert late == [], "some came when their time was over"
