"""The people of an event, for those who write to them: with a seat, waiting, with a role, who came or did not."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events import policies
from events.models import Attendance, Event, Registration, Role
from events.telling import label
from forestallies.lib import zones
from members.audiences import Audience, Filled, Filler, Selection, Target, register
from members.models import Member

State = Registration.State
HERE = (Attendance.Status.ATTENDED, Attendance.Status.PARTIAL)

GROUPS: dict[str, str | Promise] = {
    "confirmed": _("who have a seat"),
    "waitlisted": _("who are on the waiting list, or were offered a seat"),
    "pending": _("who wait for your decision"),
    "role": _("who have a role"),
    "came": _("who came"),
    "missed": _("who had a seat and did not come"),
}


def _registered(*states: State) -> Callable[[int], Exists]:
    return lambda event_id: Exists(Registration.objects.filter(event=event_id, member=OuterRef("pk"), state__in=states))


def _with_role(event_id: int) -> Exists:
    return Exists(Role.objects.standing().filter(event=event_id, member=OuterRef("pk")))


def _who_came(event_id: int) -> Exists:
    return Exists(Attendance.objects.filter(event=event_id, member=OuterRef("pk"), status__in=HERE))


def _who_missed(event_id: int) -> Exists:
    recorded = Attendance.objects.filter(event=event_id, member=OuterRef("member")).exclude(status__in=HERE)
    seats = Registration.objects.confirmed().filter(event=event_id, member=OuterRef("pk"))
    return Exists(seats.filter(Exists(recorded)))


WHO: dict[str, Callable[[int], Exists]] = {
    "confirmed": _registered(State.CONFIRMED),
    "waitlisted": _registered(State.WAITLISTED, State.OFFERED),
    "pending": _registered(State.PENDING),
    "role": _with_role,
    "came": _who_came,
    "missed": _who_missed,
}


def _open(event_id: int, by: Member, at: datetime) -> Target:
    event = get_object_or_404(Event.objects.visible_to(by, at=at), pk=event_id)
    policies.check_can_schedule(event, by=by, at=at)
    return _target(event)


def _describe(event_id: int) -> Target | None:
    event = Event.objects.filter(pk=event_id).first()
    return _target(event) if event else None


def _target(event: Event) -> Target:
    groups = {name: str(words) for name, words in GROUPS.items()}
    return Target(
        "event",
        event.pk,
        event.title,
        event.home_id,
        about=label(event.pk),
        groups=groups,
        chosen=("confirmed",),
        needs_group=True,
    )


def _people(selection: Selection, at: datetime) -> QuerySet[Member]:
    """Everybody of the groups that are chosen, each once; nobody when none is."""
    found = Q(pk__in=[])
    for name in selection.groups:
        found |= Q(WHO[name](selection.id))
    people: QuerySet[Member] = Member.objects.filter(found)
    return people


def _fill(selection: Selection) -> Filler:
    """Title and start; for many readers at once the start is said in the event's own zone."""
    event = Event.objects.get(pk=selection.id)

    def fill(zone: str | None) -> Filled:
        return {"event": event.title, "when": str(zones.local(event.starts_at, zone or event.zone))}

    return fill


register(
    "event",
    Audience(describe=_describe, open=_open, people=_people, placeholders=("event", "when"), fill=_fill),
)
