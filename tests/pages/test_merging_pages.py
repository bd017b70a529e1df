"""Choosing two records, seeing what will happen, doing it once."""

import pytest

from forestallies.merging.merge import merge_people
from members.models import Affiliation, Member, Organisation
from tests.factories import (
    ApplicationFactory,
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    RegistrationFactory,
    join,
)
from tests.html_forms import fields_of
from tests.pages.join_page import text as text_of

PEOPLE, ORGANISATIONS = "/staff/merge/people/", "/staff/merge/organisations/"


@pytest.fixture
def two(community, ana) -> tuple[Member, Member]:
    return ana, join(MemberFactory.create(name="ANA QUÍSPE", email="ana.q@example.net"), community.circle)


@pytest.fixture
def page(two) -> str:
    return f"{PEOPLE}{two[0].pk}/{two[1].pk}/"


def test_records_of_the_same_name_are_offered_as_pairs(as_bo, two, page, clock):
    MemberFactory.create(name="ana quispe")  # in no circle of Bo's
    said = as_bo.get(PEOPLE)
    assert [(first.pk, second.pk) for first, second in said.context["likely"]] == [(two[0].pk, two[1].pk)]
    assert page in said.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_pairs_take_the_same_queries_however_many(as_bo, community, clock, number, django_assert_num_queries):
    for one in range(number):
        for _ in range(2):
            member = join(MemberFactory.create(name=f"Double {one}"), community.circle)
            MembershipFactory.create(member=member, community=community)
    with django_assert_num_queries(8):
        assert len(as_bo.get(PEOPLE).context["likely"]) == number


def test_one_is_found_by_name_or_address_and_the_other_by_likeness(as_bo, two, clock):
    assert as_bo.get(PEOPLE, {"q": "quispe"}).context["found"] == sorted(two, key=lambda row: row.pk)
    assert as_bo.get(PEOPLE, {"q": "Ana.Q@example.net"}).context["found"] == [two[1]]
    assert as_bo.get(PEOPLE, {"q": "q"}).context["found"] == []
    assert as_bo.get(PEOPLE, {"one": two[0].pk}).context["alike"] == [two[1]]
    assert as_bo.get(PEOPLE, {"one": two[0].pk, "q": "quispe"}).context["found"] == [two[1]]


@pytest.mark.parametrize("one", ["x", "0", "9" * 40, "²", "-1"])
def test_number_that_is_none_chooses_nobody(as_bo, one, clock):
    assert as_bo.get(PEOPLE, {"one": one}).context["one"] is None


def test_page_says_what_will_happen_and_does_nothing(as_bo, two, page, workshop, clock):
    for member in two:
        RegistrationFactory.create(event=workshop, member=member)
    said = text_of(as_bo.get(page))
    assert "1 is there twice and becomes one." in said
    assert "Both are registered for the same event: the better place stays" in said
    assert "ana@example.org stays the address for messages. ana.q@example.net is remembered" in said
    assert Member.objects.filter(pk=two[1].pk).exists()


def test_zone_is_named_by_its_city(as_bo, two, page, clock):
    Member.objects.filter(pk=two[1].pk).update(zone="America/Sao_Paulo")
    said = text_of(as_bo.get(page))
    assert "São Paulo" in said and "America/" not in said


def test_button_makes_them_one_however_often_it_arrives(as_bo, two, page, clock):
    form = {**fields_of(as_bo.get(page)), "name": "other"}
    assert as_bo.post(page, form).status_code == 302
    assert not Member.objects.filter(pk=two[1].pk).exists()
    two[0].refresh_from_db()
    assert (two[0].name, two[0].country) == ("ANA QUÍSPE", "PE")
    said = as_bo.get(PEOPLE)
    assert "The two are one record now: ANA QUÍSPE." in text_of(said)


def test_record_that_was_merged_is_said_to_be_part_of_the_other(as_bo, bo, two, page, at, clock):
    merge_people(kept_id=two[0].pk, other_id=two[1].pk, chosen={}, by=bo, at=at)
    said = as_bo.get(page)
    assert said.status_code == 404
    assert "This record was merged already. It is part of Ana Quispe now." in text_of(said)


def test_strangers_are_not_given_away(as_bo, two, cy, clock):
    for pk in (cy.pk, 10**17, 10**30):
        said = as_bo.get(f"{PEOPLE}{two[0].pk}/{pk}/")
        assert said.status_code == 404
        assert "One of these two is not known here" in text_of(said)
        assert cy.name not in text_of(said)


def test_refusal_is_a_sentence_in_the_place_of_the_button(as_bo, two, page, clock):
    Member.objects.filter(pk=two[1].pk).update(is_superuser=True)
    said = as_bo.get(page)
    assert said.status_code == 409
    assert "Only an administrator merges the record of an administrator." in text_of(said)
    assert "Make the two one</button>" not in said.content.decode()


def test_hostile_names_are_shown_as_typed(as_bo, two, page, clock):
    Member.objects.filter(pk=two[1].pk).update(name='<b onclick="x">Ana</b> {{ x }}')
    assert '<b onclick="x">Ana</b> {{ x }}' in text_of(as_bo.get(page))
    assert "&lt;b onclick" in as_bo.get(page).content.decode()


def test_two_organisations_become_one(as_bo, ana, two, clock):
    kept, other = OrganisationFactory.create(name="Ceiba"), OrganisationFactory.create(name="CEIBA", country="GT")
    for member, organisation in zip(two, (kept, other), strict=True):
        Affiliation.objects.create(member=member, organisation=organisation, starts_on="2026-01-01")
    assert [(first.pk, second.pk) for first, second in as_bo.get(ORGANISATIONS).context["likely"]] == [
        (kept.pk, other.pk)
    ]
    page = f"{ORGANISATIONS}{kept.pk}/{other.pk}/"
    form = {**fields_of(as_bo.get(page)), "country": "other"}
    assert as_bo.post(page, form).status_code == 302
    kept.refresh_from_db()
    assert (Organisation.objects.count(), kept.country, kept.affiliations.count()) == (1, "GT", 2)


def test_queue_of_applications_leads_to_two_who_may_be_one(as_bo, two, community, page, clock):
    application = ApplicationFactory.create(community=community, name="Ana Quispe", email="new@example.org")
    said = as_bo.get(f"/staff/applications/{application.pk}/").content.decode()
    assert page in said or f"{PEOPLE}{two[1].pk}/{two[0].pk}/" in said
