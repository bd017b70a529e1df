"""The staff pages and the admin want a right and a second factor; the demo alone asks for no factor."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse

from members import policies
from members.models import Grant
from tests.factories import ApplicationFactory, GrantFactory, MemberFactory
from tests.world import sign_in


@pytest.fixture
def freezer_of_time():
    """A second in the middle of a step of one-time codes, so that none ends while a test runs."""
    with time_machine.travel(datetime(2026, 12, 1, 9, 0, 10, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def owned(member) -> str:
    """Give somebody one-time codes; returns their secret."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(member, secret)
    return secret


STAFF_PAGES = ["application_list", "admin:index", "admin:members_member_changelist"]


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_staff_without_a_second_factor_are_sent_to_set_one_up(bo, page):
    answer = sign_in(bo, second_factor=False).get(reverse(page))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("mfa_activate_totp"))


def code_of(secret: str, *, steps: int = 0) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps))


@pytest.fixture
def in_english(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return bo


def set_up(browser, onward: str):
    """Switch one-time codes on as somebody does who was sent to do so."""
    address = f"{reverse('mfa_activate_totp')}?{urlencode({'next': onward})}"
    form = browser.get(address).context["form"]
    return browser.post(address, {"code": code_of(form.secret)})


def test_setting_one_up_leads_past_the_recovery_codes_to_where_one_wanted(in_english):
    browser = sign_in(in_english)
    answer = set_up(browser, reverse("application_list"))
    assert answer.url == f"{reverse('mfa_view_recovery_codes')}?next={reverse('application_list').replace('/', '%2F')}"
    text = browser.get(answer.url).content.decode()
    assert f'href="{reverse("application_list")}">I have kept them, continue' in text
    assert browser.get(reverse("application_list")).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "javascript:alert(1)", "/\\\\evil.example"]
)
def test_way_on_never_leaves_the_portal(bo, elsewhere):
    browser = sign_in(bo)
    answer = set_up(browser, elsewhere)
    assert answer.url == f"{reverse('mfa_view_recovery_codes')}?next=%2Fme%2F"
    shown = browser.get(reverse("mfa_view_recovery_codes"), {"next": elsewhere}).content.decode()
    assert "evil" not in shown.replace("evil.example%22", "") or "continue" not in shown


def test_recovery_codes_looked_up_later_lead_nowhere(in_english):
    browser = sign_in(in_english)
    set_up(browser, "/me/")
    text = browser.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert "I have kept them" not in text and "Generate new codes" in text


@pytest.mark.parametrize(("steps", "status"), [(-2, 200), (-1, 302), (0, 302), (1, 302), (2, 200)])
def test_code_of_the_step_before_or_after_is_taken(bo, steps, status, freezer_of_time):
    browser, secret = sign_in(bo), owned(bo)
    answer = browser.post(reverse("mfa_reauthenticate"), {"code": code_of(secret, steps=steps), "next": "/me/"})
    assert answer.status_code == status


def test_code_is_taken_once_as_long_as_it_is_valid(bo, freezer_of_time):
    browser, code = sign_in(bo), code_of(owned(bo), steps=1)
    data = {"code": code, "next": "/me/"}
    assert browser.post(reverse("mfa_reauthenticate"), data).status_code == 302
    freezer_of_time.shift(45)
    assert browser.post(reverse("mfa_reauthenticate"), data).status_code == 200


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


@pytest.mark.parametrize(
    ("person", "changes"),
    [
        ("bo", {"organisation", "community", "session", "workshop", "partner", "project", "theme"}),
        ("fay", {"session", "workshop"}),
    ],
)
def test_menus_say_change_only_for_what_one_may_change(bo, community, person, changes):
    fay = MemberFactory.create(name="Fay Facilitator")
    GrantFactory.create(member=fay, circle=community.circle, right=Grant.Right.FACILITATOR)
    shown = sign_in({"bo": bo, "fay": fay}[person]).get(reverse("admin:index"))
    models = [model for app in shown.context["available_apps"] for model in app["models"]]
    assert {one["model"]._meta.model_name for one in models if not one["view_only"]} == changes
    assert f"<strong>{'Bo' if person == 'bo' else 'Fay'}" in shown.content.decode()


def test_translated_fields_name_their_language(in_english, community):
    text = sign_in(in_english).get(reverse("admin:members_community_change", args=[community.pk])).content.decode()
    assert "Purpose (Portuguese):" in text and "[pt-br]" not in text


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
