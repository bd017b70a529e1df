"""The way into an event: who stands at its door, whether it is open to her, and where it leads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events import feedback
from events.models import AttendanceEvidence, Event, Registration, Role, Room, Source
from events.seats import usual_interpretation
from members.models import Member

Door = Literal["cancelled", "gone", "draft", "early", "open", "over"]

CLOSED: dict[Door, str | Promise] = {
    "cancelled": gettext_lazy("This event does not take place."),
    "gone": gettext_lazy("You have no place in this event any more."),
    "draft": gettext_lazy("This event is still being prepared."),
    "early": gettext_lazy("The doors are not open yet."),
    "over": gettext_lazy("This event is over."),
}


class JoinRefused(Exception):
    """She cannot come in this way now, and nothing was changed; the text is a sentence for the reader."""


@dataclass(frozen=True)
class Guest:
    """One person at the door of one event.

    Attributes:
        seat: her confirmed registration, or None.
        roles: those of hers that stand.
    """

    event: Event
    member: Member
    seat: Registration | None
    roles: tuple[Role, ...]

    @property
    def is_admitted(self) -> bool:
        return self.seat is not None or bool(self.roles)

    @property
    def is_of_team(self) -> bool:
        """She accepted a part in it, so the doors open earlier for her."""
        return any(role.state == Role.State.ACCEPTED for role in self.roles)

    @property
    def display_name(self) -> str:
        """What she should be called in the meeting, so that its report can be matched: `GH Ama Boateng`."""
        return f"{self.member.country} {self.member.name}".strip()

    @property
    def channel(self) -> str:
        """The language of interpretation that is hers: the one she asked for, or her own; empty for none."""
        wanted = self.seat.interpretation if self.seat else ""
        channel = wanted if wanted in self.event.interpretation else usual_interpretation(self.event, self.member)
        return "" if channel == self.event.floor_language else channel


def guest_at(event: Event, member: Member) -> Guest:
    """Look up, in two queries, what somebody is to an event."""
    seat = Registration.objects.confirmed().filter(event=event, member=member).first()
    roles = Role.objects.standing().filter(event=event, member=member).order_by("id")
    return Guest(event, member, seat, tuple(roles))


def door_for(guest: Guest, *, at: datetime) -> Door:
    """Whether the door is open to her now, and if not, why."""
    event = guest.event
    if event.state == Event.State.CANCELLED:
        return "cancelled"
    if not guest.is_admitted:
        return "gone"
    if event.state == Event.State.DRAFT:
        return "draft"
    if event.ends_at <= at or event.state == Event.State.CLOSED:
        return "over"
    return "open" if event.doors_are_open(at, for_team=guest.is_of_team) else "early"


def check_may_enter(guest: Guest, *, at: datetime) -> None:
    """Only through an open door.

    Raises:
        JoinRefused: with a sentence for the reader.
    """
    door = door_for(guest, at=at)
    if door != "open":
        raise JoinRefused(str(CLOSED[door]))


def opens_at(guest: Guest) -> datetime:
    """From when she may come in."""
    return guest.event.doors_open_at(for_team=guest.is_of_team)


def asks_for_feedback(guest: Guest, *, at: datetime) -> bool:
    """Whether it is time to ask her how it was: from the last minutes on, until she has answered. One query then."""
    if guest.seat is None or not feedback.is_open(guest.event, at):
        return False
    return not feedback.has_answered(guest.event, guest.member)


def rooms_of(guest: Guest) -> list[Room]:
    """The rooms she is placed in or hosts, in one query."""
    hers = Q(places__member=guest.member) | Q(hosts__in=[role.pk for role in guest.roles])
    return list(Room.objects.filter(hers, event=guest.event).distinct())


def each_once(names: Iterable[str]) -> dict[str, str]:
    """Names by their folded form, in their order; of several that differ in capitals only, the first."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return found


def way_in(address: str) -> str:
    """A meeting's address when a browser may be sent there, which asks for https; otherwise nothing.

    Forms hold this as well. It is asked again here, for an address may have come into its row another way.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme == "https" and parts.hostname else ""


def link_for(guest: Guest, rooms: list[Room], room_id: int | None) -> str:
    """The address to send her to: that of a room of hers, or of the event; where this has none, of her first room.

    Raises:
        JoinRefused: the room is not hers, or there is no address.
    """
    if room_id is not None:
        links = [way_in(room.join_url) for room in rooms if room.pk == room_id]
        if not links:
            raise JoinRefused(_("Your room has changed. Please look at this page again and choose once more."))
    else:
        links = [way_in(guest.event.join_url), *(way_in(room.join_url) for room in rooms)]
    found = next((link for link in links if link), "")
    if not found:
        raise JoinRefused(_("The meeting link is missing. Please use the telephone, or ask for help."))
    return found


@dataclass(frozen=True)
class Traces:
    """What she left at this event so far: whether she clicked to come in, and whether she typed a code."""

    clicked: bool
    checked_in: bool


def traces_of(guest: Guest) -> Traces:
    """Look up her own traces; a click from before the doors of the present time opened is none."""
    rows = AttendanceEvidence.objects.filter(event=guest.event, member=guest.member)
    own = list(rows.filter(source__in=[Source.JOIN_CLICK, Source.CODE]).values_list("source", "joined_at").distinct())
    opens = opens_at(guest)
    return Traces(
        clicked=any(source == Source.JOIN_CLICK and joined_at and joined_at >= opens for source, joined_at in own),
        checked_in=any(source == Source.CODE for source, _joined_at in own),
    )
