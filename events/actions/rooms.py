"""The rooms of an event: made, changed, removed, and who is in which. Places are counted under the event's lock."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import record
from events import policies, rooms
from events.filling import Guest, Space, allot
from events.locks import lock_event
from events.models import Event, Registration, Role, Room, RoomPlace
from members.models import CircleMember, Member


class RoomsRefused(Exception):
    """The rooms cannot be changed like this, and nothing was; the text is a sentence for the reader."""


@dataclass(frozen=True)
class Wish:
    """What a room should be.

    Attributes:
        names: by language code; the one of the main language is needed.
        audience: ids of circles of the event's audience; none: for everybody.
        hosts: ids of roles of those who lead the event.
    """

    names: Mapping[str, str]
    language: str = ""
    join_url: str = ""
    capacity: int | None = None
    audience: Collection[int] = ()
    hosts: Collection[int] = ()


@dataclass(frozen=True)
class Outcome:
    """What filling the rooms did.

    Attributes:
        placed: how many people got a room.
        not_for: how many are left because no room is for their group.
        full: how many are left because the rooms for them are full.
    """

    placed: int
    not_for: int
    full: int


@transaction.atomic
def add(*, event: Event, wish: Wish, by: Member, at: datetime) -> Room:
    """Make a room, the last in the order.

    Raises:
        RoomsRefused: its audience or hosts do not belong to the event.
        PermissionDenied: the person does not run this event.
    """
    event = _open(event, by=by, at=at)
    room = Room(event=event, position=Room.objects.filter(event=event).count())
    _write(room, wish)
    record(verb="room.added", subject=room, by=by, at=at, event=event.pk)
    return room


@transaction.atomic
def change(*, room: Room, wish: Wish, by: Member, at: datetime) -> Room:
    """Change what a room is; who is in it stays, also when it is for others now.

    Raises:
        RoomsRefused: more people are in it than it would have places, or its audience or hosts do not belong here.
        PermissionDenied: the person does not run this event.
    """
    event = _open(room.event, by=by, at=at)
    room = _again(event, room)
    taken = RoomPlace.objects.filter(room=room).count()
    if wish.capacity is not None and wish.capacity < taken:
        words = ngettext(
            "%(number)d person is in this room; there cannot be fewer places. Take people out first.",
            "%(number)d people are in this room; there cannot be fewer places. Take people out first.",
            taken,
        )
        raise RoomsRefused(words % {"number": taken})
    _write(room, wish)
    record(verb="room.changed", subject=room, by=by, at=at, event=event.pk)
    return room


@transaction.atomic
def remove(*, room: Room, by: Member, at: datetime) -> None:
    """Remove a room; who was in it is in none. The rooms after it move up.

    Raises:
        RoomsRefused: results were noted in it.
        PermissionDenied: the person does not run this event.
    """
    event = _open(room.event, by=by, at=at)
    room = _again(event, room)
    if room.notes.exclude(words="").exists():
        raise RoomsRefused(_("Results were noted in this room, so it stays. You can give it another name."))
    room.notes.all().delete()
    record(verb="room.removed", subject=room, by=by, at=at, event=event.pk, people=room.places.count())
    room.delete()
    left = list(Room.objects.filter(event=event))
    for number, row in enumerate(left):
        row.position = number
    Room.objects.bulk_update(left, ["position"])


@transaction.atomic
def place(*, room: Room, members: Collection[int], by: Member, at: datetime) -> int:
    """Put people into a room, out of the one they were in; all of them or nobody. Who is in it already stays.

    By hand anybody of the event may be put into any room, also one that is for another group: whoever does it knows.

    Returns:
        How many came in.

    Raises:
        RoomsRefused: there are too few places, or somebody is not in the event.
        PermissionDenied: the person does not run this event.
    """
    event = _open(room.event, by=by, at=at)
    room = _again(event, room)
    inside = set(RoomPlace.objects.filter(room=room).values_list("member", flat=True))
    coming = set(members) - inside
    _check_in_event(event, coming)
    if room.capacity is not None and len(inside) + len(coming) > room.capacity:
        free = room.capacity - len(inside)
        words = ngettext(
            "%(room)s has %(free)d free place, too few for those you chose. Nobody was moved.",
            "%(room)s has %(free)d free places, too few for those you chose. Nobody was moved.",
            free,
        )
        raise RoomsRefused(words % {"room": room.name, "free": free})
    _put(event, dict.fromkeys(sorted(coming), room.pk), at=at)
    if coming:
        record(verb="room.placed", subject=room, by=by, at=at, event=event.pk, members=sorted(coming))
    return len(coming)


@transaction.atomic
def take_out(*, event: Event, members: Collection[int], by: Member, at: datetime) -> int:
    """Take people out of their rooms; returns how many were in one.

    Raises:
        PermissionDenied: the person does not run this event.
    """
    event = _open(event, by=by, at=at)
    return _clear(event, list(RoomPlace.objects.filter(event=event, member__in=members)), by=by, at=at)


@transaction.atomic
def empty(*, event: Event, by: Member, at: datetime) -> int:
    """Take everybody out of the rooms; returns how many were in one.

    Raises:
        PermissionDenied: the person does not run this event.
    """
    event = _open(event, by=by, at=at)
    return _clear(event, list(RoomPlace.objects.filter(event=event)), by=by, at=at)


@transaction.atomic
def fill(*, event: Event, by: Member, at: datetime) -> Outcome:
    """Give everybody with a confirmed registration who is in no room one that is for her; see `filling.allot`.

    Nobody who is in a room is moved. Run twice, the second time changes nothing.

    Raises:
        RoomsRefused: there is no room.
        PermissionDenied: the person does not run this event.
    """
    event = _open(event, by=by, at=at)
    taken = Counter(RoomPlace.objects.filter(event=event).values_list("room", flat=True))
    spaces = [_space(room, taken[room.pk]) for room in Room.objects.filter(event=event).prefetch_related("audience")]
    if not spaces:
        raise RoomsRefused(_("There is no room yet. Please add one first."))
    guests = _guests(event, at=at)
    found = allot(guests, spaces)
    _put(event, found, at=at)
    left = [guest for guest in guests if guest.pk not in found]
    full = sum(any(space.is_for(guest) for space in spaces) for guest in left)
    outcome = Outcome(len(found), len(left) - full, full)
    if found:
        record(verb="rooms.filled", subject=event, by=by, at=at, placed=len(found), left=len(left))
    return outcome


def _open(event: Event, *, by: Member, at: datetime) -> Event:
    """Lock the event for a change of its rooms, and forget the places of those who left it.

    Only so can somebody who comes back later not be one too many in a room that was filled meanwhile.
    """
    policies.check_works(event, "run", by=by, at=at)
    event = lock_event(event.pk)
    rooms.stale_places(event).delete()
    return event


def _again(event: Event, room: Room) -> Room:
    """The room as it is under the lock.

    Raises:
        RoomsRefused: somebody removed it meanwhile.
    """
    found = Room.objects.select_for_update(of=("self",)).filter(event=event, pk=room.pk).first()
    if found is None:
        raise RoomsRefused(_("This room was removed meanwhile."))
    found.event = event
    return found


def _write(room: Room, wish: Wish) -> None:
    audience, hosts = set(wish.audience), set(wish.hosts)
    if audience - set(room.event.audience.values_list("pk", flat=True)):
        raise RoomsRefused(_("A room can only be for groups that this event is for."))
    leading = Role.objects.filter(event=room.event, kind__in=Role.LEADING).standing()
    if hosts - set(leading.values_list("pk", flat=True)):
        raise RoomsRefused(_("Only facilitators and co-facilitators of this event can be hosts."))
    for code, name in wish.names.items():
        setattr(room, f"name_{code.replace('-', '_')}", name)
    room.language, room.join_url, room.capacity = wish.language, wish.join_url, wish.capacity
    room.full_clean(exclude=["event"])
    room.save()
    room.audience.set(audience)
    room.hosts.set(hosts)


def _check_in_event(event: Event, members: Collection[int]) -> None:
    seated = Registration.objects.filter(event=event, member__in=members).confirmed().order_by()
    helping = Role.objects.filter(event=event, member__in=members).standing()
    known = {pk for (pk,) in seated.values_list("member").union(helping.values_list("member"))}
    if set(members) - known:
        raise RoomsRefused(_("Somebody you chose has no confirmed place in this event any more. Nobody was moved."))


def _put(event: Event, found: Mapping[int, int], *, at: datetime) -> None:
    """Write who is in which room, by ids; whoever was in another one leaves it."""
    RoomPlace.objects.filter(event=event, member__in=found).delete()
    rows = [RoomPlace(event=event, member_id=who, room_id=room, placed_at=at) for who, room in found.items()]
    RoomPlace.objects.bulk_create(rows)


def _clear(event: Event, rows: Collection[RoomPlace], *, by: Member, at: datetime) -> int:
    RoomPlace.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if rows:
        record(verb="rooms.left", subject=event, by=by, at=at, members=sorted(row.member_id for row in rows))
    return len(rows)


def _space(room: Room, taken: int) -> Space:
    audience = frozenset(circle.pk for circle in room.audience.all())
    free = None if room.capacity is None else max(room.capacity - taken, 0)
    return Space(room.pk, audience, room.language, free, taken)


def _guests(event: Event, *, at: datetime) -> list[Guest]:
    """Those with a confirmed registration who are in no room, in the order in which they registered."""
    inside = RoomPlace.objects.filter(event=event).values("member")
    rows = Registration.objects.filter(event=event).confirmed().exclude(member__in=inside)
    found = list(rows.select_related("member").order_by("pk"))
    belongings = CircleMember.objects.current(at).filter(member__in=[row.member_id for row in found])
    circles: dict[int, set[int]] = {}
    for member, circle in belongings.values_list("member", "circle"):
        circles.setdefault(member, set()).add(circle)
    return [
        Guest(
            row.member_id,
            frozenset(circles.get(row.member_id, ())),
            frozenset({row.member.language, row.interpretation} - {""}),
        )
        for row in found
    ]
