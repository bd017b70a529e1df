"""People with a right, reaching for what lies outside it by guessing addresses and ids."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event, Role
from members.actions import applications
from members.models import Application, Grant, Organisation
from tests.factories import (
    ApplicationFactory,
    CircleFactory,
    GrantFactory,
    MemberFactory,
    OrganisationFactory,
    RegistrationFactory,
    RoleFactory,
    WorkshopFactory,
    join,
)
from tests.world import sign_in


@pytest.fixture
def elsewhere(db):
    """Coordinates an edition of SSKE, and nothing of Forest Allies."""
    member = MemberFactory.create(name="Els Where", email="els@example.org")
    GrantFactory.create(member=member, circle=CircleFactory.create(kind="edition", name="SSKE 2026–27"))
    return member


@pytest.fixture
def application(community):
    return ApplicationFactory.create(community=community, name="Adwoa Private")


@pytest.fixture
def draft(community):
    return WorkshopFactory.create(state=Event.State.DRAFT, title="Not yet decided")


def test_coordinator_of_another_circle_sees_no_application(elsewhere, application):
    answer = sign_in(elsewhere).get(reverse("application_list"))
    assert answer.status_code == 200
    assert "Adwoa Private" not in answer.content.decode()


def test_coordinator_of_another_circle_finds_no_application_by_its_number(elsewhere, application):
    browser = sign_in(elsewhere)
    body = {"submission": uuid4(), "reason": "other"}
    assert browser.get(reverse("application_detail", args=[application.pk])).status_code == 404
    for act in ("approve", "decline", "reopen"):
        assert browser.post(reverse(f"application_{act}", args=[application.pk]), body).status_code == 404
    assert Application.objects.get().is_open()


def test_applicant_is_put_into_no_organisation_but_one_of_the_name_she_gave(bo, application):
    other = OrganisationFactory.create(name="Somebody else’s")
    address = reverse("application_approve", args=[application.pk])
    answer = sign_in(bo).post(address, {"submission": uuid4(), "organisation": other.pk})
    assert answer.status_code == 422
    assert Application.objects.get().is_open()


def test_organisation_of_the_name_she_gave_may_be_chosen(bo, application):
    same = OrganisationFactory.create(name=application.organisation_name.upper())
    address = reverse("application_approve", args=[application.pk])
    assert sign_in(bo).post(address, {"submission": uuid4(), "organisation": same.pk}).status_code == 302
    assert Organisation.objects.count() == 1


def test_gathering_shows_members_no_draft(as_ana, draft):
    page = as_ana.get(reverse("gathering_page", args=[draft.gathering.slug]))
    assert page.status_code == 200
    assert "Not yet decided" not in page.content.decode()


def test_draft_has_no_calendar_file_even_for_its_facilitator(cy, draft, client):
    RoleFactory.create(event=draft.event_ptr, member=cy, kind=Role.Kind.FACILITATOR)
    client.force_login(cy)
    assert client.get(reverse("workshop_page", args=[draft.slug])).status_code == 200
    assert client.get(reverse("event_calendar", args=[draft.pk])).status_code == 404


def test_draft_takes_no_registration_even_from_its_facilitator(community, cy, draft, client):
    join(cy, community.circle)
    RoleFactory.create(event=draft.event_ptr, member=cy, kind=Role.Kind.FACILITATOR)
    client.force_login(cy)
    client.post(reverse("registration_create", args=[draft.pk]), {"submission": uuid4()})
    assert not cy.registrations.exists()


@pytest.mark.parametrize("state", [Role.State.DECLINED, Role.State.REPLACED])
def test_who_helps_no_longer_sees_no_longer(cy, draft, client, state):
    RoleFactory.create(event=draft.event_ptr, member=cy, kind=Role.Kind.FACILITATOR, state=state)
    client.force_login(cy)
    assert client.get(reverse("workshop_page", args=[draft.slug])).status_code == 404


def test_nobody_cancels_for_somebody_else(as_ana, ana, cy, workshop):
    mine = RegistrationFactory.create(event=workshop, member=cy)
    answer = as_ana.post(reverse("registration_cancel", args=[workshop.pk]), {"submission": uuid4(), "member": cy.pk})
    mine.refresh_from_db()
    assert (answer.status_code, mine.state) == (404, "confirmed")


def test_extra_fields_change_nothing(as_ana, ana, workshop):
    words = {"submission": uuid4(), "name": "Ana", "language": "es", "country": "PE", "zone": "America/Lima"}
    taken = {"is_superuser": "on", "is_active": "", "email": "thief@example.org", "is_demo": "on", "id": "1"}
    as_ana.post(reverse("profile_edit"), {**words, **taken})
    ana.refresh_from_db()
    assert (ana.is_superuser, ana.is_active, ana.email, ana.is_demo) == (False, True, "ana@example.org", False)
    as_ana.post(
        reverse("registration_create", args=[workshop.pk]), {"submission": uuid4(), "state": "x", "queue_no": "1"}
    )
    assert ana.registrations.get().queue_no is None


def test_key_of_somebody_elses_form_is_of_no_use(ana, cy, community, workshop):
    join(cy, community.circle)
    key = {"submission": uuid4()}
    for person in (ana, cy):
        browser = Client()
        browser.force_login(person)
        browser.post(reverse("registration_create", args=[workshop.pk]), key)
    assert workshop.registrations.count() == 2


def test_coordinator_does_not_decide_on_herself(bo, community, at):
    mine = ApplicationFactory.create(community=community, email=bo.email.upper())
    answer = sign_in(bo).post(reverse("application_approve", args=[mine.pk]), {"submission": uuid4()})
    assert answer.status_code == 403
    assert Application.objects.get().is_open()


def test_right_that_has_not_begun_or_is_over_opens_nothing(bo, application, clock, at):
    Grant.objects.filter(member=bo).update(ends_at=at)
    assert sign_in(bo).get(reverse("application_detail", args=[application.pk])).status_code == 403


def test_capitals_make_no_second_application_and_no_second_member(community, bo, at):
    words = {
        "name": "Ada", "country": "GH", "zone": "Africa/Accra", "language": "en", "organisation_name": "",
        "stakeholder": "INDV", "role": "", "why": "Shade",
    }  # fmt: skip
    for address in ("ada@example.org", "ADA@example.org", " Ada@Example.ORG "):
        applications.submit(community=community, answers={**words, "email": address}, at=at)
    assert Application.objects.count() == 1


def test_admin_offers_only_ones_own_people_to_choose_from(bo, ana, cy):
    address = reverse("admin:autocomplete")
    for owner in ("grant", "application", "membership"):
        given = {"app_label": "members", "model_name": owner, "field_name": "member", "term": ""}
        names = [row["text"] for row in sign_in(bo).get(address, given).json()["results"]]
        assert "Ana Quispe" in names and "Cy Stranger" not in names


@pytest.mark.parametrize("to_field", ["email", "password", "name"])
def test_admin_hands_out_no_other_column_as_a_key(bo, to_field):
    page = reverse("admin:members_member_changelist")
    assert sign_in(bo).get(page, {"_to_field": to_field, "_popup": "1"}).status_code == 400


def test_address_of_an_applicant_adds_no_recipient_to_an_answer(bo, community):
    sly = ApplicationFactory.create(community=community, email="a?bcc=thief&subject=x@example.org")
    page = sign_in(bo).get(reverse("application_detail", args=[sly.pk])).content.decode()
    assert 'href="mailto:a%3Fbcc%3Dthief%26subject%3Dx@example.org"' in page
