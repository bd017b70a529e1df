"""What must always be true of roles, rooms, the run of show, materials and feedback; part of `events.invariants`."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, Max, OuterRef, Sum

from events.models import (
    Feedback,
    FeedbackReceipt,
    Material,
    MaterialFile,
    Registration,
    Role,
    Room,
    RoomNote,
    RoomPlace,
    Segment,
)


def violations() -> Iterator[str]:
    """Yield one sentence per thing that is wrong; ids only, no names."""
    yield from _rooms_of_other_events()
    yield from _overfull_rooms()
    yield from _gaps_in_run_of_show()
    yield from _roles_given_elsewhere()
    yield from _files_missing()
    yield from _unasked_feedback()


def _rooms_of_other_events() -> Iterator[str]:
    """A place, a note and a host belong to a room of their own event; the database cannot say so by itself."""
    for place in RoomPlace.objects.exclude(room__event=F("event")).iterator(chunk_size=1_000):
        yield f"room place {place.pk} is of event {place.event_id}, its room {place.room_id} is not"
    for note in RoomNote.objects.filter(room__isnull=False).exclude(room__event=F("event")).iterator(chunk_size=1_000):
        yield f"room note {note.pk} is of event {note.event_id}, its room {note.room_id} is not"
    for room in Room.objects.filter(hosts__isnull=False).exclude(hosts__event=F("event")).distinct():
        yield f"room {room.pk} has a host with a role in another event"


def _overfull_rooms() -> Iterator[str]:
    """Only people with a seat count: who gave hers back leaves her place in the room behind."""
    seated = Registration.objects.filter(event=OuterRef("event"), member=OuterRef("member")).confirmed()
    counted = RoomPlace.objects.filter(Exists(seated), room__capacity__isnull=False).order_by()
    rows = counted.values("room", "room__capacity").annotate(people=Count("pk")).filter(people__gt=F("room__capacity"))
    for room, capacity, people in rows.values_list("room", "room__capacity", "people"):
        yield f"room {room} has {people} people in {capacity} places"


def _gaps_in_run_of_show() -> Iterator[str]:
    rows = Segment.objects.order_by().values("event").annotate(rows=Count("pk"), last=Max("position"))
    for event, number, last in rows.exclude(last=F("rows") - 1).values_list("event", "rows", "last"):
        yield f"event {event} has {number} segments, the last one at position {last}"


def _roles_given_elsewhere() -> Iterator[str]:
    for role in Role.objects.filter(replaced_by__isnull=False).exclude(replaced_by__event=F("event")):
        yield f"role {role.pk} was given on to a role in another event"


def _files_missing() -> Iterator[str]:
    kept = MaterialFile.objects.filter(material=OuterRef("pk"))
    for material in Material.objects.filter(size__isnull=False).exclude(Exists(kept)).iterator(chunk_size=1_000):
        yield f"material {material.pk} is a file and its bytes are not there"


def _unasked_feedback() -> Iterator[str]:
    """There is no more feedback than people who gave some; whose is whose, nobody can tell."""
    rows = Feedback.objects.order_by().values("event").annotate(answers=Count("pk"))
    given = dict(FeedbackReceipt.objects.order_by().values_list("event").annotate(Sum("forms")))
    for event, answers in rows.values_list("event", "answers"):
        if answers > given.get(event, 0):
            yield f"event {event} has more feedback than people who gave some"
