"""The co-facilitator's page: her people without their addresses, and notes that nothing overwrites."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from events.models import Role, Room, RoomNote
from forestallies.lib.text import tidy
from tests.factories import MemberFactory, RoleFactory, RoomFactory, WorkshopFactory
from tests.html_forms import fields_of
from tests.pages.test_registration_desk import NAUGHTY
from tests.pages.test_rooms_pages import seated, words_of
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


@pytest.fixture
def eve(workshop):
    """A co-facilitator who accepted; she lives in Accra and holds no staff right."""
    member = MemberFactory.create(name="Eve Host", email="eve@example.org")
    RoleFactory.create(event=workshop, member=member, kind="co_facilitator")
    return member


@pytest.fixture
def as_eve(eve):
    return sign_in(eve, second_factor=False)


def hosted(event, member, name="Andes", **more) -> Room:
    room = RoomFactory.create(event=event, name=name, **more)
    room.hosts.add(Role.objects.get(event=event, member=member))
    return room


def address(event, room=None):
    return reverse("my_room", args=[event.pk]) + (f"?room={room.pk}" if room else "")


def noted(room, author, words, at, version=1) -> RoomNote:
    return RoomNote.objects.create(
        event=room.event, room=room, author=author, words=words, version=version, updated_at=at
    )


def send(browser, event, words, version=0, *, room=None, script=False):
    headers = {"accept": "application/json"} if script else {}
    return browser.post(address(event, room), {"words": words, "version": version}, headers=headers)


# --- Who is in the room ---


def test_host_sees_names_countries_languages_and_no_address(as_eve, eve, workshop):
    room = hosted(workshop, eve, language="es", join_url="https://meet.example.org/andes")
    seated(workshop, "Ama Boateng", room, country="CI", language="fr", email="ama@example.org", interpretation="es")
    seated(workshop, "Elsewhere", RoomFactory.create(event=workshop, name="Amazon"))
    text = words_of(as_eve.get(address(workshop)))
    for words in ("Andes", "Ama Boateng", "Côte d’Ivoire", "French, interpretation into Spanish", "To the join page"):
        assert words in text
    assert "ama@example.org" not in text and "Elsewhere" not in text and "Amazon" not in text
    assert "meet.example.org" not in text


def test_event_without_rooms_shows_everybody(as_eve, workshop):
    seated(workshop, "Ama Boateng", email="ama@example.org")
    text = words_of(as_eve.get(address(workshop)))
    assert "Ama Boateng" in text and "everybody is together" in text and "ama@example.org" not in text


def test_whoever_hosts_no_room_is_told_so_and_notes_nothing(as_eve, workshop):
    seated(workshop, "Ama Boateng", RoomFactory.create(event=workshop))
    text = words_of(as_eve.get(address(workshop)))
    assert "You are host of no room of this event." in text
    assert "Ama Boateng" not in text and "textarea" not in text


def test_host_of_two_rooms_chooses_between_them(as_eve, eve, workshop):
    first, second = hosted(workshop, eve, "Andes"), hosted(workshop, eve, "Amazon")
    seated(workshop, "Ama", first)
    seated(workshop, "Kofi", second)
    assert "Kofi" not in words_of(as_eve.get(address(workshop)))
    text = words_of(as_eve.get(address(workshop, second)))
    assert "Kofi" in text and "Ama<" not in text


# --- Who may ---


def test_other_people_are_kept_out(client, workshop, ana, cy, eve):
    assert client.get(address(workshop)).status_code == 302
    assert sign_in(cy).get(address(workshop)).status_code == 404
    assert sign_in(ana).get(address(workshop)).status_code == 403


def test_co_facilitator_of_another_event_finds_nothing(workshop, cy, ana):
    other = WorkshopFactory.create(slug="other").event_ptr
    for person in (cy, ana):
        RoleFactory.create(event=other, member=person, kind="co_facilitator")
    assert [sign_in(one).get(address(workshop)).status_code for one in (cy, ana)] == [404, 403]
    assert [send(sign_in(one), workshop, "Shade").status_code for one in (cy, ana)] == [404, 403]
    assert not RoomNote.objects.exists()


@pytest.mark.parametrize(("kind", "state"), [("interpreter", "accepted"), ("co_facilitator", "invited")])
def test_guests_and_those_who_did_not_accept_are_refused(workshop, cy, kind, state):
    RoleFactory.create(event=workshop, member=cy, kind=kind, state=state)
    assert sign_in(cy).get(address(workshop)).status_code == 403


def test_host_of_another_room_reads_and_writes_nothing_here(as_eve, eve, workshop, ana, at):
    hosted(workshop, eve)
    RoleFactory.create(event=workshop, member=ana, kind="co_facilitator")
    theirs = hosted(workshop, ana, "Amazon")
    noted(theirs, ana, "Secret results", at)
    assert as_eve.get(address(workshop, theirs)).status_code == 404
    assert "Secret results" not in words_of(as_eve.get(address(workshop)))
    answer = send(as_eve, workshop, "Mine", room=theirs)
    assert (answer.status_code, RoomNote.objects.get().words) == (422, "Secret results")
    assert "Secret results" not in words_of(answer) and fields_of(answer)["words"] == ["Mine"]


def test_hosts_of_one_room_read_each_other(as_eve, eve, workshop, ana, at):
    room = hosted(workshop, eve)
    room.hosts.add(RoleFactory.create(event=workshop, member=ana, kind="co_facilitator"))
    noted(room, ana, "What Ana heard", at)
    assert "What Ana heard" in words_of(as_eve.get(address(workshop)))
    assert fields_of(as_eve.get(address(workshop)))["words"] == [""]


# --- Notes ---


def test_words_are_saved_and_shown_again(as_eve, eve, workshop):
    room = hosted(workshop, eve)
    answer = send(as_eve, workshop, "Shade & <b>water</b>", room=room)
    assert (answer.status_code, answer.url) == (302, f"{address(workshop, room)}#note")
    shown = as_eve.get(address(workshop))
    assert (fields_of(shown)["words"], fields_of(shown)["version"]) == (["Shade & <b>water</b>"], ["1"])
    assert [str(message) for message in shown.context["messages"]] == ["Saved at 09:00 (Accra, UTC+0)"]
    assert "&lt;b&gt;water" in shown.content.decode()


def test_script_gets_the_new_version_and_the_hour(as_eve, eve, workshop, clock):
    room = hosted(workshop, eve)
    first = send(as_eve, workshop, "Shade", room=room, script=True)
    clock.shift(timedelta(minutes=5))
    second = send(as_eve, workshop, "Shade, water", 1, room=room, script=True)
    assert [json.loads(one.content) for one in (first, second)] == [
        {"version": 1, "said": "Saved at 09:00 (Accra, UTC+0)"},
        {"version": 2, "said": "Saved at 09:05 (Accra, UTC+0)"},
    ]


def test_answer_that_was_lost_may_be_sent_again(as_eve, eve, workshop):
    room = hosted(workshop, eve)
    versions = [json.loads(send(as_eve, workshop, "Shade", room=room, script=True).content)["version"] for _ in "ab"]
    assert (versions, RoomNote.objects.count()) == ([1, 1], 1)


def test_older_page_shows_both_texts_and_overwrites_nothing(as_eve, eve, workshop, at):
    room = hosted(workshop, eve)
    noted(room, eve, "From the phone", at, version=4)
    answer = send(as_eve, workshop, "From the laptop", 3, room=room)
    assert (answer.status_code, RoomNote.objects.get().words) == (409, "From the phone")
    assert "From the phone" in words_of(answer)
    assert (fields_of(answer)["words"], fields_of(answer)["version"]) == (["From the laptop"], ["4"])
    assert send(as_eve, workshop, "Both", 4, room=room).status_code == 302


def test_script_is_told_that_the_note_moved_on(as_eve, eve, workshop, at):
    room = hosted(workshop, eve)
    noted(room, eve, "From the phone", at, version=4)
    answer = send(as_eve, workshop, "From the laptop", 3, room=room, script=True)
    assert (answer.status_code, list(json.loads(answer.content))) == (409, ["error"])


@pytest.mark.parametrize("script", [False, True])
def test_too_many_words_are_refused_with_the_number_and_kept(as_eve, eve, workshop, script):
    words = "ñ" * 20_001
    answer = send(as_eve, workshop, words, room=hosted(workshop, eve), script=script)
    sentence = "At most 20000 characters fit here, and these are 20001. Please shorten them; nothing is lost."
    assert (answer.status_code, RoomNote.objects.count()) == (422, 0)
    if script:
        assert json.loads(answer.content) == {"error": sentence}
    else:
        assert sentence in words_of(answer) and fields_of(answer)["words"] == [words]


def test_line_breaks_of_browsers_count_once(as_eve, eve, workshop):
    answer = send(as_eve, workshop, "a\r\n" * 9_999 + "aa", room=hosted(workshop, eve))
    assert (answer.status_code, len(RoomNote.objects.get().words)) == (302, 20_000)


@pytest.mark.parametrize("version", ["", "x", "-1", "1e9", "99999999999", "<b>"])
def test_form_without_its_version_overwrites_nothing(as_eve, eve, workshop, at, version):
    room = hosted(workshop, eve)
    noted(room, eve, "Shade", at)
    answer = send(as_eve, workshop, "Water", version, room=room)
    assert (answer.status_code, RoomNote.objects.get().words) == (422, "Shade")
    assert (fields_of(answer)["words"], fields_of(answer)["version"]) == (["Water"], ["0"])


@pytest.mark.parametrize("asked", ["x", "99999", "-1", "' OR 1=1"])
def test_room_that_is_not_hers_is_not_found(as_eve, eve, workshop, asked):
    hosted(workshop, eve)
    assert as_eve.get(reverse("my_room", args=[workshop.pk]), {"room": asked}).status_code == 404


def test_note_of_the_whole_event_stays_in_reach_when_there_are_rooms(as_eve, eve, workshop):
    send(as_eve, workshop, "All together")
    hosted(workshop, eve)
    assert "?room=0" in words_of(as_eve.get(address(workshop)))
    assert fields_of(as_eve.get(address(workshop) + "?room=0"))["words"] == ["All together"]
    assert as_eve.post(address(workshop) + "?room=0", {"words": "More", "version": 1}).status_code == 302
    assert RoomNote.objects.values_list("room", "words").get() == (None, "More")


@pytest.mark.parametrize("words", [words for words in NAUGHTY if re.search(r"[<{&\r]", words)])
def test_hostile_words_are_shown_as_typed(as_eve, eve, workshop, words):
    answer = send(as_eve, workshop, words, room=hosted(workshop, eve))
    if answer.status_code in (400, 422):  # refused in words
        assert not RoomNote.objects.exists()
        return
    shown = as_eve.get(address(workshop))
    assert fields_of(shown)["words"] == [tidy(words, lines=True)]
    assert html.escape(tidy(words, lines=True)) in shown.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_for_one_and_three(as_eve, eve, workshop, at, rows, django_assert_num_queries):
    room = hosted(workshop, eve)
    noted(room, eve, "Mine", at)
    for number in range(rows):
        seated(workshop, f"Ama {number}", room)
        role = RoleFactory.create(event=workshop, kind="co_facilitator")
        room.hosts.add(role)
        noted(room, role.member, "Theirs", at)
        hosted(workshop, eve, f"Another {number}")
    as_eve.get(address(workshop))
    with django_assert_num_queries(10):
        as_eve.get(address(workshop))
