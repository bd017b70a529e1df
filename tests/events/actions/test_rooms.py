"""The rooms of an event: what they can be, who may be put into them, and how they are filled."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from events import rooms
from events.actions import rooms as changes
from events.actions.rooms import Outcome, RoomsRefused, Wish
from events.filling import Guest, Space, allot
from events.models import Event, Registration, Role, Room, RoomPlace
from members.models import Member
from tests.conftest import NOW
from tests.events.test_two_at_once import meet
from tests.factories import (
    CircleFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    RoomFactory,
    WorkshopFactory,
    join,
)


@pytest.fixture
def event(community) -> Event:
    return WorkshopFactory.create().event_ptr


def seated(event: Event, number: int = 1, **more) -> list[Member]:
    """So many people with a confirmed registration."""
    people = [join(MemberFactory.create(**more), event.home) for _ in range(number)]
    return [RegistrationFactory.create(event=event, member=person).member for person in people]


def wish(name="Andes", **more) -> Wish:
    return Wish(names={"en": name}, **more)


def place(room, people, by) -> int:
    return changes.place(room=room, members=[one.pk for one in people], by=by, at=NOW)


def where(*people) -> list[str]:
    """The names of their rooms, as the lists say; empty for whoever is in none."""
    found = dict(RoomPlace.objects.values_list("member", "room__name"))
    return [found.get(one.pk, "") for one in people]


# --- What a room can be ---


def test_room_is_made_last_with_hosts_audience_and_an_entry(event, bo, ana):
    role = RoleFactory.create(event=event, member=ana, kind="co_facilitator")
    RoomFactory.create(event=event, position=0)
    made = changes.add(
        event=event, wish=wish(audience=[event.home_id], hosts=[role.pk], language="es", capacity=9), by=bo, at=NOW
    )
    assert (made.position, list(made.hosts.all()), list(made.audience.all())) == (1, [role], [event.home])
    assert (made.name_en, made.language, made.capacity) == ("Andes", "es", 9)
    assert (Entry.objects.get(verb="room.added").subject_id, Entry.objects.count()) == (made.pk, 1)


def test_room_is_for_groups_of_the_event_only(event, bo):
    with pytest.raises(RoomsRefused, match="A room can only be for groups that this event is for"):
        changes.add(event=event, wish=wish(audience=[CircleFactory.create().pk]), by=bo, at=NOW)


@pytest.mark.parametrize(
    ("kind", "state", "own"),
    [("facilitator", "declined", True), ("interpreter", "accepted", True), ("facilitator", "accepted", False)],
)
def test_hosts_lead_this_event(event, bo, kind, state, own):
    role = RoleFactory.create(event=event if own else WorkshopFactory.create().event_ptr, kind=kind, state=state)
    with pytest.raises(RoomsRefused, match="Only facilitators and co-facilitators of this event can be hosts"):
        changes.add(event=event, wish=wish(hosts=[role.pk]), by=bo, at=NOW)


@pytest.mark.parametrize("link", ["http://meet.example.org/1", "javascript:alert(1)", "ftp://meet.example.org"])
def test_link_is_https(event, bo, link):
    with pytest.raises(ValidationError):
        changes.add(event=event, wish=wish(join_url=link), by=bo, at=NOW)
    assert not Room.objects.exists()


def test_fewer_places_than_people_are_refused_with_the_number(event, bo):
    room = RoomFactory.create(event=event, name="Andes")
    place(room, seated(event, 3), bo)
    with pytest.raises(RoomsRefused, match="3 people are in this room; there cannot be fewer places"):
        changes.change(room=room, wish=wish(capacity=2), by=bo, at=NOW)
    assert changes.change(room=room, wish=wish(capacity=3), by=bo, at=NOW).capacity == 3


def test_removing_a_room_closes_the_gap_and_leaves_people_without(event, bo):
    first, second, third = (RoomFactory.create(event=event, position=number) for number in range(3))
    [one] = seated(event)
    place(first, [one], bo)
    changes.remove(room=first, by=bo, at=NOW)
    assert list(Room.objects.values_list("pk", "position")) == [(second.pk, 0), (third.pk, 1)]
    assert where(one) == [""]


def test_room_with_results_stays(event, bo):
    room = RoomFactory.create(event=event)
    room.notes.create(event=event, author=bo, words="We agreed", version=1, updated_at=NOW)
    with pytest.raises(RoomsRefused, match="Results were noted in this room, so it stays"):
        changes.remove(room=room, by=bo, at=NOW)
    room.notes.update(words="")
    changes.remove(room=room, by=bo, at=NOW)
    assert not Room.objects.exists()


def test_only_those_who_run_the_event_change_its_rooms(event, ana):
    RoleFactory.create(event=event, member=ana, kind="co_facilitator")
    room = RoomFactory.create(event=event)
    for act in (
        lambda: changes.add(event=event, wish=wish(), by=ana, at=NOW),
        lambda: changes.change(room=room, wish=wish(), by=ana, at=NOW),
        lambda: changes.remove(room=room, by=ana, at=NOW),
        lambda: changes.place(room=room, members=[ana.pk], by=ana, at=NOW),
        lambda: changes.take_out(event=event, members=[ana.pk], by=ana, at=NOW),
        lambda: changes.fill(event=event, by=ana, at=NOW),
        lambda: changes.empty(event=event, by=ana, at=NOW),
    ):
        with pytest.raises(PermissionDenied):
            act()


# --- Who is where ---


def test_people_are_placed_moved_and_taken_out(event, bo):
    andes, amazon = (RoomFactory.create(event=event, name=name) for name in ("Andes", "Amazon"))
    one, other = seated(event, 2)
    assert place(andes, [one, other], bo) == 2
    assert place(amazon, [one], bo) == 1
    assert place(amazon, [one], bo) == 0
    assert where(one, other) == ["Amazon", "Andes"]
    assert changes.take_out(event=event, members=[one.pk], by=bo, at=NOW) == 1
    assert changes.empty(event=event, by=bo, at=NOW) == 1
    assert where(one, other) == ["", ""]


def test_audit_of_moving_holds_ids_only(event, bo):
    room = RoomFactory.create(event=event)
    people = seated(event, 2)
    place(room, people, bo)
    entry = Entry.objects.get()
    assert (entry.verb, entry.detail) == (
        "room.placed",
        {"event": event.pk, "members": sorted(one.pk for one in people)},
    )


def test_all_who_were_chosen_come_in_or_nobody(event, bo):
    room = RoomFactory.create(event=event, name="Andes", capacity=2)
    [inside] = seated(event)
    place(room, [inside], bo)
    with pytest.raises(RoomsRefused, match="Andes has 1 free place, too few for those you chose"):
        place(room, seated(event, 2), bo)
    assert RoomPlace.objects.count() == 1


def test_moving_within_a_full_room_is_no_refusal(event, bo):
    room = RoomFactory.create(event=event, capacity=1)
    [one] = seated(event)
    place(room, [one], bo)
    assert place(room, [one], bo) == 0


@pytest.mark.parametrize("state", [state for state in Registration.State if state != "confirmed"])
def test_who_has_no_confirmed_place_gets_no_room(event, bo, state):
    more = {
        "waitlisted": {"queue_no": 1},
        "offered": {"offer_expires_at": NOW + timedelta(hours=1)},
        "cancelled": {"cancelled_by": "member"},
    }
    row = RegistrationFactory.create(event=event, state=state, **more.get(state, {}))
    with pytest.raises(RoomsRefused, match="no confirmed place in this event any more"):
        place(RoomFactory.create(event=event), [row.member], bo)


def test_who_has_a_role_can_be_placed_while_it_stands(event, bo):
    room, role = RoomFactory.create(event=event), RoleFactory.create(event=event, kind="speaker")
    assert place(room, [role.member], bo) == 1
    Role.objects.update(state="declined")
    assert rooms.room_of(event, role.member) is None
    with pytest.raises(RoomsRefused):
        place(room, [role.member], bo)


def test_room_that_was_removed_meanwhile_takes_nobody(event, bo):
    room = RoomFactory.create(event=event)
    Room.objects.all().delete()
    with pytest.raises(RoomsRefused, match="This room was removed meanwhile"):
        place(room, seated(event), bo)


def test_room_of_another_event_takes_nobody_of_this_one(event, bo):
    other = RoomFactory.create(event=WorkshopFactory.create().event_ptr)
    with pytest.raises(RoomsRefused, match="no confirmed place in this event"):
        place(other, seated(event), bo)


def test_whoever_cancels_leaves_her_place_to_another(event, bo):
    room = RoomFactory.create(event=event, name="Andes", capacity=1)
    gone, comes = seated(event, 2)
    place(room, [gone], bo)
    assert rooms.room_of(event, gone) == room
    Registration.objects.filter(member=gone).update(state="cancelled", cancelled_by="member")
    assert rooms.room_of(event, gone) is None
    assert rooms.plan(event).rooms[0].people == []
    assert place(room, [comes], bo) == 1
    Registration.objects.filter(member=gone).update(state="confirmed", cancelled_by="")
    assert [one.member for one in rooms.plan(event).rooms[0].people] == [comes]


def test_database_holds_one_room_a_person(event, ana):
    room, other = RoomFactory.create_batch(2, event=event)
    RoomPlace.objects.create(event=event, room=room, member=ana, placed_at=NOW)
    with pytest.raises(IntegrityError, match="room_place_once"):
        RoomPlace.objects.create(event=event, room=other, member=ana, placed_at=NOW)


def test_room_of_somebody_costs_one_query(event, bo, django_assert_num_queries):
    room = RoomFactory.create(event=event)
    [one] = seated(event)
    place(room, [one], bo)
    with django_assert_num_queries(1):
        assert rooms.room_of(event, one) == room


# --- Filling ---


def test_filling_prefers_ones_language_then_the_emptiest(event, bo):
    RoomFactory.create(event=event, name="English", language="en", position=0)
    RoomFactory.create(event=event, name="Spanish", language="es", position=1)
    RoomFactory.create(event=event, name="Español", language="es", position=2)
    [eve] = seated(event, language="en")
    eva, una, ada = seated(event, 3, language="es")
    assert changes.fill(event=event, by=bo, at=NOW) == Outcome(4, 0, 0)
    assert where(eve, eva, una, ada) == ["English", "Spanish", "Español", "Spanish"]
    assert changes.fill(event=event, by=bo, at=NOW) == Outcome(0, 0, 0)


def test_filling_moves_nobody_and_leaves_the_team_out(event, bo):
    room = RoomFactory.create(event=event, name="French", language="fr")
    RoomFactory.create(event=event, name="English", language="en")
    one, other = seated(event, 2)
    helper = RoleFactory.create(event=event).member
    place(room, [one], bo)
    changes.fill(event=event, by=bo, at=NOW)
    assert where(one, other, helper) == ["French", "English", ""]


def test_filling_says_how_many_found_no_place_and_why(event, bo):
    other = CircleFactory.create()
    event.audience.add(other)
    room = RoomFactory.create(event=event, name="Home", capacity=1)
    room.audience.add(event.home)
    seated(event, 3)
    for _ in range(4):
        RegistrationFactory.create(event=event, member=join(MemberFactory.create(), other))
    assert changes.fill(event=event, by=bo, at=NOW) == Outcome(1, not_for=4, full=2)


def test_filling_without_rooms_is_refused(event, bo):
    with pytest.raises(RoomsRefused, match="There is no room yet"):
        changes.fill(event=event, by=bo, at=NOW)


CIRCLES, LANGUAGES = st.frozensets(st.integers(1, 3), max_size=2), st.sampled_from(["", "en", "es", "fr"])
GUESTS = st.lists(st.tuples(CIRCLES, LANGUAGES), max_size=12).map(
    lambda rows: [Guest(100 + pk, circles, frozenset({code})) for pk, (circles, code) in enumerate(rows)]
)
SPACES = st.lists(st.tuples(CIRCLES, LANGUAGES, st.none() | st.integers(0, 4), st.integers(0, 3)), max_size=5).map(
    lambda rows: [Space(pk, *row) for pk, row in enumerate(rows, 1)]
)


@given(GUESTS, SPACES)
def test_filling_never_goes_over_and_never_into_a_room_for_others(guests, spaces):
    found = allot(guests, spaces)
    people, rows = {one.pk: one for one in guests}, {one.pk: one for one in spaces}
    assert all(rows[room].is_for(people[who]) for who, room in found.items())
    for space in spaces:
        assert space.free is None or list(found.values()).count(space.pk) <= space.free
    assert allot(guests, spaces) == found


@given(GUESTS, SPACES)
def test_filling_places_as_many_as_can_be(guests, spaces):
    """Hall's rule: whoever is left stands in a group for whom all rooms together have too few places."""
    found = allot(guests, spaces)
    left = [one for one in guests if one.pk not in found]
    group, open_to = {one.pk for one in left}, set[int]()
    grown = True
    while grown:
        reached = {space.pk for space in spaces for one in guests if one.pk in group and space.is_for(one)}
        wider = group | {who for who, room in found.items() if room in reached}
        grown, group, open_to = (reached, wider) != (open_to, group), wider, reached
    free = [space.free for space in spaces if space.pk in open_to]
    assert not left or (None not in free and len(group) > sum(one or 0 for one in free))


@given(GUESTS, st.lists(LANGUAGES, min_size=1, max_size=4))
def test_filling_rooms_for_everybody_places_everybody(guests, languages):
    spaces = [Space(pk, language=code, free=12) for pk, code in enumerate(languages)]
    found = allot(guests, spaces)
    assert set(found) == {one.pk for one in guests}
    for one in guests:
        liked = min(space.strangeness(one) for space in spaces)
        assert next(space for space in spaces if space.pk == found[one.pk]).strangeness(one) == liked


# --- Two at the same moment ---


def attempt(room, person, by):
    """Place somebody; a refusal is an outcome too."""

    def act():
        try:
            return place(room, [person], by)
        except RoomsRefused as refusal:
            return str(refusal)

    return act


@pytest.mark.django_db(transaction=True)
def test_two_who_give_away_the_last_place(event, bo):
    room = RoomFactory.create(event=event, name="Andes", capacity=1)
    one, other = seated(event, 2)
    said = meet(attempt(room, one, bo), attempt(room, other, bo))
    assert said == "Andes has 0 free places, too few for those you chose. Nobody was moved."
    assert where(one, other) == ["Andes", ""]


@pytest.mark.django_db(transaction=True)
def test_two_who_fill_at_once_place_everybody_once(event, bo):
    RoomFactory.create(event=event)
    seated(event, 3)
    said = meet(lambda: changes.fill(event=event, by=bo, at=NOW), lambda: changes.fill(event=event, by=bo, at=NOW))
    assert (said, RoomPlace.objects.count()) == (Outcome(0, 0, 0), 3)


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_the_last_place_is_given_twice(event, bo, monkeypatch):
    """The negative control: both count before either has written."""
    room = RoomFactory.create(event=event, name="Andes", capacity=1)
    one, other = seated(event, 2)
    monkeypatch.setattr(changes, "lock_event", lambda pk: Event.objects.get(pk=pk))
    monkeypatch.setattr(changes, "_again", lambda _event, room: room)
    assert meet(attempt(room, one, bo), attempt(room, other, bo), waits=False) == 1
    assert where(one, other) == ["Andes", "Andes"]
