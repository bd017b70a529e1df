"""The join page: signed in, or by the link of a mail; what it shows and takes, and where the meeting's link stands."""

import html
import io
import logging
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from events import check_in
from events.models import AttendanceEvidence, Event, Registration, Role, Room
from events.models.rooms import RoomPlace
from events.places import FEEDBACK, JOIN, JOIN_ROLE, PLACE, join_role_link
from forestallies.lib import clock as portal_clock
from forestallies.logs import MaskSecrets
from tests import world as worlds
from tests.emails import people, samples
from tests.factories import EventFactory, MemberFactory, RegistrationFactory, RoleFactory, RoomFactory, WorkshopFactory
from tests.pages.join_page import (
    DIAL_IN,
    LINK,
    MEETING,
    NUMBER,
    OPENED,
    PASSCODE,
    evidence,
    has_button,
    path,
    press,
    signed_in,
    text,
    type_code,
)
from tests.world import sign_in

MATRIX = tomllib.loads((Path(__file__).parents[1] / "authorisation.toml").read_text())

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def _nobody_tried_yet(db):
    cache.clear()


# --- What it shows ---


def test_link_of_the_mail_opens_the_page_without_signing_in(client, mine, open_doors):
    answer = client.get(path(mine))
    assert (answer.status_code, has_button(answer)) == (200, True)
    shown = text(answer)
    for words in (NUMBER, PASSCODE, 'href="tel:+233302000000"', "about 2.4 GB, with sound alone about 0.1 GB",
                  "PE Ana Quispe", 'href="tel:+233201111111"', 'name="code"', "We are two or more"):  # fmt: skip
        assert words in shown
    assert LINK not in shown


def test_own_time_comes_first_and_the_country_line_below(client, mine, open_doors):
    shown = text(client.get(path(mine)))
    own, others = shown.index("08:00"), shown.index("08:00 PE · 13:00 GH")
    assert own < others and "(Lima, UTC−5)" in shown[own:others]


@pytest.mark.parametrize(
    ("seconds", "is_open"), [(-20 * 60 - 1, False), (-20 * 60, True), (90 * 60 - 1, True), (90 * 60, False)]
)
def test_doors_open_twenty_minutes_before_and_shut_at_the_end(client, mine, meeting, clock, seconds, is_open):
    clock.move_to(meeting.starts_at + timedelta(seconds=seconds))
    answer = client.get(path(mine))
    assert has_button(answer) == (NUMBER in text(answer)) == is_open
    assert press(client, path(mine)).status_code == (303 if is_open else 422)
    assert AttendanceEvidence.objects.count() == is_open


def test_before_the_doors_it_says_when_they_open_in_her_zone(client, mine, meeting, clock):
    shown = text(client.get(path(mine)))
    assert "The doors open at <strong>Wednesday, 2 December 2026, 07:40 (Lima, UTC−5)</strong>." in shown
    for secret in (LINK, NUMBER, PASSCODE, "200 0000", 'name="code"'):
        assert secret not in shown


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("cancelled", "This event does not take place."),
        ("closed", "This event is over."),
        ("draft", "still being prepared"),
    ],
)
def test_each_state_of_the_event_has_its_sentence(client, mine, meeting, open_doors, state, sentence):
    Event.objects.filter(pk=meeting.pk).update(state=state)
    answer = client.get(path(mine))
    assert (answer.status_code, sentence in text(answer), has_button(answer)) == (200, True, False)
    assert press(client, path(mine)).status_code == 422 and evidence() == []


def test_link_of_a_seat_that_was_given_up_shows_nothing_of_the_meeting(client, mine, meeting, open_doors):
    Registration.objects.update(state="cancelled", cancelled_by="member")
    shown = text(client.get(path(mine)))
    assert "You have no place in this event any more" in shown
    assert not any(secret in shown for secret in (NUMBER, PASSCODE, "200 0000", 'name="code"'))
    refused = press(client, path(mine))
    assert (refused.status_code, "You have no place" in text(refused), evidence()) == (422, True, [])
    assert type_code(client, path(mine), check_in.code_at(meeting, portal_clock.now())).status_code == 422
    assert client.get(f"{path(mine)}go/").url == path(mine)


def test_moved_event_opens_its_doors_at_the_new_hour(client, mine, meeting, open_doors):
    press(client, path(mine))
    meeting.wall_date = meeting.wall_date.replace(day=3)
    meeting.save(update_fields=["wall_date"])
    assert not has_button(client.get(path(mine)))
    open_doors.move_to(meeting.starts_at)
    assert client.get(f"{path(mine)}go/").status_code == 302  # yesterday's click opens nothing


def test_interpretation_is_explained_to_whom_it_is_for(client, mine, meeting, open_doors):
    Event.objects.filter(pk=meeting.pk).update(interpretation=["es", "fr"])
    assert "Interpretation into" not in text(client.get(path(mine)))
    Registration.objects.update(interpretation="fr")
    shown = text(client.get(path(mine)))
    assert "Interpretation into French" in shown and "choose French" in shown


def test_speaks_the_language_of_her_whose_link_it_is(client, mine, ana, open_doors):
    ana.language = "es"
    ana.save(update_fields=["language"])
    answer = Client(headers={"accept-language": "fr"}).get(path(mine))
    assert (answer.headers["Content-Language"], '<html lang="es">' in text(answer)) == ("es", True)
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow" and "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("minutes", "asked"), [(84, False), (85, True), (95, True)])
def test_feedback_is_asked_for_in_the_last_five_minutes(client, mine, meeting, clock, monkeypatch, minutes, asked):
    monkeypatch.setattr(FEEDBACK, "name", "place_page")  # any address with a token
    clock.move_to(meeting.starts_at + timedelta(minutes=minutes))
    assert (f'href="/place/{FEEDBACK.token(mine.pk)}/"' in text(client.get(path(mine)))) == asked


def test_hostile_words_are_shown_as_typed(client, mine, meeting, ana, open_doors):
    words = '"><script>alert(1)</script>{{1111*1111}}'
    Event.objects.filter(pk=meeting.pk).update(title=words, meeting_number=words[:40], passcode=words[:40],
                                               dial_in=words, urgent_contact=words)  # fmt: skip
    ana.name = words
    ana.save(update_fields=["name"])
    room = RoomFactory.create(event=meeting, name=words, join_url=LINK)
    RoomPlace.objects.create(room=room, event=meeting, member=ana, placed_at=meeting.starts_at)
    page = client.get(path(mine)).content.decode()
    assert "<script>alert" not in page and "1234321" not in page
    assert page.count(html.escape(words)) == 8  # title, heading, name, room, number, passcode, telephone, contact


def test_weighs_little_and_asks_the_database_seldom(client, mine, meeting, open_doors, django_assert_num_queries):
    for _ in range(3):
        room = RoomFactory.create(event=meeting)
        RoleFactory.create(event=meeting)
    RoomPlace.objects.create(room=room, event=meeting, member=mine.member, placed_at=meeting.starts_at)
    client.get(path(mine))
    with django_assert_num_queries(5):
        answer = client.get(path(mine))
    assert len(answer.content) < 30_000


def test_signed_in_page_asks_the_database_seldom_too(meeting, mine, open_doors, django_assert_num_queries):
    browser = sign_in(mine.member)
    browser.get(signed_in(meeting))
    with django_assert_num_queries(8):
        assert has_button(browser.get(signed_in(meeting)))


# --- Who opens it ---


def test_member_with_a_seat_opens_it_signed_in(as_ana, mine, meeting, open_doors):
    assert has_button(as_ana.get(signed_in(meeting)))
    assert press(as_ana, signed_in(meeting)).url == f"{signed_in(meeting)}go/"
    assert LINK in text(as_ana.get(f"{signed_in(meeting)}go/"))


def test_member_without_a_seat_is_led_to_the_event(as_ana, ana, meeting, clock):
    clock.move_to(meeting.starts_at)
    answer = as_ana.get(signed_in(meeting), follow=True)
    assert answer.redirect_chain == [(meeting.get_absolute_url(), 302)]
    assert "You need a place in this event to join it." in text(answer)
    for verb in ("get", "post"):
        assert getattr(as_ana, verb)(signed_in(meeting)).url == meeting.get_absolute_url()


def test_stranger_finds_nothing_and_anonymous_visitors_sign_in(client, cy, mine, meeting, open_doors):
    assert client.get(signed_in(meeting)).url.startswith(reverse("account_login"))
    browser = sign_in(cy)
    for address in (signed_in(meeting), f"{signed_in(meeting)}go/"):
        assert browser.get(address).status_code == 404


def test_role_holder_joins_by_her_link_and_her_click_counts(client, meeting, open_doors):
    role = RoleFactory.create(event=meeting, kind=Role.Kind.SPEAKER, member=MemberFactory.create(name="Gus Guest"))
    address = urlsplit(join_role_link(role)).path
    assert has_button(client.get(address))
    assert LINK in text(client.get(press(client, address).url))
    assert evidence() == [("Gus Guest", "join_click", 1, "")]
    Role.objects.filter(pk=role.pk).update(state="declined")
    assert not has_button(client.get(address)) and client.get(f"{address}go/").url == address


def _forged(token):
    number, _, signature = token.partition(".")
    other = signing.Signer(salt="something.else", sep=".").sign(number)
    return [
        token[:-1], token[:5], f"{int(number) + 1}.{signature}", f"{number}.", number, ".", f"{token}x", other,
        PLACE.token(int(number)), JOIN_ROLE.token(int(number)), JOIN.token(999_999_999), JOIN.signer.sign("x"),
        JOIN.signer.sign("9" * 40), JOIN.signer.sign("-1"), "é.é",
    ]  # fmt: skip


@pytest.mark.parametrize("which", range(15))
def test_link_that_was_cut_forged_or_made_for_something_else_opens_nothing(client, mine, open_doors, which):
    token = _forged(JOIN.token(mine.pk))[which]
    for address in (f"/join/place/{token}/", f"/join/place/{token}/go/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert mine.event.title not in answer.content.decode()
    assert press(client, f"/join/place/{token}/").status_code == 404
    assert evidence() == []


def test_link_for_one_event_opens_no_other(client, mine, ana, open_doors):
    other = WorkshopFactory.create(join_url="https://meet.example.org/other", title="Another").event_ptr
    theirs = RegistrationFactory.create(event=other)
    press(client, path(mine))
    assert client.get(f"{path(theirs)}go/").url == path(theirs)  # her click is not theirs
    assert "Another" not in text(client.get(path(mine)))
    assert client.get(f"/join/role/{JOIN.token(mine.pk)}/").status_code == 404


def test_link_of_a_closed_account_opens_nothing(client, mine, ana, open_doors):
    press(client, path(mine))
    ana.is_active = False
    ana.save(update_fields=["is_active"])
    for address in (path(mine), f"{path(mine)}go/"):
        assert client.get(address).status_code == 404
    assert press(client, path(mine)).status_code == 404
    assert AttendanceEvidence.objects.count() == 1


@pytest.mark.parametrize("verb", ["put", "patch", "delete", "options", "trace"])
def test_other_verbs_are_refused(client, mine, open_doors, verb):
    for address in (path(mine), f"{path(mine)}go/"):
        assert getattr(client, verb)(address).status_code == 405
    assert client.post(f"{path(mine)}go/").status_code == 405


def test_form_from_elsewhere_is_refused(mine, open_doors):
    strict = Client(enforce_csrf_checks=True)
    assert press(strict, path(mine)).status_code == 403


@pytest.mark.parametrize("address", ["/join/place/1.secret/", "/join/place/1.secret/go/", "/join/role/1.secret/go/"])
def test_token_is_masked_in_logs(address):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(MaskSecrets("{message}", style="{"))
    handler.handle(logging.LogRecord("x", logging.INFO, "", 0, '"GET %s HTTP/1.1" 200', (address,), None))
    assert written.getvalue() == f'"GET {address.replace("1.secret", "…")} HTTP/1.1" 200\n'


# --- The click ---


def test_click_leads_on_through_a_page_that_sends_the_browser_to_the_meeting(client, mine, open_doors):
    answer = press(client, path(mine))
    assert (answer.status_code, answer.url) == (303, f"{path(mine)}go/")
    gone = client.get(answer.url)
    page = gone.content.decode()
    assert f'<meta http-equiv="refresh" content="0; url={html.escape(LINK)}">' in page
    assert re.findall(r'href="(https://meet[^"]*)"', page) == [html.escape(LINK)]
    assert gone.headers["Referrer-Policy"] == "no-referrer"
    assert NUMBER in page and PASSCODE in page and "tel:+233302000000" in page
    assert evidence() == [("Ana Quispe", "join_click", 1, "")]


def test_without_a_click_nobody_goes_on(client, as_ana, mine, meeting, open_doors):
    for browser, address in ((client, path(mine)), (as_ana, signed_in(meeting))):
        answer = browser.get(f"{address}go/")
        assert (answer.status_code, answer.url) == (302, address)
        assert LINK not in answer.content.decode()
    assert evidence() == []


def test_after_the_end_nobody_goes_on(client, mine, meeting, open_doors):
    press(client, path(mine))
    open_doors.move_to(meeting.ends_at)
    assert client.get(f"{path(mine)}go/").url == path(mine)


def test_same_form_sent_twice_counts_once(client, mine, open_doors):
    key = uuid4()
    for _ in range(2):
        assert press(client, path(mine), key).status_code == 303
        open_doors.shift(timedelta(minutes=2))
    assert AttendanceEvidence.objects.count() == 1
    press(client, path(mine))
    assert AttendanceEvidence.objects.count() == 2


def test_two_at_one_telephone_are_both_noted(client, mine, open_doors):
    press(client, path(mine), people="2", companions="Kofi Mensah\r\n  Esi   Boateng, kofi mensah\r\n\r\n")
    assert evidence() == [
        ("Ana Quispe", "join_click", 3, ""),
        (None, "join_click", 1, "Kofi Mensah"),
        (None, "join_click", 1, "Esi Boateng"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("people", "0", "from 1 to 20"), ("people", "21", "from 1 to 20"), ("people", "two", "a whole number"),
        ("people", "9" * 5000, "a whole number"), ("companions", "x" * 121, "at most 120 characters"),
        ("companions", "\u202eKofi", "reading direction"), ("companions", "\u200b", "can be seen"),
        ("companions", "\n".join(f"N {n}" for n in range(20)), "at most 19 names"),
        ("companions", "x" * 3001, "3000"),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence_and_nothing_typed_is_lost(client, mine, open_doors, field, value, sentence):
    answer = press(client, path(mine), **{field: value})
    assert (answer.status_code, sentence in text(answer), evidence()) == (422, True, [])
    assert value in answer.content.decode() and "Nothing was changed" in text(answer)


@pytest.mark.parametrize("data", [{"submission": ""}, {"submission": "x"}, {"room": "x"}, {"room": "1.5"}])
def test_incomplete_form_is_a_sentence_and_changes_nothing(client, mine, open_doors, data):
    answer = press(client, path(mine), **data)
    assert (answer.status_code, "nothing was changed" in text(answer).lower(), evidence()) == (422, True, [])


def test_key_of_one_form_does_not_send_the_other(client, mine, meeting, open_doors):
    key = uuid4()
    press(client, path(mine), key)
    assert type_code(client, path(mine), check_in.code_at(meeting, portal_clock.now()), key).status_code == 400


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://meet.example.org/", "data:text/html,x", "//x.example/"]
)
def test_stored_link_of_another_scheme_leads_nowhere(client, mine, meeting, open_doors, address):
    press(client, path(mine))
    Event.objects.filter(pk=meeting.pk).update(join_url=address)
    answer = client.get(path(mine))
    assert not has_button(answer) and "There is no meeting link yet. Please join by telephone" in text(answer)
    assert press(client, path(mine)).status_code == 422
    assert client.get(f"{path(mine)}go/").url == path(mine)
    assert AttendanceEvidence.objects.count() == 1


def test_room_of_her_own_has_a_second_button(client, mine, meeting, open_doors):
    room = RoomFactory.create(event=meeting, name="Ghana", join_url="https://meet.example.org/ghana")
    RoomPlace.objects.create(room=room, event=meeting, member=mine.member, placed_at=meeting.starts_at)
    assert f'name="room" value="{room.pk}">Your room: Ghana</button>' in text(client.get(path(mine)))
    answer = press(client, path(mine), room=room.pk)
    assert answer.url == f"{path(mine)}go/?room={room.pk}"
    gone = text(client.get(answer.url))
    assert room.join_url in gone and LINK not in gone


def test_room_of_others_opens_for_nobody_else(client, mine, meeting, open_doors):
    room = RoomFactory.create(event=meeting, name="Peru", join_url="https://meet.example.org/peru")
    refused = press(client, path(mine), room=room.pk)
    assert (refused.status_code, "Your room has changed" in text(refused), evidence()) == (422, True, [])
    press(client, path(mine))
    for forged in (str(room.pk), str(Room.objects.latest("pk").pk + 1), "0", "9" * 18):
        assert client.get(f"{path(mine)}go/?room={forged}").url == path(mine)
    assert LINK in text(client.get(f"{path(mine)}go/?room=٣"))  # no number: the event's own


# --- The meeting's link stands nowhere else ---


def whole(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return html.unescape(body.decode(errors="replace")).replace("\r\n ", "")


@pytest.mark.parametrize("person", ["anon", "cy", "ana", "fay", "bo", "root"])
def test_no_page_calendar_feed_or_export_holds_the_meeting_link(ana, bo, cy, clock, person):
    world = worlds.build(ana=ana, bo=bo, cy=cy, at=portal_clock.now())
    event = Event.objects.get(pk=world.arguments["event_id"])
    Event.objects.update(**MEETING)
    clock.move_to(event.starts_at - OPENED)
    browser, found = worlds.sign_in(world.people[person]), {}
    for name, row in MATRIX.items():
        if name not in {"admin", "allauth"} and "GET" in row:
            address = reverse(name, args=[world.arguments[argument] for argument in row.get("args", [])])
            found[name] = whole(browser.get(address))
    assert [name for name, page in found.items() if "secret-room" in page] == []
    numbers = {name for name, page in found.items() if NUMBER in page or PASSCODE in page or "200 0000" in page}
    assert numbers == {"join_place", "join_role"} | ({"join_event"} if person in ("ana", "fay") else set())


def test_the_one_page_behind_her_click_holds_it(client, mine, open_doors):
    """The negative control of the test above."""
    assert "secret-room" in whole(client.get(press(client, path(mine)).url))


@pytest.mark.parametrize("kind", [*samples.EVENT_KINDS, *samples.SEVERAL_KINDS])
def test_no_mail_and_none_of_its_calendars_holds_the_meeting_link(db, monkeypatch, kind):
    class Secret(EventFactory):
        join_url, meeting_number, passcode, dial_in = LINK, NUMBER, PASSCODE, DIAL_IN

    for place in (people, samples):
        monkeypatch.setattr(place, "EventFactory", Secret)
    mail = samples.message(kind)
    written = mail.subject + mail.text + html.unescape(mail.html) + mail.calendar.decode().replace("\r\n ", "")
    assert Event.objects.filter(join_url=LINK).exists()
    assert [secret for secret in ("secret-room", NUMBER, PASSCODE, "200 0000") if secret in written] == []


def test_doors_open_an_hour_ahead_for_the_team_and_twenty_minutes_for_participants(client, workshop, ana, clock):
    """Those with a part try sound and slides; an unanswered invitation opens no earlier."""
    accepted, invited = (RoleFactory.create(event=workshop, state=state) for state in ("accepted", "invited"))
    seat = RegistrationFactory.create(event=workshop, member=ana)
    pages = [JOIN_ROLE.address(accepted.pk), JOIN_ROLE.address(invited.pk), JOIN.address(seat.pk)]
    for minutes, doors in ((61, ["early"] * 3), (60, ["open", "early", "early"]), (20, ["open"] * 3)):
        clock.move_to(workshop.starts_at - timedelta(minutes=minutes))
        assert [client.get(urlsplit(page).path).context["door"] for page in pages] == doors
