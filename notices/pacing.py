"""When a message may disturb somebody: by day only, and ten minutes after another one that can wait as well.

Answers, offers, moves, cancellations and sign-in are of kinds for which neither holds; they pass at once.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from django.db.models import Q
from django.db.models.functions import Lower

from forestallies.lib import daytime
from notices import kinds, turns
from notices.models import Notice

State = Notice.State

DISTANCE = timedelta(minutes=10)
NIGHT = "Its time would have been over before it was day for her."
TOO_CLOSE = "Another message had just gone to her, and its time was over before this one could follow."

Person = tuple[str, int | str]  # by her account or by her address: two accounts may share a mailbox


def daybreak(row: Notice, at: datetime) -> datetime:
    """The first moment from `at` on at which a message may disturb its reader, by her own clock."""
    if not kinds.get(row.kind).waits_for_day:
        return at
    try:
        return daytime.from_then_on(at, row.zone)
    except (ZoneInfoNotFoundError, ValueError):  # a zone that the world gave up must not hold up a whole batch
        return daytime.from_then_on(at, "UTC")


def let_go(rows: list[Notice], *, at: datetime) -> list[Notice]:
    """Give those of some locked messages that go now; put the others aside until their moment.

    Those that would come too late by waiting are given as well, with their hindrance, so that they are finished. Two
    workers at once cannot both let a message go to the same person: they decide one after the other.
    """
    timely = [row for row in rows if not row.hindrance and row.expires_at > at]
    night = {row.pk: moment for row in timely if (moment := daybreak(row, at)) > at}
    close = _keep_distance([row for row in timely if row.pk not in night and _keeps_distance(row)], at)
    waiting = []
    for row in timely:
        later = night.get(row.pk) or close.get(row.pk)
        if later and later >= row.expires_at:
            row.hindrance = (State.MISSED, NIGHT if row.pk in night else TOO_CLOSE)
        elif later:
            row.state, row.next_attempt_at = row.waited_as, later
            waiting.append(row)
    Notice.objects.bulk_update(waiting, ["state", "next_attempt_at"])
    return [row for row in rows if row not in waiting]


def _keeps_distance(row: Notice) -> bool:
    return kinds.get(row.kind).keeps_distance


def _keep_distance(rows: list[Notice], at: datetime) -> dict[int, datetime]:
    """When each of these may go that has to wait; of two for one person the one that expires first goes first."""
    if not rows:
        return {}
    turns.wait_for_turn()
    latest = _latest(rows, at)
    moments = {}
    for row in sorted(rows, key=lambda row: (row.expires_at, row.pk)):
        before = max((latest[person] for person in _persons(row) if person in latest), default=None)
        if before and before + DISTANCE > at:
            moments[row.pk] = daybreak(row, before + DISTANCE)
        else:
            latest |= dict.fromkeys(_persons(row), at)
    return moments


def _latest(rows: list[Notice], at: datetime) -> dict[Person, datetime]:
    """When the last message that keeps its distance went to each of these people; what is in a hand goes now.

    One statement, because a message that is finished meanwhile must be seen in one state or in the other.
    """
    people = Q(recipient__in={row.recipient_id for row in rows if row.recipient_id})
    people |= Q(folded__in={row.address.lower() for row in rows})
    spaced = [kind.name for kind in kinds.known() if kind.keeps_distance]
    others = (
        Notice.objects.annotate(folded=Lower("address"))
        .filter(people, kind__in=spaced)
        .exclude(pk__in=[row.pk for row in rows])
        .order_by()
    )
    sent = others.filter(state=State.SENT, finished_at__gt=at - DISTANCE)
    in_hand = others.filter(state=State.SENDING)
    columns = ("recipient_id", "folded", "state", "finished_at")
    latest: dict[Person, datetime] = {}
    for member, address, state, finished_at in sent.values_list(*columns).union(
        in_hand.values_list(*columns), all=True
    ):
        moment = finished_at if state == State.SENT else at
        for person in _names(member, address):
            latest[person] = max(latest.get(person, moment), moment)
    return latest


def _persons(row: Notice) -> list[Person]:
    return _names(row.recipient_id, row.address.lower())


def _names(member: int | None, address: str) -> list[Person]:
    return [("address", address), *([("member", member)] if member else [])]
