"""Applying in public, deciding on the staff pages, and setting up the sign-in."""

from uuid import uuid4

import pytest
from django.urls import reverse

from forestallies.lib import clock as portal_clock
from forestallies.lib import links
from members.actions import applications, invitations
from members.models import Application, Member
from notices.models import Notice
from tests.factories import ApplicationFactory, OrganisationFactory
from tests.world import sign_in

WORDS = {
    "name": "Ada Mensah",
    "email": "ada@example.org",
    "country": "GH",
    "zone": "",
    "language": "fr",
    "organisation_name": "Golden Ridge (demo)",
    "stakeholder": "COMP",
    "role": "Buyer",
    "why": "We buy cocoa grown in the shade.",
    "privacy": "on",
    "code_of_conduct": "on",
    "commitment": "on",
    "competition": "on",
}


def apply(browser, key=None, **changes):
    return browser.post(reverse("apply"), {"submission": key or uuid4(), **WORDS, **changes})


def test_application_is_taken_and_answered_the_same_for_everybody(client, community):
    first, second = apply(client), apply(client)
    assert (first.status_code, first.url) == (second.status_code, second.url) == (302, reverse("application_sent"))
    application = Application.objects.get()
    assert (application.zone, application.state) == ("Africa/Accra", "submitted")


def test_replayed_application_sends_no_second_mail(client, community):
    key = uuid4()
    for _ in range(2):
        apply(client, key)
    assert Notice.objects.filter(address="ada@example.org").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "required"),
        ("name", "Ada\x07", "control characters"),
        ("name", "Ada \u202egnp.exe", "reading direction"),
        ("email", "ada at example", "valid email"),
        ("email", "a@example.org, b@example.org", "valid email"),
        ("country", "XX", "Select a valid choice"),
        ("country", "BR", "several time zones"),
        ("zone", "Mars/Olympus", "Select a valid choice"),
        ("stakeholder", "", "required"),
        ("organisation_name", "", "name your organisation"),
        ("organisation_name", "x" * 161, "at most 160"),
        ("why", "", "required"),
        ("why", "x" * 2001, "at most 2000"),
        ("privacy", "", "required"),
        ("website", "https://robot.example", "leave this field empty"),
    ],
)
def test_refused_application_says_why_beside_the_field_and_keeps_the_rest(client, community, field, value, sentence):
    answer = apply(client, **{field: value})
    assert answer.status_code == 422
    assert (
        sentence.lower()
        in " ".join(answer.context["form"].errors[field if field != "country" or value == "XX" else "zone"]).lower()
    )
    shown = answer.content.decode()
    kept = {"name": "Ada Mensah", "why": "grown in the shade", "role": "Buyer"}
    assert all(words in shown for name, words in kept.items() if name != field)
    assert not Application.objects.exists()


def test_independent_practitioner_needs_no_organisation(client, community):
    assert apply(client, stakeholder="INDV", organisation_name="").status_code == 302


def test_status_page_opens_with_the_link_of_the_mail_only(client, community):
    apply(client)
    text = Notice.objects.get(kind="application_received").text
    token = text.split("/apply/status/")[1].split("/")[0]
    assert client.get(reverse("application_status", args=[token])).status_code == 200
    assert client.get(reverse("application_status", args=["x" + token[1:]])).status_code == 404


def test_too_many_applications_from_one_address_are_slowed_down(client, community):
    answers = [apply(client, email=f"a{n}@example.org").status_code for n in range(61)]
    assert answers == [302] * 60 + [429]


def test_coordinator_approves_on_the_staff_page(bo, community):
    application = ApplicationFactory.create(community=community)
    browser = sign_in(bo)
    answer = browser.post(reverse("application_approve", args=[application.pk]), {"submission": uuid4()}, follow=True)
    assert answer.status_code == 200
    assert Member.objects.filter(email=application.email, memberships__community=community).exists()


def test_approving_links_the_organisation_that_looks_the_same(bo, community):
    known = OrganisationFactory.create(name="Cooperativa Áurea (demo)")
    application = ApplicationFactory.create(community=community, organisation_name="cooperativa aurea (demo)")
    shown = sign_in(bo).get(reverse("application_detail", args=[application.pk]))
    assert shown.context["approve_form"].fields["organisation"].initial == known.pk


def test_two_coordinators_at_once_the_second_reads_what_happened(bo, community):
    application = ApplicationFactory.create(community=community)
    browser = sign_in(bo)
    applications.approve(application=application, organisation=None, by=bo, at=portal_clock.now())
    data = {"submission": uuid4(), "reason": "not_a_fit"}
    assert browser.post(reverse("application_decline", args=[application.pk]), data).status_code == 409
    application.refresh_from_db()
    assert application.state == "approved"


def test_decline_can_be_undone_on_the_page(bo, community):
    application = ApplicationFactory.create(community=community)
    browser = sign_in(bo)
    data = {"submission": uuid4(), "reason": "not_a_fit"}
    browser.post(reverse("application_decline", args=[application.pk]), data)
    browser.post(reverse("application_reopen", args=[application.pk]), {"submission": uuid4()})
    application.refresh_from_db()
    assert application.state == "in_review"


def test_declined_applicant_reads_nothing_before_it_is_told(client, bo, community, at, clock):
    token, token_hash = links.new_token()
    application = ApplicationFactory.create(community=community, token_hash=token_hash)
    applications.decline(application=application, reason="not_a_fit", by=bo, at=at)
    address = reverse("application_status", args=[token])
    assert client.get(address).context["application"].state == "in_review"
    clock.shift(3600)
    assert client.get(address).context["application"].state == "declined"


def test_welcome_link_sets_the_password_and_signs_in(client, cy):
    _row, token = invitations.issue(member=cy, at=portal_clock.now())
    address = reverse("welcome", args=[token])
    assert client.get(address).status_code == 200  # looking changes nothing
    answer = client.post(address, {"password": "under the shade trees"})
    assert answer.url == reverse("my_page")
    assert client.get(reverse("my_page")).status_code == 200
    assert client.post(address, {"password": "another long one"}).status_code == 410


@pytest.mark.parametrize("password", ["short", "123456789012345", "password1234"])
def test_weak_password_is_refused_and_the_link_still_works(client, cy, password):
    _row, token = invitations.issue(member=cy, at=portal_clock.now())
    answer = client.post(reverse("welcome", args=[token]), {"password": password})
    assert answer.status_code == 422
    assert answer.context["form"].errors["password"]
    assert client.get(reverse("welcome", args=[token])).status_code == 200


def test_unknown_and_known_addresses_get_the_same_answer_at_the_door(client, ana):
    ana.emailaddress_set.create(email=ana.email, verified=True, primary=True)
    known = client.post(reverse("account_request_login_code"), {"email": ana.email})
    client.cookies.clear()
    unknown = client.post(reverse("account_request_login_code"), {"email": "nobody@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_sign_up_is_closed(client, community):
    data = {"email": "x@example.org", "password1": "under the shade trees"}
    client.post(reverse("account_signup"), data)
    assert not Member.objects.filter(email="x@example.org").exists()


def test_sign_in_mail_goes_through_the_outbox_first(client, ana):
    ana.emailaddress_set.create(email=ana.email, verified=True, primary=True)
    client.post(reverse("account_request_login_code"), {"email": ana.email})
    notice = Notice.objects.get()
    assert (notice.priority, notice.sensitive, notice.language) == (Notice.Priority.SIGN_IN, True, "es")


def test_profile_keeps_what_was_typed_and_says_what_is_wrong(as_ana, ana):
    data = {"submission": uuid4(), "name": "", "language": "es", "country": "PE", "zone": "America/Lima"}
    assert as_ana.post(reverse("profile_edit"), data).status_code == 422
    answer = as_ana.post(reverse("profile_edit"), {**data, "name": "Ana María", "zone": "Europe/Paris"})
    assert answer.status_code == 302
    ana.refresh_from_db()
    assert (ana.name, ana.zone) == ("Ana María", "Europe/Paris")
