"""What one person with a part in an event reads on her page: with whom, what to read, when it is her turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import QuerySet
from django.urls import reverse

from events.models import Event, Material, Role, Segment
from events.places import ASSIGNMENT, JOIN_ROLE
from events.role_words import part_of

Kind, State = Role.Kind, Role.State
Situation = Literal["cancelled_event", "given_up", "declined", "missed", "over", "invited", "accepted"]
INSIDE: tuple[Situation, ...] = ("invited", "accepted", "over")  # in these she reads more than a sentence


@dataclass(frozen=True)
class Moment:
    """A segment of the run of show with its instants; `is_hers` when she leads it."""

    segment: Segment
    starts_at: datetime
    ends_at: datetime
    is_hers: bool


@dataclass(frozen=True)
class Company:
    """With whom somebody works; only those who said yes are named.

    Attributes:
        leaders: facilitators and co-facilitators.
        partners: who interprets into the same channel.
        speakers: whom an interpreter will hear.
    """

    leaders: Sequence[Role]
    partners: Sequence[Role]
    speakers: Sequence[Role]


@dataclass(frozen=True)
class Other:
    """Another part of the same person, with the token of its own page."""

    role: Role
    part: str
    token: str


def situation(role: Role, event: Event, at: datetime) -> Situation:
    """What the page has to say first; see `INSIDE`. `missed` is an invitation that was never answered."""
    if role.state == State.REPLACED:
        return "given_up"
    if event.state in (Event.State.CANCELLED, Event.State.DRAFT):
        return "cancelled_event"
    if role.state == State.DECLINED:
        return "declined"
    if event.state == Event.State.CLOSED or event.ends_at <= at:
        return "over" if role.state == State.ACCEPTED else "missed"
    return "accepted" if role.state == State.ACCEPTED else "invited"


def company(role: Role, event: Event) -> Company:
    """Those whom she has to know, in one query."""
    accepted = Role.objects.accepted().filter(event=event, member__is_active=True).exclude(member=role.member_id)
    found = list(accepted.select_related("member").order_by("kind", "member__name", "pk"))
    interprets = role.kind == Kind.INTERPRETER
    return Company(
        leaders=[one for one in found if one.kind in Role.LEADING],
        partners=[one for one in found if interprets and (one.kind, one.channel) == (role.kind, role.channel)],
        speakers=[one for one in found if interprets and one.kind == Kind.SPEAKER],
    )


def moments(role: Role, event: Event) -> list[Moment]:
    """The moments of the run of show that concern her: a speaker's own, and all of it for everybody else."""
    starts_at, found = event.starts_at, []
    for segment in Segment.objects.filter(event=event).select_related("lead__member").order_by("position"):
        ends_at = starts_at + timedelta(minutes=segment.minutes)
        is_hers = segment.lead is not None and segment.lead.member_id == role.member_id
        if is_hers or role.kind != Kind.SPEAKER:
            found.append(Moment(segment, starts_at, ends_at, is_hers))
        starts_at = ends_at
    return found


def materials(role: Role, event: Event, *, at: datetime) -> list[Material]:
    """What those with a part in this event may read, of this event only."""
    return list(Material.objects.filter(event=event).visible_to(role.member, at=at))


def others(role: Role, *, at: datetime) -> list[Other]:
    """Her other standing parts in events that are not over, the next one first; none once this one is not hers."""
    if not role.stands:
        return []
    return _ahead(Role.objects.standing().filter(member=role.member_id).exclude(pk=role.pk), at)


def _ahead(rows: QuerySet[Role], at: datetime) -> list[Other]:
    ahead = rows.filter(event__state=Event.State.SCHEDULED, event__ends_at__gt=at).select_related("event")
    found = ahead.order_by("event__starts_at", "pk")
    return [Other(role, part_of(role, role.event), ASSIGNMENT.token(role.pk)) for role in found]


def join_address(role: Role, event: Event, at: datetime) -> str:
    """The way in, while the doors are open for her; empty otherwise. It is a page of the portal, not the meeting."""
    if role.state != State.ACCEPTED or not event.doors_are_open(at, for_team=True):
        return ""
    return reverse(JOIN_ROLE.name, args=[JOIN_ROLE.token(role.pk)])
