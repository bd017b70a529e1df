"""Coming in leaves evidence: once a minute, with those at the same device, and only through an open door."""

from datetime import timedelta

import pytest

from audit.models import Entry
from events import check_in, joining
from events.actions import joining as coming_in
from events.joining import JoinRefused
from events.models import Attendance, AttendanceEvidence, Event, Registration, Role, Room
from events.models.rooms import RoomPlace
from tests.events.test_two_at_once import meet
from tests.factories import MemberFactory, RegistrationFactory, RoleFactory, RoomFactory

MINUTE = timedelta(minutes=1)
LINK = "https://meet.example.org/secret-room"


@pytest.fixture
def event(workshop) -> Event:
    Event.objects.filter(pk=workshop.pk).update(join_url=LINK)
    workshop.refresh_from_db()
    return workshop


@pytest.fixture
def guest(event, ana):
    RegistrationFactory.create(event=event, member=ana)
    return joining.guest_at(event, ana)


@pytest.fixture
def at(event):
    """Five minutes before the start."""
    return event.starts_at - 5 * MINUTE


def click(guest, at, people=1, beside=()):
    return coming_in.click(guest=guest, people=people, beside=list(beside), by=guest.member, at=at)


def redeem(guest, typed, at):
    return coming_in.redeem(guest=guest, typed=typed, by=guest.member, at=at)


def evidence() -> list[tuple[object, ...]]:
    rows = AttendanceEvidence.objects.order_by("id")
    return list(rows.values_list("member__name", "source", "people", "raw_name", "match"))


def test_click_is_written_down_with_its_moment_and_marks_nobody(guest, at):
    assert click(guest, at)
    row = AttendanceEvidence.objects.get()
    assert (row.member, row.source, row.joined_at, row.created_at) == (guest.member, "join_click", at, at)
    assert (Attendance.objects.count(), Entry.objects.count()) == (0, 0)


def test_click_within_a_minute_is_the_same_coming_in(guest, at):
    clicks = [click(guest, at + timedelta(seconds=seconds)) for seconds in (0, 59, 60, 90, 120)]
    assert clicks == [True, False, True, False, True]
    assert AttendanceEvidence.objects.count() == 3


def test_more_people_within_the_minute_are_written_down(guest, at):
    assert [click(guest, at, people) for people in (1, 2, 2, 1)] == [True, True, False, False]
    assert [row[2] for row in evidence()] == [1, 2]


def test_those_beside_her_are_named_once_and_matched_to_nobody(guest, at):
    MemberFactory.create(name="Kofi")
    click(guest, at, 1, ["Kofi", "Esi"])
    click(guest, at + 2 * MINUTE, 4, ["KOFI", "Yaw"])
    beside = f"beside:{guest.member.pk}"
    assert evidence() == [
        ("Ana Quispe", "join_click", 3, "", ""),
        (None, "join_click", 1, "Kofi", beside),
        (None, "join_click", 1, "Esi", beside),
        ("Ana Quispe", "join_click", 4, "", ""),
        (None, "join_click", 1, "Yaw", beside),
    ]


def test_too_many_names_are_refused_whole(guest, at):
    click(guest, at, 1, [f"Name {n}" for n in range(19)])
    with pytest.raises(JoinRefused, match="too many names"):
        click(guest, at + 2 * MINUTE, 1, ["One more"])
    assert AttendanceEvidence.objects.count() == 20


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [(-20 - 1 / 60, "The doors are not open yet."), (-20, ""), (90 - 1 / 60, ""), (90, "This event is over.")],
)
def test_doors_open_twenty_minutes_before_and_shut_at_the_end(guest, minutes, sentence):
    at = guest.event.starts_at + timedelta(minutes=minutes)
    if not sentence:
        assert click(guest, at)
        return
    with pytest.raises(JoinRefused, match=sentence):
        click(guest, at)
    assert evidence() == []


@pytest.mark.parametrize("state", ["pending", "waitlisted", "offered", "declined", "cancelled", "expired"])
def test_without_a_confirmed_seat_nobody_comes_in(guest, at, state):
    more = {
        "waitlisted": {"queue_no": 1}, "offered": {"offer_expires_at": at}, "cancelled": {"cancelled_by": "staff"}
    }.get(state, {})  # fmt: skip
    Registration.objects.update(state=state, **more)
    for one in (guest, joining.guest_at(guest.event, guest.member)):  # as it was when the page was drawn, and as it is
        for act in (lambda one=one: click(one, at), lambda one=one: redeem(one, check_in.code_at(one.event, at), at)):
            with pytest.raises(JoinRefused, match="You have no place in this event any more"):
                act()
    assert evidence() == []


@pytest.mark.parametrize(("state", "comes_in"), [("invited", True), ("accepted", True), ("declined", False)])
def test_role_holder_comes_in_while_her_role_stands(event, at, state, comes_in):
    role = RoleFactory.create(event=event, kind=Role.Kind.INTERPRETER, channel="es", state=state)
    guest = joining.guest_at(event, role.member)
    assert guest.is_admitted == comes_in
    if comes_in:
        assert click(guest, at)
    else:
        with pytest.raises(JoinRefused):
            click(guest, at)
    assert AttendanceEvidence.objects.count() == comes_in


def test_code_counts_once_for_each_person(guest, at):
    code = check_in.code_at(guest.event, at)
    assert [redeem(guest, typed, at) for typed in (code, code.lower(), f" {code[:3]}-{code[3:]} ")] == [
        True,
        False,
        False,
    ]
    assert evidence() == [("Ana Quispe", "code", 1, "", "")]
    assert AttendanceEvidence.objects.get().joined_at == at


@pytest.mark.parametrize("which", ["old", "early", "of another event", "wrong", "empty"])
def test_wrong_or_old_code_changes_nothing(guest, at, which):
    other = Event(uid=Event._meta.get_field("uid").get_default())
    typed = {
        "old": check_in.code_at(guest.event, at - 10 * MINUTE), "early": check_in.code_at(guest.event, at + 5 * MINUTE),
        "of another event": check_in.code_at(other, at), "wrong": "222222", "empty": "",
    }[which]  # fmt: skip
    with pytest.raises(JoinRefused, match="This is not the code that is shown now"):
        redeem(guest, typed, at)
    assert evidence() == []


def test_code_is_taken_a_quarter_of_an_hour_after_the_end(guest):
    last = guest.event.ends_at + 15 * MINUTE
    with pytest.raises(JoinRefused, match="until 15 minutes after the end"):
        redeem(guest, check_in.code_at(guest.event, last), last)
    before = last - timedelta(seconds=1)
    assert redeem(guest, check_in.code_at(guest.event, before), before)


# --- Where the door leads ---


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "http://meet.example.org/", "data:text/html,x", "//meet.example.org/", "https://",
        "https:///x", "HTTPSX://meet.example.org", "", "https://[::1", " javascript:alert(1)//https://x",
    ],
)  # fmt: skip
def test_no_other_scheme_than_https_is_a_way_in(guest, address):
    guest.event.join_url = address
    assert joining.way_in(address) == ""
    with pytest.raises(JoinRefused, match="The meeting link is missing"):
        joining.link_for(guest, [], None)


def test_room_of_hers_stands_in_where_the_event_has_no_link(guest):
    mine = RoomFactory.create(event=guest.event, join_url="https://meet.example.org/room")
    RoomPlace.objects.create(room=mine, event=guest.event, member=guest.member, placed_at=guest.event.starts_at)
    rooms = joining.rooms_of(guest)
    assert joining.link_for(guest, rooms, None) == LINK
    guest.event.join_url = ""
    assert joining.link_for(guest, rooms, None) == joining.link_for(guest, rooms, mine.pk) == mine.join_url


def test_room_of_others_is_not_hers_and_one_she_hosts_is(guest):
    other = RoomFactory.create(event=guest.event, join_url="https://meet.example.org/other")
    assert joining.rooms_of(guest) == []
    with pytest.raises(JoinRefused, match="Your room has changed"):
        joining.link_for(guest, joining.rooms_of(guest), other.pk)
    role = RoleFactory.create(event=guest.event, member=guest.member, kind=Role.Kind.CO_FACILITATOR)
    other.hosts.add(role)
    assert joining.rooms_of(joining.guest_at(guest.event, guest.member)) == [Room.objects.get()]


@pytest.mark.parametrize(
    ("asked", "offered", "floor", "channel"),
    [("fr", ["es", "fr"], "en", "fr"), ("", ["es", "fr"], "en", "es"), ("", ["fr"], "en", ""),
     ("pt-br", ["es"], "en", "es"), ("", ["es"], "es", "")],
)  # fmt: skip
def test_channel_is_the_one_she_asked_for_or_her_own(guest, asked, offered, floor, channel):
    guest.event.interpretation, guest.event.floor_language = offered, floor
    guest.seat.interpretation = asked
    assert guest.channel == channel


# --- Two at once ---


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_is_written_down(guest, at):
    assert meet(lambda: click(guest, at), lambda: click(guest, at)) is False
    assert AttendanceEvidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_codes_at_once_one_is_written_down(guest, at):
    code = check_in.code_at(guest.event, at)
    assert meet(lambda: redeem(guest, code, at), lambda: redeem(guest, code, at)) is False
    assert AttendanceEvidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_clicks_are_written_down(guest, at, monkeypatch):
    """The negative control: neither sees the other."""
    monkeypatch.setattr(coming_in, "_hold", lambda _guest: None)
    assert meet(lambda: click(guest, at), lambda: click(guest, at), waits=False) is True
    assert AttendanceEvidence.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_people_who_come_in_at_once_do_not_wait_for_each_other(guest, event, at):
    other = joining.guest_at(event, RegistrationFactory.create(event=event).member)
    assert meet(lambda: click(guest, at), lambda: click(other, at), waits=False) is True
