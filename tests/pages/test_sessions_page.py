"""Where I am signed in: in words one recognises, one ended, all others ended; also those nobody noted."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from audit.models import Entry
from members.actions import sessions
from members.models import Member, OpenSession

LIST, OTHERS = "/me/sessions/", "/me/sessions/end/"
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1"
SAMSUNG = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 SamsungBrowser/23.0 Chrome/115.0 Mobile Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"
PASSWORD = "under the shade trees"


@pytest.fixture
def member(ana, clock) -> Member:
    ana.language = "en"
    ana.set_password(PASSWORD)
    ana.save(update_fields=["language", "password"])
    ana.emailaddress_set.create(email=ana.email, verified=True, primary=True)
    return ana


def signed_in(member, signature=ANDROID) -> Client:
    """A browser in which she signed in as people do, kept signed in after it is closed."""
    browser = Client(headers={"user-agent": signature})
    browser.post("/accounts/login/", {"login": member.email, "password": PASSWORD, "remember": "on"})
    return browser


def is_in(browser) -> bool:
    return browser.get("/me/messages/").status_code == 200


def words_of(response) -> str:
    return html.unescape(re.sub(r"(<[^>]+>|\s)+", " ", response.content.decode()))


def press(browser, address):
    return browser.post(address, {"submission": uuid4()})


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        (ANDROID, "Chrome on Android"), (IPHONE, "Safari on iPhone"), (SAMSUNG, "Samsung Internet on Android"),
        (EDGE, "Edge on Windows"), ("", "Another browser on another device"),
        ("<script>alert(1)</script>", "Another browser on another device"),
    ],
)  # fmt: skip
def test_devices_are_said_in_plain_words(member, signature, words):
    page = words_of(signed_in(member, signature).get(LIST))
    assert f"{words} Signed in: " in page and "This browser" in page and "Lima" in page


def test_the_others_are_listed_latest_first_and_strangers_are_not(member, cy, clock):
    first = signed_in(member, IPHONE)
    clock.shift(timedelta(hours=1))
    signed_in(member, EDGE)
    clock.shift(timedelta(hours=1))
    here = signed_in(member)
    Client().force_login(cy)
    page = here.get(LIST)
    assert [row.browser for row in page.context["others"]] == ["edge", "safari"]
    assert page.context["here"].browser == "chrome" and is_in(first)


def test_last_seen_follows_to_a_quarter_of_an_hour(member, clock, at):
    browser = signed_in(member)
    for minutes, seen in ((14, 0), (1, 15), (14, 15), (1, 30)):
        clock.shift(timedelta(minutes=minutes))
        is_in(browser)
        assert OpenSession.objects.get().seen_at == at + timedelta(minutes=seen)


def test_one_session_is_ended_and_only_that_one(member):
    lost, kept, here = (signed_in(member, signature) for signature in (IPHONE, EDGE, ANDROID))
    row = OpenSession.objects.get(browser="safari")
    assert press(here, f"/me/sessions/{row.pk}/end/").url == LIST
    assert [is_in(browser) for browser in (lost, kept, here)] == [False, True, True]
    assert not Session.objects.filter(session_key=row.session_key).exists()


def test_ending_this_one_signs_out(member):
    here = signed_in(member)
    assert press(here, f"/me/sessions/{OpenSession.objects.get().pk}/end/").url == "/accounts/login/"
    assert not is_in(here) and not OpenSession.objects.exists()


def test_nobody_ends_another_persons_session(member, cy):
    here = signed_in(member)
    stranger = Client()
    stranger.force_login(cy)
    row = OpenSession.objects.get(member=member)
    assert press(stranger, f"/me/sessions/{row.pk}/end/").status_code == 404
    assert is_in(here)


def test_all_others_end_also_those_that_nobody_noted(member):
    noted, unnoted, here = (signed_in(member, signature) for signature in (IPHONE, EDGE, ANDROID))
    OpenSession.objects.filter(browser="edge").delete()
    assert press(here, OTHERS).url == LIST
    assert [is_in(browser) for browser in (noted, unnoted, here)] == [False, False, True]
    assert [row.browser for row in OpenSession.objects.all()] == ["chrome"]
    assert Entry.objects.get(verb="session.others_ended").detail == {"number": 1}


def test_the_others_stay_in_when_nobody_presses(member):
    """The control to the test before: sessions do not end by themselves."""
    other, here = signed_in(member, IPHONE), signed_in(member)
    here.get(LIST)
    assert here.get(OTHERS).status_code == 405
    assert is_in(other) and is_in(here)


def test_replayed_button_counts_once(member):
    signed_in(member, IPHONE)
    here, key = signed_in(member), uuid4()
    for _ in range(2):
        here.post(OTHERS, {"submission": key})
    member.refresh_from_db()
    assert member.sign_outs == 1


def test_signing_out_takes_the_row_away(member):
    browser = signed_in(member)
    browser.post("/accounts/logout/")
    assert not OpenSession.objects.exists()


def test_expired_and_lost_sessions_are_not_listed(member, at, clock):
    signed_in(member, IPHONE)
    Session.objects.all().delete()
    clock.shift(timedelta(seconds=1))
    here = signed_in(member)
    assert here.get(LIST).context["others"] == []
    assert [row.browser for row in sessions.open_ones(member, at=at + timedelta(days=15))] == []


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_any_number(member, number, django_assert_num_queries):
    for _ in range(number):
        signed_in(member, IPHONE)
    here = signed_in(member)
    here.get(LIST)
    with django_assert_num_queries(6):
        here.get(LIST)
