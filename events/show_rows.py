"""The run of show as pages say it: each row with its hours on one clock, who leads it, and what to look out for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from events import run_of_show
from events.models import Event, Role, Segment
from events.run_of_show import Timed
from forestallies.lib import zones
from members.models import Member


@dataclass(frozen=True)
class Row:
    """One segment as somebody reads it.

    Attributes:
        starts: on the clock of the page.
        ends: on the clock of the page.
        day: the day it starts on, when that is not the one of the row before it; otherwise empty.
        offset: of that clock, when it is not the one of the row before it; otherwise empty.
        yours: its start on the reader's own clock, when that shows another hour; otherwise None.
        language: of the segment, when it is not the floor language; otherwise empty.
        no_channel: it is not interpreted, in an event that is.
        is_own: the reader leads it.
    """

    timed: Timed
    starts: zones.LocalTime
    ends: zones.LocalTime
    day: str
    offset: str
    yours: zones.LocalTime | None
    language: str
    no_channel: bool
    is_own: bool

    @property
    def segment(self) -> Segment:
        return self.timed.segment

    @property
    def lead(self) -> str:
        """Who leads it, for the team: the person, and what else is written; those who cannot come are named as such."""
        return ", ".join(part for part in (_named(self.segment.lead), self.segment.lead_words) if part)

    @property
    def materials(self) -> list[str]:
        return [material.title for material in self.segment.materials.all()]


def segments_of(event: Event) -> QuerySet[Segment]:
    """The segments of an event in their order, with who leads them."""
    return Segment.objects.filter(event=event.pk).select_related("lead__member")


def rows(event: Event, times: Iterable[Timed], *, zone: str, reader: Member | None = None) -> list[Row]:
    """Say segments on the clock of a zone.

    Args:
        zone: of the clock whose hours stand first.
        reader: for whom her own rows are marked; her own clock is the active one.
    """
    found: list[Row] = []
    last: zones.LocalTime | None = zones.local(event.starts_at, zone)
    here = timezone.get_current_timezone_name()
    for one in times:
        starts, yours = zones.local(one.starts_at, zone), zones.local(one.starts_at, here)
        lead = one.segment.lead
        found.append(
            Row(
                timed=one,
                starts=starts,
                ends=zones.local(one.ends_at, zone),
                day=starts.day if last and starts.day != last.day else "",
                offset=starts.offset if last and starts.offset != last.offset else "",
                yours=yours if (yours.clock, yours.day) != (starts.clock, starts.day) else None,
                language=one.segment.language if one.segment.language != event.floor_language else "",
                no_channel=bool(event.interpretation) and not one.segment.has_channel,
                is_own=reader is not None and lead is not None and lead.member_id == reader.pk,
            )
        )
        last = starts
    return found


def agenda(event: Event) -> list[Row]:
    """What everybody may read: the public rows on the reader's clock, in one query; what is internal takes its time.

    Nothing of an event that does not take place. Who leads is `Segment.announced_lead`; notes are not even loaded.
    """
    if event.state == Event.State.CANCELLED:
        return []
    times = run_of_show.timed_of(event, segments_of(event).defer("note"))
    public = [one for one in times if one.segment.is_public]
    return rows(event, public, zone=timezone.get_current_timezone_name())


def in_words(span: timedelta) -> str:
    """Say a length of time to the minute, rounded up, so that nothing is said to be over that is not: `1 h 5 min`."""
    minutes = -(-span // timedelta(minutes=1))
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": left}
    return _("%(minutes)d min") % {"minutes": left}


@dataclass(frozen=True)
class Live:
    """The run of show at one moment, for the phone of somebody in the middle of it.

    Attributes:
        left: how long what is on still takes, or how long it is to the start; empty when all is over.
        share: how much of what is on has passed, from 0 to 100.
    """

    phase: run_of_show.Phase
    current: Row | None
    following: Row | None
    later: list[Row]
    done: list[Row]
    left: str
    share: int


def live(event: Event, *, reader: Member, at: datetime) -> Live:
    """Say where the run of show of an event stands, on the reader's own clock."""
    times = run_of_show.timed_of(event, segments_of(event).prefetch_related("materials"))
    said = {row.timed: row for row in rows(event, times, zone=timezone.get_current_timezone_name(), reader=reader)}
    moment = run_of_show.now_and_next(times, at)
    current = moment.current
    ends = current.ends_at if current else moment.following.starts_at if moment.following else at
    return Live(
        phase=moment.phase,
        current=said[current] if current else None,
        following=said[moment.following] if moment.following else None,
        later=[said[one] for one in moment.later],
        done=[said[one] for one in moment.done],
        left=in_words(ends - at) if ends > at else "",
        share=100 * (at - current.starts_at) // (current.ends_at - current.starts_at) if current else 0,
    )


def _named(role: Role | None) -> str:
    if role is None:
        return ""
    if role.state == Role.State.ACCEPTED:
        return role.member.name
    return _("%(name)s (%(state)s)") % {"name": role.member.name, "state": role.get_state_display()}
