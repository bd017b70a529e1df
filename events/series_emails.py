"""The one mail about several events that were moved together; its words stand in `templates/emails/`.

It is drawn when it is sent and names what is news then: what was moved again, moved back, cancelled or given up in the
meantime is left out. docs/decisions/0009 tells why, and why its calendar part is for taking over by hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation

from events.emails import STILL_NEWS, about, span
from events.invitation import entry_for
from events.models import Event, Registration, Role
from events.places import join_link, join_role_link
from events.telling import NEAR, SERIES_GUARD, UNDO, Listener, MoveRef, Span
from forestallies.lib import ical, links, zones
from members.emails import to
from members.models import Member
from notices import drawers, guards
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Draft, Message, render

KIND = "rescheduled_series"


@dataclass(frozen=True)
class Line:
    """One event of the mail, for one person.

    Attributes:
        has_entry: it is in her calendar.
        join: her personal link to the join page, when it is.
    """

    event: Event
    old: str
    new: str
    country_line: str
    page: str
    has_entry: bool
    join: str


def rescheduled_series(news: list[tuple[Event, Listener]], *, at: datetime) -> Posting:
    """Tell one person of all her events that were moved in one act, the old and the new time of each.

    Args:
        news: at least two events, as they stand after the move, each with the same person and the time she knows.
        at: the moment of the move. It waits for the time of undo, unless one of the times is near.
    """
    member = news[0][1].member
    moves = [MoveRef(event.pk, member.pk, event.sequence, one.told, Span.of(event)) for event, one in news]
    starts = [start for move in moves for start in (move.told.starts_at, move.new.starts_at)]
    key = f"{KIND}:{member.pk}:{moves[0].event_id}:{moves[0].sequence}"
    facts = {"member": member.pk, "moves": [str(move) for move in moves]}
    return Posting(
        message=Draft(KIND, to(member), facts, about=_about(event for event, _one in news)),
        key=key,
        guard=SERIES_GUARD,
        subject_ref=key,
        wait_until=at + UNDO if min(starts) - at >= NEAR else None,
        expires_at=max(*starts, at + UNDO) + STILL_NEWS,
    )


def draw(facts: dict[str, Any], at: datetime) -> Message:
    """Write the mail as it is true at an instant; some of its events may have dropped out."""
    member = Member.objects.get(pk=facts["member"])
    with translation.override(member.language):
        lines = [_line(event, move, member, join) for event, move, join in _still_news(facts)]
    entries = [entry_for(line.event, member, join=line.join) for line in lines if line.has_entry]
    return render(
        KIND,
        to(member),
        {
            "lines": lines,
            "count": len(lines),
            "first": zones.local(min(line.event.starts_at for line in lines), member.zone, member.language),
            "has_entries": bool(entries),
            "my_page": links.absolute(reverse("my_page")),
        },
        calendar=ical.calendar(entries, method="PUBLISH", stamp=at) if entries else b"",
        calendar_method="PUBLISH" if entries else "",
        about=_about(line.event for line in lines),
    )


def _about(events: Iterable[Event]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for event in events for name in about(event)))


def series_is_news(subject_ref: str, at: datetime) -> guards.Verdict:
    """One of the moves at least still holds, for somebody who still takes part. `subject_ref` is the notice's key."""
    notice = Notice.objects.filter(key=subject_ref).first()
    if notice is None or not notice.facts or not _still_news(notice.facts):
        return guards.Verdict(False, "All of it was moved again, moved back or cancelled.")
    return guards.Verdict(True)


def _still_news(facts: dict[str, Any]) -> list[tuple[Event, MoveRef, str]]:
    """The moves that still stand and that she does not know, by start, each with her link to join where she may."""
    moves = [MoveRef.parse(text) for text in facts["moves"]]
    ids, mine = [move.event_id for move in moves], {"member": facts["member"], "member__is_active": True}
    events = Event.objects.scheduled().in_bulk(ids)
    seats = {row.event_id: row for row in Registration.objects.seated().filter(event__in=ids, **mine)}
    roles = {role.event_id: role for role in Role.objects.standing().filter(event__in=ids, **mine)}
    found = []
    for move in moves:
        event = events.get(move.event_id)
        stands = event is not None and event.sequence == move.sequence and Span.of(event) != move.told
        if event is not None and stands and (event.pk in seats or event.pk in roles):
            found.append((event, move, _way_in(seats.get(event.pk), roles.get(event.pk))))
    return sorted(found, key=lambda news: (news[0].starts_at, news[0].pk))


def _way_in(seat: Registration | None, role: Role | None) -> str:
    """Her personal link to the join page; empty for a seat that is only offered to her."""
    if seat is not None and seat.state == Registration.State.CONFIRMED:
        return join_link(seat)
    return join_role_link(role) if role is not None else ""


def _line(event: Event, move: MoveRef, member: Member, join: str) -> Line:
    page, old, new = links.absolute(event.get_absolute_url()), span(move.told, member), span(Span.of(event), member)
    return Line(event, old, new, event.country_line(), page, has_entry=bool(join), join=join)


drawers.register(KIND, draw)
guards.register(SERIES_GUARD, series_is_news)
