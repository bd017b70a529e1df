"""What the portal will write of itself, in lines to look ahead by: one for each event and kind, however many zones."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from events.models import Event
from events.planned_reminders import Planned
from forestallies.lib import zones
from notices import kinds


@dataclass(frozen=True)
class Ahead:
    """The messages of one kind about one event that will be written, as things stand.

    Attributes:
        people: how many will get one.
        first, last: from when until when they leave.
        local: when, where everybody gets it at the same hour of her own clock; otherwise empty.
    """

    event: Event
    kind: str | Promise
    people: int
    first: datetime
    last: datetime
    local: str = ""


def together(planned: Iterable[Planned]) -> list[Ahead]:
    """Reminders, the next first, as one line for each event and kind, in the order in which they begin."""
    groups: defaultdict[tuple[int, str], list[Planned]] = defaultdict(list)
    for one in planned:
        groups[one.event.pk, one.kind].append(one)
    return [_line(parts) for parts in groups.values()]


def _line(parts: list[Planned]) -> Ahead:
    return Ahead(
        event=parts[0].event,
        kind=kinds.get(parts[0].kind).label,
        people=sum(one.people for one in parts),
        first=parts[0].moment,
        last=parts[-1].moment,
        local=_own_hour(parts) if len(parts) > 1 else "",
    )


def _own_hour(parts: list[Planned]) -> str:
    """Say the day and hour that all of them show on their readers' clocks; nothing where these differ."""
    walls = {one.moment.astimezone(ZoneInfo(one.zone)).replace(tzinfo=None) for one in parts}
    if len(walls) > 1:
        return ""
    [wall] = walls
    day = zones.full_day(wall.date())
    return _("%(day)s, %(hour)s on each person’s own clock") % {"day": day, "hour": f"{wall:%H:%M}"}
