"""The mails after attendance was recorded: to those who came, and to those who were missed. Drawn when sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import translation

from events import kinds
from events.emails import about, context_for
from events.models import Attendance, Event, Material, Registration
from events.telling import label
from forestallies.lib import links, zones
from members.emails import to
from members.models import Member
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Draft, Message, render

RECORDED, MISSED = "attendance_recorded", "missed_session"
RECORDED_GUARD, MISSED_GUARD = "events.attendance_recorded", "events.missed_session"
CAME = (Attendance.Status.ATTENDED, Attendance.Status.PARTIAL, Attendance.Status.MADE_UP)
MISSED_LAST = timedelta(days=10)  # after the end; later nobody is told that she was missed
END_IN_SQL = 'YYYYMMDD"T"HH24MI"Z"'  # as `_end` writes it
NAMED = 6  # materials in one mail; the others are counted, and stand on the page of the event


@dataclass(frozen=True)
class Line:
    """One event at which somebody was, as the mail says it; `minutes` is None where nobody measured.

    Attributes:
        report: where she says that it is wrong.
    """

    event: Event
    when: zones.LocalTime
    status: str
    minutes: int | None
    page: str
    report: str


def attendance_recorded(member: Member, day: date, statuses: Mapping[int, str]) -> Posting:
    """Tell somebody what is on record of her, of all events together, in one mail for a day of her own calendar.

    Args:
        statuses: what is on record, by id of the event; it is remembered, so that a change is news.
    """
    key = f"{RECORDED}:{member.pk}:{day:%Y-%m-%d}"
    facts = {"member": member.pk, "statuses": {str(event): status for event, status in sorted(statuses.items())}}
    return Posting(
        message=Draft(RECORDED, to(member), facts, about=tuple(label(event) for event in sorted(statuses))),
        key=key,
        priority=Notice.Priority.OPTIONAL,
        guard=RECORDED_GUARD,
        subject_ref=key,
    )


def draw_recorded(facts: Facts, at: datetime) -> Message:
    """Write what is on record at this moment."""
    member = Member.objects.get(pk=facts["member"])
    with translation.override(member.language):
        rows = list(_still_there(facts))
        lines = [_line(row, member) for row in rows]
        standings = [kinds.of(row.event).standing(row.event, member, at) for row in rows]
    context = {
        "lines": lines,
        "count": len(lines),
        "standings": list(dict.fromkeys(said for said in standings if said)),
        "mine": links.absolute(reverse("participation")),
    }
    return render(RECORDED, to(member), context, about=tuple(name for row in rows for name in about(row.event)))


def _line(row: Attendance, member: Member) -> Line:
    return Line(
        row.event,
        zones.local(row.event.starts_at, member.zone, member.language),
        str(row.get_status_display()),
        row.minutes,
        links.absolute(row.event.get_absolute_url()),
        links.absolute(reverse("dispute_create", args=[row.pk])),
    )


def _still_there(facts: Facts) -> list[Attendance]:
    ids = [int(event) for event in facts["statuses"]]
    rows = Attendance.objects.filter(member=facts["member"], event__in=ids, status__in=CAME)
    return list(rows.select_related("event").order_by("event__starts_at", "event"))


def record_is_news(subject_ref: str, at: datetime) -> Verdict:
    """Something at least is still on record of her. `subject_ref` is the notice's key."""
    facts = Notice.objects.filter(key=subject_ref).values_list("facts", flat=True).first()
    if facts and Member.objects.active().filter(pk=facts["member"]).exists() and _still_there(facts):
        return Verdict(True)
    return Verdict(False, "Nothing of it is on record any more.")


def missed_session(registration: Registration) -> Posting:
    """Tell somebody who had a place and did not come what she can do. Keyed on the end, as the request for feedback."""
    event = registration.event
    ref = f"{registration.pk}:{_end(event)}"
    return Posting(
        message=Draft(MISSED, to(registration.member), {"registration": registration.pk}, about=about(event)),
        key=f"{MISSED}:{ref}",
        priority=Notice.Priority.OPTIONAL,
        expires_at=event.ends_at + MISSED_LAST,
        guard=MISSED_GUARD,
        subject_ref=ref,
    )


def _end(event: Event) -> str:
    return f"{event.ends_at:%Y%m%dT%H%MZ}"


def draw_missed(facts: Facts, at: datetime) -> Message:
    """Write it: what she can still read or watch, what comes next, and how far she is."""
    registration = Registration.objects.select_related("event", "member").get(pk=facts["registration"])
    event, member = registration.event, registration.member
    rows = Material.objects.visible_to(member, at=at).released(at).for_audience().filter(event=event)
    materials = sorted(rows, key=lambda one: (one.kind != Material.Kind.RECORDING, one.language != member.language))
    coming = Event.objects.visible_to(member, at=at).scheduled().filter(home=event.home_id, starts_at__gt=at)
    following = coming.order_by("starts_at", "id").first()
    with translation.override(member.language):
        standing = kinds.of(event).standing(event, member, at)
    context = {
        **context_for(event, member),
        "materials": [(one, links.absolute(reverse("material_download", args=[one.pk]))) for one in materials[:NAMED]],
        "others": max(len(materials) - NAMED, 0),
        "following": following,
        "following_page": links.absolute(following.get_absolute_url()) if following else "",
        "following_when": zones.local(following.starts_at, member.zone, member.language) if following else "",
        "standing": standing,
        "mine": links.absolute(reverse("participation")),
    }
    return render(MISSED, to(member), context, about=about(event))


def absence_is_news(subject_ref: str, at: datetime) -> Verdict:
    """She still had a place, at that very time, and still counts as absent. `subject_ref` is `<registration>:<end>`."""
    pk, end = subject_ref.split(":")
    rows = Registration.objects.select_related("event").confirmed()
    registration = rows.filter(pk=int(pk), member__is_active=True).first()
    if registration is None or _end(registration.event) != end:
        return Verdict(False, "The registration is no longer confirmed, or the event was moved.")
    absent = Attendance.objects.filter(
        event=registration.event_id, member=registration.member_id, status=Attendance.Status.NO_SHOW
    )
    return Verdict(True) if absent.exists() else Verdict(False, "She was there, or excused.")


drawers.register(RECORDED, draw_recorded)
drawers.register(MISSED, draw_missed)
guards.register(RECORDED_GUARD, record_is_news)
guards.register(MISSED_GUARD, absence_is_news)
