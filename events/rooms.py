"""What is read of an event's rooms: which there are, who is where, and what was noted."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from events.models import Event, Registration, Role, Room, RoomNote, RoomPlace
from forestallies.lib.database import Fold
from members.models import Member

LANGUAGES = dict(settings.LANGUAGES)


@dataclass(frozen=True)
class Person:
    """Somebody who is in the event, as lists of rooms show her. Never what she needs, never how to reach her.

    Attributes:
        room: the id of the room she is in; None: in no room.
        interpretation: the language into which she wants interpretation; empty: none.
        part: the kind of her role in the event; empty: she takes part.
        is_seated: has a confirmed registration.
    """

    member: Member
    room: int | None
    interpretation: str
    part: str
    is_seated: bool

    @property
    def languages(self) -> str:
        """Her language, and the interpretation she wants, in the reader's language."""
        own = str(LANGUAGES.get(self.member.language, self.member.language))
        if not self.interpretation:
            return own
        if self.interpretation == self.member.language:
            return _("%(language)s, with interpretation") % {"language": own}
        wanted = str(LANGUAGES.get(self.interpretation, self.interpretation))
        return _("%(language)s, interpretation into %(wanted)s") % {"language": own, "wanted": wanted}

    @property
    def part_label(self) -> str:
        return str(Role.Kind(self.part).label) if self.part else ""


@dataclass(frozen=True)
class Filled:
    """A room with its people, by name."""

    room: Room
    people: list[Person]

    @property
    def hosts(self) -> list[Role]:
        """Those of its hosts whose role stands."""
        return [role for role in self.room.hosts.all() if role.stands]

    @property
    def is_full(self) -> bool:
        return self.room.capacity is not None and len(self.people) >= self.room.capacity


@dataclass(frozen=True)
class Plan:
    """Who is where.

    Attributes:
        without: people with a confirmed place who are in no room.
        team: people with a role only who are in no room.
    """

    rooms: list[Filled]
    without: list[Person] = field(default_factory=list)
    team: list[Person] = field(default_factory=list)

    @property
    def placed(self) -> int:
        return sum(len(filled.people) for filled in self.rooms)


def within(event: Event | OuterRef, member: OuterRef) -> Q:
    """The condition that somebody is in an event: by a confirmed registration or a role that stands."""
    seats = Registration.objects.filter(event=event, member=member).confirmed()
    return Q(Exists(seats)) | Q(Exists(Role.objects.filter(event=event, member=member).standing()))


def places_in(event: Event) -> QuerySet[RoomPlace]:
    """The places that count: those of people who are still in the event."""
    return RoomPlace.objects.filter(within(event, OuterRef("member")), event=event)


def stale_places(event: Event) -> QuerySet[RoomPlace]:
    """The places of people who left the event; they count no more, and the next change of its rooms removes them."""
    return RoomPlace.objects.filter(~within(event, OuterRef("member")), event=event)


def room_of(event: Event, member: Member) -> Room | None:
    """The room of somebody who is in the event; None when she is in none. One query."""
    mine = places_in(event).filter(member=member)
    return Room.objects.filter(event=event, pk__in=mine.values("room")).first()


def rooms_of(event: Event) -> QuerySet[Room]:
    """The rooms in their order, with hosts and audiences: three queries."""
    hosts = Role.objects.select_related("member").order_by(Fold("member__name"), "pk")
    return Room.objects.filter(event=event).prefetch_related(Prefetch("hosts", hosts), "audience")


def hosted_by(event: Event, member: Member) -> QuerySet[Room]:
    """The rooms in which somebody is a host by a role that stands."""
    roles = Role.objects.filter(event=event, member=member).standing()
    return Room.objects.filter(event=event, pk__in=roles.values("rooms"))


def people(event: Event) -> list[Person]:
    """Everybody with a confirmed registration or a standing role, by name. One query."""
    seats = Registration.objects.filter(event=event).confirmed().order_by()
    roles = Role.objects.filter(event=event).standing()
    hers = {"event": event, "member": OuterRef("pk")}
    found: QuerySet[Any] = (
        Member.objects.filter(pk__in=seats.values_list("member").union(roles.values_list("member")))
        .only("name", "country", "language")
        .annotate(
            in_room=Subquery(RoomPlace.objects.filter(**hers).values("room")[:1]),
            seated=Exists(Registration.objects.filter(**hers).confirmed()),
            wanted=Subquery(Registration.objects.filter(**hers).confirmed().values("interpretation")[:1]),
            part=Subquery(Role.objects.filter(**hers).standing().order_by("pk").values("kind")[:1]),
        )
        .order_by(Fold("name"), "pk")
    )
    return [Person(row, row.in_room, row.wanted or "", row.part or "", row.seated) for row in found]


def plan(event: Event) -> Plan:
    """The rooms with their people, and who is in none; four queries however many they are."""
    everybody = people(event)
    rooms = [Filled(room, [one for one in everybody if one.room == room.pk]) for room in rooms_of(event)]
    outside = [one for one in everybody if one.room is None]
    return Plan(rooms, [one for one in outside if one.is_seated], [one for one in outside if not one.is_seated])


def notes_of(event: Event, *, rooms: Collection[Room | None] | None = None) -> QuerySet[RoomNote]:
    """What was noted, room by room and author by author; of some rooms only when they are given (None: no room)."""
    notes = RoomNote.objects.filter(event=event).exclude(words="").select_related("author", "room")
    if rooms is not None:
        wanted = Q(room__in=[room for room in rooms if room is not None])
        notes = notes.filter(wanted | Q(room=None) if None in rooms else wanted)
    return notes.order_by("room__position", "room", Fold("author__name"), "pk")


def may_note(event: Event, member: Member, room: Room | None) -> bool:
    """Whether somebody who helps to lead the event notes for this room: as its host, or when there are no rooms."""
    if room is None:
        mine = RoomNote.objects.filter(event=event, room=None, author=member)
        return not Room.objects.filter(event=event).exists() or mine.exists()
    return hosted_by(event, member).filter(pk=room.pk).exists()
