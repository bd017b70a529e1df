"""Accounts: nobody learns who has one, nobody carries a session or a code over, nobody asks without end."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from members.models import Member
from notices.models import Notice
from tests.factories import MemberFactory

PASSWORD = "under the shade trees"
LOGIN, CODE, CONFIRM, RESET = (
    "/accounts/login/", "/accounts/login/code/", "/accounts/login/code/confirm/", "/accounts/password/reset/",
)  # fmt: skip
KNOWN, GUEST, NOBODY = "ana@example.org", "bea@example.org", "cyd@example.org"  # equally long
WORDS = {
    "name": "Ada Mensah", "country": "GH", "zone": "", "language": "fr", "organisation_name": "Golden Ridge",
    "stakeholder": "COMP", "role": "Buyer", "why": "Shade.", "privacy": "on", "code_of_conduct": "on",
    "commitment": "on", "competition": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nobody_tried_yet(db, clock):
    cache.clear()


@pytest.fixture
def member(ana) -> Member:
    ana.language = "en"
    ana.set_password(PASSWORD)
    ana.save(update_fields=["language", "password"])
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    MemberFactory.create(email=GUEST)
    return ana


def signed_in(**more) -> Client:
    browser = Client()
    browser.post(LOGIN, {"login": KNOWN, "password": PASSWORD, **more})
    return browser


def is_in(browser) -> bool:
    return browser.get("/me/messages/").status_code == 200


def code_for(address) -> str:
    text = Notice.objects.filter(address=address, kind="account/email/login_code").latest("pk").text
    return re.search(r"^([A-Z0-9-]{6,9})$", text, re.MULTILINE)[1]


# --- Who has an account? ---


def seen(answer, browser) -> tuple[int, str, dict[str, str], bytes]:
    """All that a stranger gets: status, target, headers, and the page with the page behind it, but for what is random
    and for the address that was typed."""
    pages = answer.content + (browser.get(answer.url).content if answer.status_code == 302 else b"")
    pages = re.sub(rb'name="(csrfmiddlewaretoken|submission)" value="[^"]+"', b"", pages)
    pages = re.sub(rb"(ana|bea|cyd)@example\.org", b"", pages)
    headers = {name: value for name, value in answer.headers.items() if name not in ("Set-Cookie", "Content-Length")}
    return answer.status_code, answer.get("Location", ""), headers, pages


def told(address) -> int:
    return Notice.objects.filter(address=address).count()


@pytest.mark.parametrize(
    ("page", "body"),
    [
        (LOGIN, {"login": "", "password": "not the password"}),
        (CODE, {"email": ""}),
        (RESET, {"email": ""}),
        ("/accounts/signup/", {"email": "", "password1": PASSWORD}),
    ],
)
def test_known_and_unknown_addresses_are_answered_the_same_byte_by_byte(member, page, body):
    field = next(iter(body))
    answers, mails = [], []
    for address in (KNOWN, GUEST, NOBODY):
        browser = Client()
        before = told(address)
        answers.append(seen(browser.post(page, {**body, field: address}), browser))
        mails.append(told(address) - before)
    assert answers[0] == answers[1] == answers[2]
    assert len(set(mails)) == 1


def test_application_is_answered_the_same_to_members_applicants_and_strangers(member, community):
    member.memberships.create(community=community, stakeholder="COMP", joined_at=member.created_at)
    answers = []
    for address in (KNOWN, GUEST, NOBODY, NOBODY):
        browser = Client()
        answers.append(seen(browser.post("/apply/", {"submission": uuid4(), "email": address, **WORDS}), browser))
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert told(KNOWN) == told(GUEST) == 1


def test_wrong_password_takes_one_hashing_whether_the_address_is_known_or_not(member, monkeypatch):
    """The time of an answer is that of hashing; it is counted, because measuring it would be unsteady."""
    from django.contrib.auth.hashers import get_hasher

    hasher, hashed = type(get_hasher()), []
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda self, *args, **more: hashed.append(1) or encode(self, *args, **more))
    counts = []
    for address in (KNOWN, NOBODY):
        hashed.clear()
        Client().post(LOGIN, {"login": address, "password": "not the password"})
        counts.append(len(hashed))
    assert counts[0] == counts[1] > 0


# --- Sessions and codes ---


def test_session_of_before_signing_in_is_worth_nothing_after(member):
    browser = Client()
    browser.get(LOGIN)
    browser.post(CODE, {"email": KNOWN})
    planted = browser.session.session_key
    browser.post(CONFIRM, {"code": code_for(KNOWN)})
    assert is_in(browser) and browser.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief)


def test_cookie_kept_from_before_signing_out_opens_nothing(member):
    browser = signed_in(remember="on")
    kept = browser.session.session_key
    browser.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert not is_in(thief)


def test_signing_out_wants_the_token_of_the_page(member):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in().cookies
    assert browser.post("/accounts/logout/").status_code == 403
    browser.get("/accounts/logout/")
    assert is_in(browser)


def test_code_opens_one_session_and_only_in_the_browser_that_asked(member):
    browser, thief = Client(), Client()
    browser.post(CODE, {"email": KNOWN})
    code = code_for(KNOWN)
    thief.post(CODE, {"email": NOBODY})
    thief.post(CONFIRM, {"code": code})
    assert not is_in(thief)
    browser.post(CONFIRM, {"code": code})
    assert is_in(browser)
    browser.post("/accounts/logout/")
    browser.post(CONFIRM, {"code": code})
    assert not is_in(browser)


def test_code_ends_after_ten_minutes_and_after_three_wrong_ones(member, clock):
    late, wrong = Client(), Client()
    late.post(CODE, {"email": KNOWN})
    code = code_for(KNOWN)
    clock.shift(timedelta(seconds=601))
    late.post(CONFIRM, {"code": code})
    wrong.post(CODE, {"email": KNOWN})
    for _ in range(3):
        wrong.post(CONFIRM, {"code": "WRONG1"})
    wrong.post(CONFIRM, {"code": code_for(KNOWN)})
    assert not is_in(late) and not is_in(wrong)


def test_new_password_ends_every_session(member):
    other, here = signed_in(remember="on"), signed_in()
    here.post("/accounts/reauthenticate/", {"password": PASSWORD})
    fresh = "high in the canopy"
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh})
    member.refresh_from_db()
    assert member.check_password(fresh)
    assert (is_in(other), is_in(here)) == (False, False)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "http:evil.example"]
)
@pytest.mark.parametrize("way", ["password", "code", "logout", "again"])
def test_next_never_leads_out_of_the_portal(member, target, way):
    browser = Client()
    if way == "password":
        answer = browser.post(LOGIN, {"login": KNOWN, "password": PASSWORD, "next": target})
    elif way == "code":
        browser.post(f"{CODE}?next={target}", {"email": KNOWN, "next": target})
        answer = browser.post(CONFIRM, {"code": code_for(KNOWN), "next": target})
    elif way == "logout":
        answer = signed_in().post("/accounts/logout/", {"next": target})
    else:
        answer = signed_in().post(f"/accounts/reauthenticate/?next={target}", {"password": PASSWORD, "next": target})
    assert answer.status_code in (200, 302)
    assert re.match(r"/(?![/\\])", answer.get("Location", "/"))


# --- Asking without end ---


@pytest.mark.parametrize(
    ("action", "page", "body"),
    [
        ("login", LOGIN, {"login": NOBODY, "password": "x"}),
        ("reset_password", RESET, {"email": NOBODY}),
        ("address_take_back", "/address/unknown/", {}),
        ("apply", "/apply/", {}),
    ],
)
def test_every_door_has_its_limit_and_says_so_in_words(settings, community, action, page, body):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, action: "2/m/ip"}
    answers = [Client().post(page, body) for _ in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert "Please wait a little" in answers[2].content.decode()


@pytest.mark.parametrize("address", [KNOWN, NOBODY])
@pytest.mark.parametrize(
    ("page", "refused"), [(CODE, "Too many failed login attempts"), (RESET, "Please wait a little")]
)
def test_one_address_is_not_asked_about_without_end_from_many_places(settings, member, page, refused, address):
    """Behind a proxy, each stranger has an address of her own; the account's own limit holds all the same."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answers = [
        Client().post(page, {"email": address}, headers={"x-forwarded-for": f"203.0.113.{number}"})
        for number in range(7)
    ]
    assert [refused in answer.content.decode() for answer in answers] == [False] * 5 + [True] * 2
    assert told(address) == 5


@pytest.mark.parametrize(("proxies", "answers"), [(0, [False, False, True]), (1, [False, False, False])])
def test_forwarded_address_counts_only_behind_a_proxy_that_is_trusted(settings, proxies, answers):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    body = {"login": NOBODY, "password": "x"}
    got = [Client().post(LOGIN, body, headers={"x-forwarded-for": f"203.0.113.{n}"}).status_code for n in range(3)]
    assert [status == 429 for status in got] == answers


def test_wrong_passwords_lock_the_account_for_a_while_not_the_house(member):
    for _ in range(8):
        Client().post(LOGIN, {"login": KNOWN, "password": "x"})
    assert not is_in(signed_in())
    assert Client().post(LOGIN, {"login": NOBODY, "password": "x"}).status_code == 200
