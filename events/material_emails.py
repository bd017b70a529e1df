"""The mail about new materials; its words stand in `templates/emails/`. It is drawn when it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from events.models import Event, Material, Registration
from events.telling import label
from forestallies.lib import links
from members.emails import to
from members.models import Member
from notices import drawers, guards
from notices.drawers import Facts
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Draft, Message, render

KIND = "materials_posted"
GUARD = "events.materials_posted"
NAMED = 12  # in one mail; the others are counted, and stand on the pages of their events


@dataclass(frozen=True)
class Line:
    """A material with where it is opened."""

    material: Material
    link: str


@dataclass(frozen=True)
class Part:
    """One event of the mail."""

    event: Event
    page: str
    lines: list[Line]
    others: int


def materials_posted(member: Member, day: date, materials: Sequence[int], *, at: datetime) -> Posting:
    """Tell somebody of all the materials that are new to her, in one mail for a day of her own calendar.

    Args:
        materials: ids; those that are withdrawn until it is sent are left out then.
    """
    key = f"{KIND}:{member.pk}:{day:%Y-%m-%d}"
    return Posting(
        message=Draft(KIND, to(member), {"member": member.pk, "materials": list(materials)}),
        key=key,
        priority=Notice.Priority.OPTIONAL,
        guard=GUARD,
        subject_ref=key,
    )


def draw(facts: Facts, at: datetime) -> Message:
    """Write the mail as it is true at an instant."""
    member = Member.objects.get(pk=facts["member"])
    found = still_news(facts, member, at)
    events = list(dict.fromkeys(material.event for material in found))
    parts, room = [], NAMED
    for event in events:
        own = [material for material in found if material.event_id == event.pk]
        lines = [Line(one, links.absolute(reverse("material_download", args=[one.pk]))) for one in own[:room]]
        parts.append(Part(event, links.absolute(event.get_absolute_url()), lines, len(own) - len(lines)))
        room -= len(lines)
    context = {"parts": parts, "count": len(found), "title": events[0].title if len(events) == 1 else ""}
    return render(KIND, to(member), context, about=tuple(label(event.pk) for event in events))


def materials_are_news(subject_ref: str, at: datetime) -> guards.Verdict:
    """She still takes part, and one material at least is still hers to see. `subject_ref` is the notice's key."""
    notice = Notice.objects.filter(key=subject_ref).first()
    facts = notice.facts if notice else None
    member = Member.objects.filter(pk=facts["member"], is_active=True).first() if facts else None
    if facts is None or member is None or not still_news(facts, member, at):
        return guards.Verdict(False, "None of the materials is hers to see any more.")
    return guards.Verdict(True)


def still_news(facts: Facts, member: Member, at: datetime) -> list[Material]:
    """Those of the materials that participants still see, and she among them; by event, her own language first."""
    rows = Material.objects.visible_to(member, at=at).released(at).for_audience()
    confirmed = Registration.objects.confirmed().filter(member=member).values("event")
    found = rows.filter(pk__in=facts["materials"], event__in=confirmed).select_related("event")
    order = {member.language: 0, "": 1}
    own_first = sorted(found, key=lambda one: (order.get(one.language, 2), one.language, one.title, one.pk))
    return sorted(own_first, key=lambda one: (one.event.starts_at, one.event_id))


drawers.register(KIND, draw)
guards.register(GUARD, materials_are_news)
