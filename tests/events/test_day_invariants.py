"""`check_invariants` says what is wrong with the day of an event, and nothing when all is well."""

import pytest

from events import invariants
from events.models import Feedback, FeedbackReceipt, Material, MaterialFile, Role, RoomNote, RoomPlace
from tests.factories import (
    MaterialFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    RoomFactory,
    SegmentFactory,
    WorkshopFactory,
)


@pytest.fixture
def other(workshop):
    return WorkshopFactory.create().event_ptr


@pytest.fixture
def said(at):
    return lambda: list(invariants.violations(at=at))


def place(room, member=None, **more):
    """Put somebody with a seat into a room."""
    member = member or RegistrationFactory.create(event=room.event).member
    return RoomPlace.objects.create(
        **{"room": room, "event": room.event, "member": member, "placed_at": room_made, **more}
    )


room_made = "2026-11-01T00:00Z"


def test_day_in_order_violates_nothing(workshop, said):
    room = RoomFactory.create(event=workshop, capacity=1)
    place(room)
    room.hosts.add(RoleFactory.create(event=workshop))
    for position in range(3):
        SegmentFactory.create(event=workshop, position=position)
    FeedbackReceipt.objects.create(event=workshop, member=MemberFactory.create())
    Feedback.objects.create(event=workshop, language="en", usefulness=5)
    assert said() == []


def test_place_in_a_room_of_another_event_is_said(workshop, other, said):
    found = place(RoomFactory.create(event=other), event=workshop)
    assert said() == [f"room place {found.pk} is of event {workshop.pk}, its room {found.room_id} is not"]


def test_note_and_host_of_another_event_are_said(workshop, other, said):
    room = RoomFactory.create(event=other)
    room.hosts.add(RoleFactory.create(event=workshop))
    note = RoomNote.objects.create(event=workshop, room=room, author=MemberFactory.create(), updated_at=room_made)
    assert said() == [
        f"room note {note.pk} is of event {workshop.pk}, its room {room.pk} is not",
        f"room {room.pk} has a host with a role in another event",
    ]


def test_overfull_room_is_said_and_who_left_does_not_count(workshop, said):
    room = RoomFactory.create(event=workshop, capacity=1)
    place(room)
    place(room, RegistrationFactory.create(event=workshop, state="cancelled", cancelled_by="member").member)
    assert said() == []
    place(room)
    assert said() == [f"room {room.pk} has 2 people in 1 places"]


def test_gap_in_the_run_of_show_is_said(workshop, said):
    SegmentFactory.create(event=workshop, position=1)
    assert said() == [f"event {workshop.pk} has 1 segments, the last one at position 1"]


def test_role_given_on_into_another_event_is_said(workshop, other, said):
    role = RoleFactory.create(event=workshop, state=Role.State.REPLACED, replaced_by=RoleFactory.create(event=other))
    assert said() == [f"role {role.pk} was given on to a role in another event"]


def test_file_without_bytes_is_said(workshop, said):
    file = {"url": "", "name": "a.pdf", "size": 3}
    whole = MaterialFactory.create(event=workshop, **file)
    MaterialFile.objects.create(material=whole, content=b"abc")
    broken = MaterialFactory.create(event=workshop, **file)
    assert said() == [f"material {broken.pk} is a file and its bytes are not there"]
    assert Material.objects.count() == 2


def test_more_feedback_than_people_is_said(workshop, said):
    Feedback.objects.create(event=workshop, language="en", usefulness=5)
    assert said() == [f"event {workshop.pk} has more feedback than people who gave some"]
