"""The team's pages of an event's rooms: which there are, who is where, also on paper, and what was noted."""

import html
from uuid import uuid4

import pytest
from django.urls import reverse

from events.models import Registration, Role, Room, RoomPlace
from members.models import Member
from tests.factories import MemberFactory, RegistrationFactory, RoleFactory, RoomFactory, join
from tests.html_forms import fields_of
from tests.pages.test_registration_desk import NAUGHTY
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


def seated(event, name, room=None, **more) -> Member:
    """Somebody with a confirmed registration, in a room or in none."""
    wanted = more.pop("interpretation", "")
    member = join(MemberFactory.create(name=name, **more), event.home)
    RegistrationFactory.create(event=event, member=member, interpretation=wanted)
    if room:
        RoomPlace.objects.create(event=event, room=room, member=member, placed_at=event.starts_at)
    return member


def page(browser, event, query="", name="room_list"):
    return browser.get(reverse(name, args=[event.pk]) + query)


def press(browser, event, do, chosen=(), *, query="", key=None, **more):
    data = {"submission": key or uuid4(), "do": do, "chosen": [one.pk for one in chosen], **more}
    return browser.post(reverse("room_list", args=[event.pk]) + query, data)


def said(browser, event) -> list[str]:
    return [str(message) for message in page(browser, event).context["messages"]]


def people(answer) -> list[str]:
    return [one.member.name for one in answer.context["page"]]


def words_of(answer) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def room_data(**more):
    return {"submission": uuid4(), "name_en": "Andes", "language": "", "capacity": "", "join_url": "", **more}


# --- The rooms ---


def test_event_without_rooms_says_what_they_are_for(as_bo, workshop):
    answer = page(as_bo, workshop)
    assert "This event has no rooms: everybody is together." in words_of(answer)
    assert reverse("room_create", args=[workshop.pk]) in words_of(answer)


def test_page_says_of_each_room_what_it_is(as_bo, workshop, ana):
    room = RoomFactory.create(
        event=workshop, name="Andes", language="es", capacity=2, join_url="https://meet.example.org/andes"
    )
    room.hosts.add(RoleFactory.create(event=workshop, member=ana, kind="co_facilitator"))
    room.hosts.add(
        RoleFactory.create(event=workshop, kind="co_facilitator", state="declined", member__name="Gone Host")
    )
    room.audience.add(workshop.home)
    seated(workshop, "Eva", room)
    text = words_of(page(as_bo, workshop))
    for words in ("Andes", "Spanish", "Ana Quispe", "1 of 2", "is there", workshop.home.name):
        assert words in text
    assert "Gone Host" not in text and "not yet" not in text and "meet.example.org" not in text


def test_room_is_added_changed_and_removed(as_bo, workshop):
    create = reverse("room_create", args=[workshop.pk])
    more = {"name_es": "Los Andes", "language": "es", "capacity": "12", "join_url": "https://meet.example.org/1"}
    answer = as_bo.post(create, room_data(audience=[workshop.home_id], **more))
    room = Room.objects.get()
    assert (answer.status_code, room.name_en, room.name_es, room.capacity) == (302, "Andes", "Los Andes", 12)
    address = reverse("room_edit", args=[workshop.pk, room.pk])
    shown = fields_of(as_bo.get(address))
    assert (shown["name_es"], shown["audience"], shown["language"]) == (["Los Andes"], [str(workshop.home_id)], ["es"])
    as_bo.post(address, room_data(name_en="Amazon"))
    assert Room.objects.values_list("name_en", "name_es", "capacity").get() == ("Amazon", "", None)
    assert as_bo.post(address, {"submission": uuid4(), "do": "remove"}).status_code == 302
    assert said(as_bo, workshop) == ["The room was changed.", "The room was removed."]
    assert not Room.objects.exists()


def test_form_sent_twice_makes_one_room(as_bo, workshop):
    data = room_data()
    for _ in range(2):
        assert as_bo.post(reverse("room_create", args=[workshop.pk]), data).status_code == 302
    answer = as_bo.post(reverse("room_create", args=[workshop.pk]), {**data, "name_en": "Another"})
    assert (answer.status_code, Room.objects.count()) == (422, 1)
    assert "This page was sent before." in words_of(answer)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name_en": ""}, "This field is required."),
        ({"name_en": "A\u202eB"}, "Please remove the invisible characters"),
        ({"join_url": "http://meet.example.org"}, "Please use a link that begins with https://."),
        ({"join_url": "javascript:alert(1)"}, "Please use a link that begins with https://."),
        ({"capacity": "0"}, "greater than or equal to 1"),
        ({"language": "xx"}, "Select a valid choice"),
        ({"audience": "99999"}, "Select a valid choice"),
        ({"hosts": "99999"}, "Select a valid choice"),
        ({"submission": "no key"}, "valid UUID"),
    ],
)
def test_wrong_room_is_refused_with_a_sentence_and_what_was_typed(as_bo, workshop, wrong, sentence):
    answer = as_bo.post(reverse("room_create", args=[workshop.pk]), room_data(name_fr="Les Andes", **wrong))
    assert (answer.status_code, Room.objects.count()) == (422, 0)
    assert sentence in words_of(answer) and fields_of(answer)["name_fr"] == ["Les Andes"]


def test_too_few_places_are_refused_with_the_number(as_bo, workshop):
    room = RoomFactory.create(event=workshop)
    for name in ("Eva", "Una"):
        seated(workshop, name, room)
    answer = as_bo.post(reverse("room_edit", args=[workshop.pk, room.pk]), room_data(capacity="1"))
    assert answer.status_code == 422
    assert "2 people are in this room; there cannot be fewer places. Take people out first." in words_of(answer)


def test_room_with_results_cannot_be_removed(as_bo, workshop, bo, at):
    room = RoomFactory.create(event=workshop)
    room.notes.create(event=workshop, author=bo, words="Shade", version=1, updated_at=at)
    answer = as_bo.post(reverse("room_edit", args=[workshop.pk, room.pk]), {"submission": uuid4(), "do": "remove"})
    assert (answer.status_code, Room.objects.count()) == (422, 1)
    assert "Results were noted in this room, so it stays." in words_of(answer)


def test_room_of_another_event_is_not_found(as_bo, workshop):
    room = RoomFactory.create()
    assert as_bo.get(reverse("room_edit", args=[workshop.pk, room.pk])).status_code == 404


# --- Who is where ---


def test_people_are_listed_room_by_room(as_bo, workshop):
    andes = RoomFactory.create(event=workshop, name="Andes")
    seated(workshop, "Eva", andes, country="PE", language="es")
    seated(workshop, "Una", interpretation="fr")
    RoleFactory.create(event=workshop, member__name="Sam Speaker", kind="speaker")
    assert people(page(as_bo, workshop)) == ["Una"]
    assert people(page(as_bo, workshop, f"?room={andes.pk}")) == ["Eva"]
    assert people(page(as_bo, workshop, "?room=team")) == ["Sam Speaker"]
    assert people(page(as_bo, workshop, "?room=nonsense")) == ["Una"]
    assert "Una<small>Ghana · English, interpretation into French" in words_of(page(as_bo, workshop))


def test_people_ticked_are_moved_in_one_go_and_taken_out(as_bo, workshop):
    andes, amazon = (RoomFactory.create(event=workshop, name=name) for name in ("Andes", "Amazon"))
    eva, una = seated(workshop, "Eva", andes), seated(workshop, "Una")
    answer = press(as_bo, workshop, "move", [eva, una], query="?room=", to=amazon.pk)
    assert (answer.status_code, answer.url) == (302, reverse("room_list", args=[workshop.pk]) + "?room=")
    assert set(RoomPlace.objects.values_list("member", "room")) == {(eva.pk, amazon.pk), (una.pk, amazon.pk)}
    press(as_bo, workshop, "out", [eva])
    press(as_bo, workshop, "empty")
    assert said(as_bo, workshop) == [
        "2 people are now in Amazon.",
        "1 person was taken out.",
        "1 person was taken out.",
    ]
    assert not RoomPlace.objects.exists()


def test_rooms_are_filled_and_the_page_says_who_is_left(as_bo, workshop):
    RoomFactory.create(event=workshop, capacity=2)
    for name in ("Eva", "Una", "Ada"):
        seated(workshop, name)
    assert press(as_bo, workshop, "fill").status_code == 302
    assert said(as_bo, workshop) == [
        "2 people got a room.", "1 person could not be placed: the rooms for them are full.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("do", "more", "sentence"),
    [
        ("move", {}, "Please choose the room they move to."),
        ("move", {"to": 99999}, "Select a valid choice"),
        ("move", {"to": "' OR 1=1"}, "Select a valid choice"),
        ("away", {}, "Please press one of the buttons. Nothing was changed."),
        ("", {}, "Please press one of the buttons. Nothing was changed."),
    ],
)
def test_wrong_move_is_refused_and_what_was_ticked_stays(as_bo, workshop, do, more, sentence):
    RoomFactory.create(event=workshop)
    eva = seated(workshop, "Eva")
    answer = press(as_bo, workshop, do, [eva], **more)
    assert (answer.status_code, fields_of(answer).get("chosen")) == (422, [str(eva.pk)])
    assert sentence in words_of(answer)


def test_moving_nobody_is_refused(as_bo, workshop):
    room = RoomFactory.create(event=workshop)
    assert "Please tick somebody first." in words_of(press(as_bo, workshop, "move", to=room.pk))


def test_full_room_takes_nobody_and_says_so(as_bo, workshop):
    room = RoomFactory.create(event=workshop, name="Andes", capacity=1)
    seated(workshop, "Eva", room)
    una = seated(workshop, "Una")
    answer = press(as_bo, workshop, "move", [una], to=room.pk)
    assert answer.status_code == 422
    assert "Andes has 0 free places, too few for those you chose. Nobody was moved." in words_of(answer)


def test_stranger_to_the_event_is_moved_nowhere(as_bo, workshop, cy):
    room = RoomFactory.create(event=workshop)
    answer = press(as_bo, workshop, "move", [cy], to=room.pk)
    assert (answer.status_code, RoomPlace.objects.count()) == (422, 0)


def test_whoever_cancelled_is_in_no_list(as_bo, workshop):
    room = RoomFactory.create(event=workshop)
    eva = seated(workshop, "Eva", room)
    Registration.objects.filter(member=eva).update(state="cancelled", cancelled_by="member")
    for query in ("", f"?room={room.pk}"):
        assert people(page(as_bo, workshop, query)) == []
    assert "Eva" not in words_of(page(as_bo, workshop, name="room_print"))


def test_two_hundred_people_fit_on_small_pages(as_bo, workshop):
    room = RoomFactory.create(event=workshop)
    members = Member.objects.bulk_create(MemberFactory.build_batch(200, language="pt-br"))
    rows = [Registration(event=workshop, member=one, state="confirmed") for one in members]
    for row in rows:
        row.created_at = row.state_since = workshop.starts_at
    Registration.objects.bulk_create(rows)
    first, second = page(as_bo, workshop, "?all=1"), page(as_bo, workshop, "?page=2")
    assert (len(people(first)), len(people(second))) == (100, 100)
    assert len(fields_of(first)["chosen"]) == 100
    press(as_bo, workshop, "fill")
    sizes = [len(first.content), len(page(as_bo, workshop, f"?room={room.pk}").content)]
    assert max(*sizes, len(page(as_bo, workshop, name="room_print").content)) < 60_000


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("room_list", 11), ("room_print", 10), ("room_notes", 8)])
def test_pages_cost_the_same_for_one_and_three(as_bo, workshop, at, rows, name, queries, django_assert_num_queries):
    for number in range(rows):
        room = RoomFactory.create(event=workshop)
        role = RoleFactory.create(event=workshop, kind="co_facilitator")
        room.hosts.add(role)
        room.audience.add(workshop.home)
        room.notes.create(event=workshop, author=role.member, words="Shade", version=1, updated_at=at)
        seated(workshop, f"Eva {number}", room)
        seated(workshop, f"Una {number}")
    page(as_bo, workshop, name=name)
    with django_assert_num_queries(queries):
        page(as_bo, workshop, name=name)


# --- On paper, and what was noted ---


def test_sheets_name_people_countries_and_languages_and_nothing_private(as_bo, workshop):
    room = RoomFactory.create(event=workshop, name="Andes", language="es")
    eva = seated(workshop, "Eva", room, country="PE", language="es", email="eva@example.org")
    Registration.objects.filter(member=eva).update(needs=["captions"], note="Slow line")
    seated(workshop, "Una", country="CI")
    text = words_of(page(as_bo, workshop, name="room_print"))
    for words in ("Andes <small>1 person", "Eva", "Peru", "Spanish", "Without a room", "Una", "Côte d’Ivoire"):
        assert words in text
    assert "eva@example.org" not in text and "Captions" not in text and "Slow line" not in text


def test_sheets_can_begin_each_room_on_a_sheet_of_its_own(as_bo, workshop):
    RoomFactory.create(event=workshop)
    assert "sheets--apart" not in words_of(page(as_bo, workshop, name="room_print"))
    assert "sheets--apart" in words_of(page(as_bo, workshop, "?pages=1", name="room_print"))


def test_team_reads_what_was_noted_everywhere(as_bo, workshop, ana, at):
    room = RoomFactory.create(event=workshop, name="Andes")
    room.notes.create(event=workshop, author=ana, words="Shade & <b>water</b>", version=1, updated_at=at)
    text = page(as_bo, workshop, name="room_notes").content.decode()
    assert "Shade &amp; &lt;b&gt;water&lt;/b&gt;" in text and "Andes" in text and "Ana Quispe" in text


# --- Who may ---


@pytest.mark.parametrize(
    ("kind", "state", "answers"),
    [
        ("facilitator", "accepted", {"room_list": 200, "room_create": 200, "room_notes": 200, "room_print": 200}),
        ("facilitator", "invited", {"room_list": 403, "room_create": 403, "room_notes": 403, "room_print": 403}),
        ("co_facilitator", "accepted", {"room_list": 403, "room_create": 403, "room_notes": 403, "room_print": 200}),
        ("interpreter", "accepted", {"room_list": 403, "room_create": 403, "room_notes": 403, "room_print": 403}),
        ("facilitator", "declined", {"room_list": 404, "room_create": 404, "room_notes": 404, "room_print": 404}),
    ],
)
def test_roles_open_what_is_theirs(workshop, cy, kind, state, answers):
    Role.objects.create(event=workshop, member=cy, kind=kind, state=state)
    browser = sign_in(cy)
    assert {name: page(browser, workshop, name=name).status_code for name in answers} == answers


def test_co_facilitator_puts_nobody_anywhere(workshop, cy):
    RoleFactory.create(event=workshop, member=cy, kind="co_facilitator")
    room, eva = RoomFactory.create(event=workshop), seated(workshop, "Eva")
    assert press(sign_in(cy), workshop, "move", [eva], to=room.pk).status_code == 403
    assert not RoomPlace.objects.exists()


@pytest.mark.parametrize("words", [words for words in NAUGHTY if "<" in words or "{" in words])
def test_hostile_words_are_shown_as_typed(as_bo, workshop, words):
    line = " ".join(words.split())[:80].strip()
    answer = as_bo.post(reverse("room_create", args=[workshop.pk]), room_data(name_en=words[:80], name_es=words[:80]))
    if answer.status_code == 422:  # refused in words, with what was typed
        assert not Room.objects.exists()
        return
    seated(workshop, line, Room.objects.get())
    for name, query in (("room_list", ""), ("room_print", ""), ("room_list", f"?room={Room.objects.get().pk}")):
        text = page(as_bo, workshop, query, name=name).content.decode()
        assert html.escape(line) in text and ("<" not in line or line not in text)
