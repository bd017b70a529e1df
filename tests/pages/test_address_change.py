"""A new address counts when it is confirmed; the old one is told and can object; nobody learns whose it was."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from members.actions import addresses, invitations, people
from members.models import AddressChange, Member
from notices.models import Notice
from tests.factories import MemberFactory

PASSWORD = "under the shade trees"
EMAIL, CODE = "/accounts/email/", "/accounts/confirm-email/"


@pytest.fixture(autouse=True)
def _nobody_tried_yet(db, clock):
    cache.clear()


@pytest.fixture
def member(ana) -> Member:
    ana.language = "en"
    ana.set_password(PASSWORD)
    ana.save(update_fields=["language", "password"])
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    return ana


def signed_in(address="ana@example.org") -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": address, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


def ask(browser, address="new@example.org"):
    return browser.post(EMAIL, {"action_add": "", "email": address})


def code_for(address) -> str:
    text = Notice.objects.filter(address=address).latest("pk").text
    return re.search(r"^([A-Z0-9-]{6,9})$", text, re.MULTILINE)[1]


def confirm(browser, address="new@example.org"):
    return browser.post(CODE, {"code": code_for(address)})


def change(browser, address="new@example.org"):
    ask(browser, address)
    return confirm(browser, address)


def objection() -> str:
    notice = Notice.objects.get(kind="account/email/email_changed")
    assert notice.address == "ana@example.org"
    return re.search(r"/address/[^/\s]+/", notice.text)[0]


def is_in(browser) -> bool:
    return browser.get("/me/messages/").status_code == 200


def test_new_address_counts_only_once_it_is_confirmed(member):
    browser = signed_in()
    ask(browser)
    member.refresh_from_db()
    assert member.email == "ana@example.org"
    confirm(browser)
    member.refresh_from_db()
    assert member.email == "new@example.org"
    assert list(EmailAddress.objects.filter(user=member).values_list("email", "verified")) == [
        ("new@example.org", True)
    ]


def test_wrong_code_changes_nothing(member):
    browser = signed_in()
    ask(browser)
    browser.post(CODE, {"code": "AAA-AAA"})
    member.refresh_from_db()
    assert member.email == "ana@example.org" and not AddressChange.objects.exists()


def test_code_works_once(member):
    browser = signed_in()
    ask(browser)
    code = code_for("new@example.org")
    confirm(browser)
    browser.post(CODE, {"code": code})
    assert AddressChange.objects.count() == 1


def test_every_other_session_ends_and_this_one_stays_under_a_new_key(member):
    other, here = signed_in(), signed_in()
    before = here.session.session_key
    change(here)
    assert (is_in(other), is_in(here)) == (False, True)
    assert here.session.session_key != before


def test_links_of_the_old_address_end(member, at):
    _invitation, token = invitations.issue(member=member, at=at)
    change(signed_in())
    assert Client().get(reverse("welcome", args=[token])).status_code == 410


def test_code_that_the_old_address_asked_for_before_signs_nobody_in(member):
    thief = Client()
    thief.post("/accounts/login/code/", {"email": "ana@example.org"})
    code = code_for("ana@example.org")
    change(signed_in())
    thief.post("/accounts/login/code/confirm/", {"code": code})
    assert not is_in(thief)


def test_old_address_takes_the_change_back(member):
    thief = signed_in()
    change(thief)
    link = objection()
    assert Client().get(link).status_code == 200 and is_in(thief)  # opening it changes nothing
    Client().post(link, {"submission": uuid4()})
    member.refresh_from_db()
    assert (member.email, member.has_usable_password(), is_in(thief)) == ("ana@example.org", False, False)
    assert Client().get(link).status_code == 410


def test_ways_in_that_the_thief_set_up_go_and_older_ones_stay(member, at):
    change(signed_in())
    old, _new = (Authenticator.objects.create(user=member, type="webauthn", data={}) for _ in range(2))
    Authenticator.objects.filter(pk=old.pk).update(created_at=at - timedelta(days=90))
    Client().post(objection(), {"submission": uuid4()})
    assert Authenticator.objects.get() == old


def test_taking_back_undoes_later_changes_of_the_thief_too(member):
    thief = signed_in()
    change(thief)
    link = objection()
    cache.clear()
    change(thief, "third@example.org")
    Client().post(link, {"submission": uuid4()})
    member.refresh_from_db()
    assert member.email == "ana@example.org"
    assert not AddressChange.objects.filter(taken_back_at=None).exists()


def test_link_ends_after_fourteen_days_and_when_staff_sets_the_address_right(member, bo, at, clock):
    change(signed_in())
    link = objection()
    clock.shift(addresses.OBJECT_WITHIN)
    assert Client().get(link).status_code == 410
    clock.move_to(at)
    member.refresh_from_db()
    people.follow_address(member=member, by=bo, at=at)
    assert Client().get(link).status_code == 410


def test_taking_back_is_refused_when_somebody_else_has_the_address(member):
    change(signed_in())
    MemberFactory.create(email="ana@example.org")
    answer = Client().post(objection(), {"submission": uuid4()})
    assert answer.status_code == 410 and "belongs to another account" in answer.content.decode()


def masked(response) -> bytes:
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)
    return re.sub(rb"[a-z]+@example\.org", b"", body)


@pytest.mark.parametrize("is_guest", [True, False])
def test_taken_address_is_answered_like_a_free_one(member, is_guest):
    """A guest has no account of allauth's, only a row of ours."""
    taken = MemberFactory.create(email="taken@example.org")
    if not is_guest:
        EmailAddress.objects.create(user=taken, email=taken.email, verified=True, primary=True)
    seen = []
    for address in ("taken@example.org", "frees@example.org"):
        cache.clear()
        browser = signed_in()
        answer = ask(browser, address)
        page = browser.get(answer.url)
        mails = Notice.objects.filter(address=address)
        seen.append((answer.status_code, answer.url, masked(page), [mail.kind for mail in mails]))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("is_guest", [True, False])
def test_taken_address_is_not_taken_over_by_its_own_code(member, is_guest):
    taken = MemberFactory.create(email="taken@example.org")
    if not is_guest:
        EmailAddress.objects.create(user=taken, email=taken.email, verified=True, primary=True)
    browser = signed_in()
    assert change(browser, "taken@example.org").status_code in (200, 302)
    member.refresh_from_db()
    taken.refresh_from_db()
    assert (member.email, taken.email) == ("ana@example.org", "taken@example.org")


def test_change_wants_a_fresh_proof(member, clock):
    browser = signed_in()
    clock.shift(timedelta(seconds=901))
    assert ask(browser).url.startswith("/accounts/reauthenticate/")
    assert not Notice.objects.filter(address="new@example.org").exists()


def without_password(member) -> Client:
    """Somebody who signs in by mailed code; nothing else could prove again who she is."""
    member.set_unusable_password()
    member.save()
    browser = Client()
    browser.post("/accounts/login/code/", {"email": member.email})
    browser.post("/accounts/login/code/confirm/", {"code": code_for(member.email)})
    return browser


def test_without_a_password_a_fresh_code_is_the_proof(member):
    browser = without_password(member)
    assert ask(browser).url == CODE


@pytest.mark.parametrize(
    ("page", "body"),
    [
        (EMAIL, {"action_add": "", "email": "new@example.org"}),
        ("/accounts/password/set/", {"password1": PASSWORD, "password2": PASSWORD}),
    ],
)
def test_telephone_left_open_gives_the_account_to_nobody(member, clock, page, body):
    browser = without_password(member)
    clock.shift(timedelta(seconds=901))
    assert browser.post(page, body).url == f"/accounts/login/code/?next={page.replace('/', '%2F')}"
    member.refresh_from_db()
    assert not member.has_usable_password() and not Notice.objects.filter(address="new@example.org").exists()
    assert not is_in(browser)
