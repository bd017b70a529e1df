"""The staff pages and the admin want a right and a second factor; the demo alone asks for no factor."""

from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from members import policies
from tests.factories import ApplicationFactory
from tests.world import sign_in

STAFF_PAGES = ["application_list", "admin:index", "admin:members_member_changelist"]


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_staff_without_a_second_factor_are_sent_to_set_one_up(bo, page):
    answer = sign_in(bo, second_factor=False).get(reverse(page))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("mfa_activate_totp"))


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_staff_who_own_one_are_asked_to_prove_it(bo, page):
    Authenticator.objects.create(user=bo, type=Authenticator.Type.TOTP, data={"secret": "x"})
    answer = sign_in(bo, second_factor=False).get(reverse(page))
    assert answer.url == f"{reverse('mfa_reauthenticate')}?next={reverse(page).replace('/', '%2F')}"


def test_after_the_proof_a_button_leads_back_to_its_page(bo):
    application = ApplicationFactory.create()
    Authenticator.objects.create(user=bo, type=Authenticator.Type.TOTP, data={"secret": "x"})
    page = reverse("application_detail", args=[application.pk])
    address = reverse("application_decline", args=[application.pk])
    answer = sign_in(bo, second_factor=False).post(address, headers={"referer": f"http://testserver{page}"})
    assert answer.url == f"{reverse('mfa_reauthenticate')}?next={page.replace('/', '%2F')}"


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_proved_second_factor_opens_the_door(bo, page):
    assert sign_in(bo).get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_demo_asks_for_no_second_factor(bo, page, monkeypatch):
    monkeypatch.setattr(policies, "settings", SimpleNamespace(DEMO=True))
    assert sign_in(bo, second_factor=False).get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_right_that_ended_closes_the_door_at_the_next_click(bo, page, clock, at):
    browser = sign_in(bo)
    bo.grants.update(ends_at=at)
    assert browser.get(reverse(page)).status_code == 403


def test_deactivated_member_is_out_at_the_next_click(bo):
    browser = sign_in(bo)
    bo.is_active = False
    bo.save(update_fields=["is_active"])
    assert browser.get(reverse("my_page")).url.startswith(reverse("account_login"))


def test_proof_of_another_person_does_not_count(bo, ana):
    browser = sign_in(bo, second_factor=False)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
    session["account_authentication_methods_user"] = str(ana.pk)
    session.save()
    assert browser.get(reverse("application_list")).status_code == 302


def test_proof_left_by_another_person_does_not_count(bo, ana):
    """Two people of one household, one after the other in one browser."""
    browser = sign_in(bo, second_factor=False)
    session = browser.session
    session[policies.SECOND_FACTOR_PROVED] = str(ana.pk)
    session.save()
    assert browser.get(reverse("application_list")).status_code == 302


@pytest.mark.parametrize(
    "lookup", ["email__startswith", "password__startswith", "grants__member__email", "name__regex"]
)
def test_admin_lists_are_no_oracle(bo, lookup):
    answer = sign_in(bo).get(reverse("admin:members_member_changelist"), {lookup: "a"})
    assert answer.status_code == 400


def test_admin_search_finds_only_ones_own_people(bo, ana, cy):
    answer = sign_in(bo).get(reverse("admin:members_member_changelist"), {"q": "a"})
    assert "Ana Quispe" in answer.content.decode()
    assert "Cy Stranger" not in answer.content.decode()


def test_admin_saves_are_audited_by_field_not_value(bo, community):
    from audit.models import Entry

    data = {f"name_{code}": "Forest Friends" for code in ("en", "es", "fr", "pt_br")}
    data |= {f"purpose_{code}": "Together" for code in ("en", "es", "fr", "pt_br")}
    answer = sign_in(bo).post(reverse("admin:members_community_change", args=[community.pk]), data)
    assert answer.status_code == 302
    entry = Entry.objects.about(community).get()
    assert (entry.verb, entry.actor_id) == ("community.changed_in_admin", bo.pk)
    assert "Friends" not in str(entry.detail)
