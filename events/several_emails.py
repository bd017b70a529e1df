"""The one mail about several registrations of one moment; its words stand in `templates/emails/registered_several/`.

Drawn when it is sent: each event in which she still has a seat, waits or wishes to come, as it stands then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from events.emails import about
from events.invitation import entry_for
from events.models import Event, Registration
from events.places import join_link, place_link
from forestallies.lib import ical, links, zones
from members.emails import to
from members.models import Member
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Draft, Message, render

KIND = "registered_several"
GUARD = "events.registered_several"
State = Registration.State
TOLD = (State.CONFIRMED, State.WAITLISTED, State.PENDING)


@dataclass(frozen=True)
class Line:
    """One event of the mail, for one person; `position` is hers on the waiting list, or 0."""

    event: Event
    when: zones.LocalTime
    state: str
    position: int
    place: str


def registered_several(registrations: Sequence[Registration], *, at: datetime) -> Posting:
    """Answer somebody who came into several events at once: with a seat, onto the list, or to be decided on."""
    member, ids = registrations[0].member, sorted(row.pk for row in registrations)
    latest = max(row.state_since for row in registrations)
    key = f"{KIND}:{member.pk}:{ids[0]}:{latest:%Y%m%dT%H%M%S.%f}"
    names = dict.fromkeys(name for row in registrations for name in about(row.event))
    return Posting(
        message=Draft(KIND, to(member), {"registrations": ids}, about=tuple(names)),
        key=key,
        guard=GUARD,
        subject_ref=key,
        expires_at=max(*(row.event.starts_at for row in registrations), at + timedelta(hours=2)),
    )


def draw(facts: Facts, at: datetime) -> Message:
    """Write the mail, with one calendar of all events in which she has a seat, to be taken over in one go."""
    rows = list(_still_so(facts).select_related("event", "member").order_by("event__starts_at", "event"))
    member = rows[0].member
    lines = [_line(row, member) for row in rows]
    seats = [row for row in rows if row.state == State.CONFIRMED]
    entries = [entry_for(row.event, member, join=join_link(row)) for row in seats]
    context = {
        "lines": lines,
        "count": len(lines),
        "has_entries": bool(entries),
        "my_page": links.absolute(reverse("my_page")),
    }
    return render(
        KIND,
        to(member),
        context,
        calendar=ical.calendar(entries, method="PUBLISH", stamp=at) if entries else b"",
        calendar_method="PUBLISH" if entries else "",
        about=tuple(dict.fromkeys(name for row in rows for name in about(row.event))),
    )


def _line(row: Registration, member: Member) -> Line:
    position = 0
    if row.state == State.WAITLISTED:
        position = Registration.objects.filter(event=row.event, queue_no__lt=row.queue_no).waiting().count() + 1
    return Line(
        row.event,
        zones.local(row.event.starts_at, member.zone, member.language),
        row.state,
        position,
        place_link(row),
    )


def _still_so(facts: Facts) -> QuerySet[Registration]:
    return Registration.objects.filter(
        pk__in=facts["registrations"], state__in=TOLD, event__state=Event.State.SCHEDULED, member__is_active=True
    )


def one_still_stands(subject_ref: str, at: datetime) -> Verdict:
    """She is still registered for one of them. `subject_ref` is the notice's key."""
    facts = Notice.objects.filter(key=subject_ref).values_list("facts", flat=True).first()
    if facts and _still_so(facts).exists():
        return Verdict(True)
    return Verdict(False, "She left all of them, or none takes place.")


drawers.register(KIND, draw)
guards.register(GUARD, one_still_stands)
