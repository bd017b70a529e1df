"""The mails about reports of a mistake: to the coordinators that one waits, to its sender what became of it."""

from datetime import datetime

from django.urls import reverse

from events.emails import about
from events.models import Dispute
from forestallies.lib import links, zones
from members.emails import to
from members.models import Grant, Member
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.outbox import Posting
from notices.render import Draft, Message, render

REPORTED, ANSWERED = "attendance_disputed", "dispute_answered"
REPORTED_GUARD = "events.attendance_disputed"


def attendance_disputed(dispute: Dispute, *, at: datetime) -> list[Posting]:
    """Tell the coordinators of the event's circle that a report waits. The mail names nobody. Drawn when it is sent."""
    event = dispute.attendance.event
    return [
        Posting(
            message=Draft(REPORTED, to(one), {"dispute": dispute.pk, "member": one.pk}, about=about(event)),
            key=f"{REPORTED}:{dispute.pk}:{one.pk}",
            guard=REPORTED_GUARD,
            subject_ref=f"{dispute.pk}",
        )
        for one in _coordinators(dispute, at=at)
    ]


def _coordinators(dispute: Dispute, *, at: datetime) -> list[Member]:
    """Those of the circle and of the one it lies in, but for the sender."""
    home = dispute.attendance.event.home
    circles = [pk for pk in (home.pk, home.parent_id) if pk]
    grants = Grant.objects.current(at).filter(right=Grant.Right.COORDINATOR, circle__in=circles)
    people = Member.objects.active().filter(grants__in=grants).exclude(pk=dispute.attendance.member_id)
    return list(people.order_by("pk").distinct())


def dispute_answered(dispute: Dispute) -> Posting:
    """Tell somebody what became of her report, with what is on record now. Drawn when it is sent."""
    attendance = dispute.attendance
    return Posting(
        message=Draft(ANSWERED, to(attendance.member), {"dispute": dispute.pk}, about=about(attendance.event)),
        key=f"{ANSWERED}:{dispute.pk}",
    )


def draw_reported(facts: Facts, _at: datetime) -> Message:
    dispute = _load(facts)
    event, reader = dispute.attendance.event, Member.objects.get(pk=facts["member"])
    context = {
        "event": event,
        "when": zones.local(event.starts_at, reader.zone, reader.language),
        "count": Dispute.objects.open().filter(attendance__event=event).count(),
        "link": links.absolute(reverse("dispute_list")),
    }
    return render(REPORTED, to(reader), context, about=about(event))


def draw_answered(facts: Facts, _at: datetime) -> Message:
    dispute = _load(facts)
    attendance = dispute.attendance
    event, member = attendance.event, attendance.member
    context = {
        "dispute": dispute,
        "attendance": attendance,
        "minutes": attendance.minutes,
        "event": event,
        "when": zones.local(event.starts_at, member.zone, member.language),
        "mine": links.absolute(reverse("participation")),
    }
    return render(ANSWERED, to(member), context, about=about(event))


def _load(facts: Facts) -> Dispute:
    rows = Dispute.objects.select_related("attendance__event", "attendance__member")
    return rows.get(pk=facts["dispute"])


def reports_wait(subject_ref: str, _at: datetime) -> Verdict:
    """Something about the event still waits. `subject_ref` is the first report's id."""
    event = Dispute.objects.filter(pk=int(subject_ref)).values_list("attendance__event", flat=True).first()
    if event and Dispute.objects.open().filter(attendance__event=event).exists():
        return Verdict(True)
    return Verdict(False, "All of them were answered.")


drawers.register(REPORTED, draw_reported)
drawers.register(ANSWERED, draw_answered)
guards.register(REPORTED_GUARD, reports_wait)
