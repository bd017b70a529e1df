"""From an empty database to the first coordinator, as docs/deploy.md tells it."""

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.management import CommandError, call_command
from django.test import Client

from audit.models import Entry
from members.models import Community, Grant, Member
from notices.models import Notice
from tests.factories import MemberFactory
from tests.world import sign_in

PASSWORD = "a long night in the forest"

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Member:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", email="root@example.org", name="Root", verbosity=0)
    return Member.objects.get(email="root@example.org")


def found(**words: str) -> None:
    call_command("create_community", **{"name": "Forest Allies", "purpose": "To find solutions.", **words})


@pytest.mark.django_db(transaction=True)  # what follows a second factor waits for the commit
def test_first_sign_in_proves_the_address_and_asks_for_a_second_factor(root):
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": root.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/confirm-email/"
    code = re.search(r"^ *([A-Z0-9]{3,4}-[A-Z0-9]{3,4}) *$", Notice.objects.get().text, re.MULTILINE)
    browser.post("/accounts/confirm-email/", {"code": code[1]})
    asked = browser.get("/admin/", follow=True).redirect_chain[-1][0]
    assert asked.startswith("/accounts/reauthenticate/")
    page = browser.post(asked, {"password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    good = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    browser.post(page.redirect_chain[-1][0], {"code": good})
    assert browser.get("/admin/").status_code == 200


def test_superuser_makes_a_member_coordinator(root):
    found()
    community, member = Community.objects.get(), MemberFactory.create()
    fields = {"member": member.pk, "right": "coordinator", "circle": community.circle_id, "organisation": ""}
    when = {"starts_at_0": "2026-01-01", "starts_at_1": "00:00", "ends_at_0": "", "ends_at_1": ""}
    answer = sign_in(root).post("/admin/members/grant/add/", fields | when)
    assert answer.status_code == 302
    assert Grant.objects.get().circle == community.circle
    assert sign_in(member).get("/admin/").status_code == 200


def test_community_opens_its_public_page():
    assert Client().get("/forest-allies/").status_code == 404
    found()
    assert b"To find solutions." in Client().get("/forest-allies/").content
    assert Entry.objects.about(Community.objects.get()).get().verb == "community.founded"


def test_second_community_of_the_name_changes_nothing(capsys):
    found()
    found(name="Another", purpose="Something else.")
    assert [row.name for row in Community.objects.all()] == ["Forest Allies"]
    assert capsys.readouterr().out.splitlines()[-1] == "The community Forest Allies was there already."


@pytest.mark.parametrize("words", [{"slug": "no slug"}, {"name": " "}, {"purpose": ""}, {"name": "x" * 121}])
def test_impossible_community_is_refused_with_a_sentence(words):
    with pytest.raises(CommandError) as refusal:
        found(**words)
    assert refusal.value.returncode == 2
    assert str(refusal.value).startswith(f"--{next(iter(words))}")
    assert not Community.objects.exists()
