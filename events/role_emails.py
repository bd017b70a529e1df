"""The mails to those who have a part in an event. Their words are drawn when they are sent."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import translation

from events.emails import about, context_for
from events.invitation import calendar_for
from events.models import Event, Material, Registration, Role
from events.places import assignment_link, join_role_link
from events.role_words import language_word, part_of
from forestallies.lib import zones
from members.emails import to
from notices import drawers
from notices.drawers import Facts
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Draft, Message, render

INVITED_GUARD = "events.role_invitation"
WITHDRAWN_GUARD = "events.role_withdrawn"
BRIEF_GUARD = "events.staff_brief"
STILL_NEWS = timedelta(hours=2)
MATERIALS_NAMED = 8


def stamp(instant: datetime) -> str:
    """An instant as keys carry it, to the microsecond."""
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%S%f}"


def start_stamp(event: Event) -> str:
    return f"{event.starts_at:%Y%m%dT%H%MZ}"


def invited_ref(role: Role) -> str:
    """What the mails about one invitation remember: an invitation after a refusal is another one."""
    return f"{role.pk}:{stamp(role.invited_at) if role.invited_at else ''}"


def invitation(role: Role, *, step: str = "", at: datetime) -> Posting:
    """Ask somebody to take a part; with a `step`, ask once more. One mail for each invitation and step."""
    event = role.event
    return Posting(
        message=Draft("role_invitation", to(role.member), {"role": role.pk, "again": bool(step)}, about=about(event)),
        key=f"role_invitation:{invited_ref(role)}:{step or '0'}",
        guard=INVITED_GUARD,
        subject_ref=invited_ref(role),
        expires_at=max(event.starts_at, at + STILL_NEWS),
    )


def withdrawn(role: Role, *, at: datetime) -> Posting:
    """Tell somebody that a part she counted on is not hers any more."""
    return Posting(
        message=Draft("role_withdrawn", to(role.member), {"role": role.pk}, about=about(role.event)),
        key=f"role_withdrawn:{role.pk}:{stamp(at)}",
        guard=WITHDRAWN_GUARD,
        subject_ref=f"{role.pk}",
        expires_at=max(role.event.ends_at, at + STILL_NEWS),
    )


def staff_brief(role: Role, *, at: datetime) -> Posting:
    """Tell somebody with a part what she needs to know two days ahead. One for each person and start."""
    event = role.event
    facts = {"event": event.pk, "member": role.member_id}
    return Posting(
        message=Draft("staff_brief", to(role.member), facts, about=about(event)),
        key=f"staff_brief:{event.pk}:{role.member_id}:{start_stamp(event)}",
        guard=BRIEF_GUARD,
        subject_ref=f"{event.pk}:{role.member_id}:{start_stamp(event)}",
        priority=Notice.Priority.REMINDER,
        expires_at=event.starts_at,
    )


def last_asked(roles: Iterable[Role]) -> dict[int, datetime]:
    """By role, when its holder was last written to for her answer, in one query."""
    refs = {invited_ref(role): role for role in roles}
    posted = Notice.objects.filter(
        kind="role_invitation", recipient__in={role.member_id for role in refs.values()}, subject_ref__in=refs
    ).exclude(state=Notice.State.CANCELLED)
    found = posted.values_list("subject_ref").annotate(Max("created_at")).order_by()
    return {refs[ref].pk: last for ref, last in found}


def draw_invitation(facts: Facts, at: datetime) -> Message:
    role = Role.objects.select_related("event", "member", "invited_by").get(pk=facts["role"])
    words = {"again": facts["again"], "inviter": role.invited_by.name if role.invited_by else ""}
    return render("role_invitation", to(role.member), {**_of_role(role), **words}, about=about(role.event))


def draw_withdrawn(facts: Facts, at: datetime) -> Message:
    """Write `role_withdrawn`; the entry leaves her calendar unless she takes part in another way."""
    role = Role.objects.select_related("event", "member").get(pk=facts["role"])
    event, member = role.event, role.member
    stays = (
        Role.objects.standing().filter(event=event, member=member).exists()
        or Registration.objects.standing().filter(event=event, member=member).exists()
    )
    return render(
        "role_withdrawn",
        to(member),
        {**_of_role(role), "still_takes_part": stays},
        calendar=b"" if stays else calendar_for(event, member, method="CANCEL", at=at),
        calendar_method="" if stays else "CANCEL",
        about=about(event),
    )


def draw_brief(facts: Facts, at: datetime) -> Message:
    """Write `staff_brief`: her parts, who is coming and in which languages, what there is to read; with the entry."""
    roles = list(
        Role.objects.accepted()
        .filter(event=facts["event"], member=facts["member"])
        .select_related("event", "member")
        .order_by("pk")
    )
    event, member = roles[0].event, roles[0].member
    titles = list(
        Material.objects.filter(event=event).visible_to(member, at=at).values_list("title", flat=True)  # her own view
    )
    with translation.override(member.language):
        parts = [
            {"part": part_of(role, event), "link": assignment_link(role), **_rehearsal(role, at)} for role in roles
        ]
        languages = _languages(event)
    context = {
        **context_for(event, member),
        "parts": parts,
        "confirmed": sum(number for _code, number in languages),
        "languages": languages,
        "materials": titles[:MATERIALS_NAMED],
        "materials_more": max(len(titles) - MATERIALS_NAMED, 0),
    }
    return render(
        "staff_brief",
        to(member),
        context,
        calendar=calendar_for(event, member, method="REQUEST", at=at, join=join_role_link(roles[0])),
        calendar_method="REQUEST",
        about=about(event),
    )


def _of_role(role: Role) -> dict[str, Any]:
    """What every mail about one role says."""
    event, member = role.event, role.member
    with translation.override(member.language):
        part = part_of(role, event)
    return {
        **context_for(event, member),
        "part": part,
        "expectation": role.expectation,
        "link": assignment_link(role),
        "rehearsal": zones.local(role.rehearsal_at, member.zone, member.language) if role.rehearsal_at else "",
    }


def _rehearsal(role: Role, at: datetime) -> dict[str, Any]:
    instant, member = role.rehearsal_at, role.member
    return {"rehearsal": zones.local(instant, member.zone, member.language) if instant and instant > at else ""}


def _languages(event: Event) -> list[tuple[str, int]]:
    """How many of those who are coming read which language, the most common first."""
    spoken = Registration.objects.filter(event=event).confirmed().order_by().values_list("member__language", flat=True)
    counted = sorted(Counter(spoken).items(), key=lambda pair: (-pair[1], pair[0]))
    return [(language_word(code), number) for code, number in counted]


drawers.register("role_invitation", draw_invitation)
drawers.register("role_withdrawn", draw_withdrawn)
drawers.register("staff_brief", draw_brief)
