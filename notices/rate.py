"""How many messages may leave in this minute: all workers share `settings.OUTBOX_PER_MINUTE`, counted in the outbox."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from notices import turns
from notices.models import Notice

MINUTE = timedelta(minutes=1)
KEPT_FREE = 10  # one in so many is kept free for mails that let somebody sign in


class Ration(NamedTuple):
    """How many messages a worker may take, and whether only those with which somebody signs in."""

    size: int
    only_sign_in: bool = False


def ration(*, at: datetime, size: int, lease: timedelta) -> Ration:
    """Give a worker its part of this minute, at most `size`; inside the transaction in which it takes them.

    In no sixty seconds more leave than the setting says. Once all but a tenth of it is used up, only mails for signing
    in go on: somebody waits before the screen for each of them. What a dead worker had in hand does not count.
    """
    most = settings.OUTBOX_PER_MINUTE
    if not most:
        return Ration(size)
    turns.wait_for_turn()
    room = most - _used(at, lease)
    rest = room - most // KEPT_FREE
    return Ration(min(size, rest)) if rest > 0 else Ration(min(size, max(room, 0)), only_sign_in=True)


def _used(at: datetime, lease: timedelta) -> int:
    """What the mail server got within the last minute, what it refused for now, and what is on its way to it.

    One statement, because a message that is finished meanwhile must be seen in one state or in the other.
    """
    State = Notice.State  # noqa: N806 (as it is written everywhere else)
    gone = Q(state__in=[State.SENT, State.FAILED], finished_at__gt=at - MINUTE)
    in_hand = Q(state=State.SENDING, claimed_at__gte=at - lease)
    tried = Q(state=State.RETRY, claimed_at__gt=at - MINUTE)
    return Notice.objects.filter(gone | in_hand | tried).count()
