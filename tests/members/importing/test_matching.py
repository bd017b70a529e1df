"""Who is known, what changes of them, and what never does."""

import pytest

from audit.models import record
from members.actions import imports, memberships, people
from members.models import Affiliation, FormerAddress, ImportRow, Member, Organisation
from notices.models import Notice
from tests.factories import MemberFactory, OrganisationFactory, join
from tests.members.importing.conftest import codes

HEAD = "Name,E-mail,Country,Organisation,Type,Role\n"


@pytest.fixture
def ana_in(ana, community, at):
    place = OrganisationFactory.create(name="Cacao Vivo", country="PE")
    memberships.begin(
        member=ana, community=community, organisation=place, stakeholder="COMP", role="Buyer", by=None, at=at
    )
    return ana


def test_known_address_is_changed_and_not_made_again(desk, ana_in):
    batch = desk.bring_in(f"{HEAD}Ana Quispe,ANA@example.org ,Ghana,Cacao Vivo,Company,Owner\n")
    ana_in.refresh_from_db()
    assert (batch.counts["create"], batch.counts["update"]) == (0, 1)
    assert (ana_in.country, ana_in.affiliations.get().role) == ("GH", "Owner")


def test_row_that_says_nothing_new_is_left_out(desk, ana_in):
    batch = desk.check(f"{HEAD}ana QUISPE,ana@example.org,Peru,CACAO vivo,,\n")
    assert codes(batch) == {2: ["unchanged"]}


def test_empty_cell_blanks_nothing(desk, ana_in):
    desk.bring_in(f"{HEAD}Ana Quispe Mamani,ana@example.org,,,,\n")
    ana_in.refresh_from_db()
    membership = ana_in.memberships.get()
    assert (ana_in.name, ana_in.country, membership.organisation.name) == ("Ana Quispe Mamani", "PE", "Cacao Vivo")


@pytest.mark.parametrize(("overwrites", "name"), [(False, "Ana Own"), (True, "Ana List")])
def test_what_she_changed_herself_stays_unless_chosen(desk, ana_in, at, overwrites, name):
    ana_in.name = "Ana Own"
    people.change_profile(member=ana_in, by=ana_in, at=at)
    desk.bring_in(f"{HEAD}Ana List,ana@example.org,Ghana,,,\n", overwrites=overwrites)
    ana_in.refresh_from_db()
    assert (ana_in.name, ana_in.country) == (name, "GH")


def test_somebody_of_another_community_only_joins(desk, cy):
    desk.bring_in(f"{HEAD}Cy Changed,cy@example.org,Peru,,NGO,\n")
    cy.refresh_from_db()
    assert (cy.name, cy.country, cy.memberships.get().stakeholder) == ("Cy Stranger", "GH", "NGO")


@pytest.mark.parametrize("when", ["before the check", "after the check"])
def test_address_from_before_a_merge_makes_nobody_anew(desk, ana_in, at, when):
    row = f"{HEAD}Ana Quispe,ANA.old@example.org,Ghana,Cacao Vivo,Company,Buyer\n"
    batch = desk.check(row) if when == "after the check" else None
    FormerAddress.objects.create(member=ana_in, address="ana.old@example.org", since=at)
    people = Member.objects.count()
    batch = desk.commit(batch or desk.check(row))
    ana_in.refresh_from_db()
    assert (Member.objects.count(), batch.counts["update"], ana_in.country) == (people, 1, "GH")
    assert ana_in.email == "ana@example.org"


def test_what_somebody_of_another_community_does_in_her_organisation_stays(desk, cy, at):
    place = OrganisationFactory.create(name="Cacao Vivo", country="PE")
    Affiliation.objects.create(member=cy, organisation=place, role="Director", starts_on=at.date())
    desk.bring_in(f"{HEAD}Cy Stranger,cy@example.org,Peru,Cacao Vivo,Company,Intern\n")
    assert (cy.affiliations.get().role, cy.memberships.get().organisation) == ("Director", place)


def test_same_name_in_the_same_organisation_is_asked_about_and_left_out(desk, ana_in):
    batch = desk.check(f"{HEAD}ana quispé,,Peru,cacao vivo,Company,\n")
    assert batch.counts["review"] == 1
    desk.commit(batch)
    assert codes(batch) == {2: ["not_decided"]}
    assert Member.objects.filter(email=None).count() == 0


@pytest.mark.parametrize("is_known", [False, True])
def test_name_and_organisation_tell_no_address_of_people_elsewhere(desk, cy, community, at, is_known):
    place = OrganisationFactory.create(name="Cacao Vivo", country="PE")
    Affiliation.objects.create(member=cy, organisation=place, starts_on=at.date())
    if is_known:
        join(cy, community.circle)
    batch = desk.check(f"{HEAD}Cy Stranger,,Peru,Cacao Vivo,Company,\n")
    assert [row.person for row in batch.rows.all()] == ([cy] if is_known else [None])
    desk.commit(batch)
    assert Member.objects.filter(name="Cy Stranger").count() == (1 if is_known else 2)


@pytest.mark.parametrize(("decision", "made"), [("same", 0), ("other", 1)])
def test_answer_of_the_coordinator_counts(desk, ana_in, at, decision, made):
    batch = desk.check(f"{HEAD}ana quispé,,Ghana,cacao vivo,Company,\n")
    row = batch.rows.get()
    imports.decide(batch=batch, people={row.pk: decision}, organisations={}, by=desk.by, at=at)
    desk.commit(batch)
    ana_in.refresh_from_db()
    assert (Member.objects.filter(email=None).count(), ana_in.country) == (made, "PE" if made else "GH")


def test_list_without_addresses_checked_twice_before_comes_in_once(desk):
    data = f"{HEAD}Bea Alma,,Peru,Cacao Vivo,Company,\n"
    first, second = desk.check(data), desk.check(data)
    desk.commit(first)
    desk.commit(second)
    assert Member.objects.filter(name="Bea Alma").count() == 1


def test_organisation_of_a_similar_name_is_offered_and_taken_only_when_said(desk, ana_in, at):
    batch = desk.check(f"{HEAD}Bea,bea@example.org,Peru,Cacao Vivos,Company,\n")
    [one] = batch.organisations.all()
    assert (one.found, one.near.name) == (None, "Cacao Vivo")
    imports.decide(batch=batch, people={}, organisations={one.pk: True}, by=desk.by, at=at)
    desk.commit(batch)
    assert Organisation.objects.count() == 1
    assert Member.objects.get(name="Bea").affiliations.get().organisation.name == "Cacao Vivo"


def test_similar_name_makes_a_new_organisation_without_an_answer(desk, ana_in):
    desk.bring_in(f"{HEAD}Bea,bea@example.org,Peru,Cacao Vivos,Company,\n")
    assert Organisation.objects.count() == 2


def test_closed_account_and_ended_membership_are_named(desk, ana_in, cy, at):
    Member.objects.filter(pk=cy.pk).update(is_active=False)
    ana_in.memberships.update(state="ended", ended_at=at)
    batch = desk.check(f"{HEAD}Ana,ana@example.org,,,,\nCy,cy@example.org,,,NGO,\n")
    assert codes(batch) == {2: ["ended"], 3: ["switched_off"]}


def test_what_only_a_new_person_needs_is_asked_of_new_people(desk, ana_in):
    batch = desk.check(f"{HEAD}Ana,ana@example.org,Ghana,,,\nBea,bea@example.org,,New Thing,Company,\nEva,,,,,\n")
    assert codes(batch) == {3: ["country_missing"], 4: ["stakeholder_missing"]}


def test_known_organisation_tells_the_type(desk, ana_in):
    desk.bring_in(f"{HEAD}Bea,bea@example.org,Peru,Cacao Vivo,,\n")
    assert Member.objects.get(name="Bea").memberships.get().stakeholder == "COMP"


def test_nobody_gets_a_mail_unless_it_is_wanted(desk):
    desk.bring_in(f"{HEAD}Bea,bea@example.org,Peru,,NGO,\n")
    assert Notice.objects.count() == 0


def test_invitation_goes_to_each_new_person_once(desk, ana_in):
    data = f"{HEAD}Bea,bea@example.org,Peru,,NGO,\nEva,,Peru,,NGO,\nAna B,ana@example.org,,,,\n"
    desk.bring_in(data, invites=True)
    assert list(Notice.objects.values_list("kind", "address")) == [("added_to_community", "bea@example.org")]


def test_somebody_made_since_the_check_is_changed_and_not_doubled(desk):
    batch = desk.check(f"{HEAD}Bea Alma,bea@example.org,Peru,,NGO,\n")
    MemberFactory.create(name="Bea", email="bea@example.org")
    desk.commit(batch)
    assert (batch.counts["create"], batch.counts["update"]) == (0, 1)
    assert Member.objects.get(email="bea@example.org").memberships.count() == 1


def test_history_names_fields_and_never_values(desk, ana_in):
    from audit.models import Entry

    desk.bring_in(f"{HEAD}Ana Nueva,ana@example.org,Ghana,,,\n")
    entry = Entry.objects.get(verb="member.changed_by_import")
    assert entry.detail == {"of": ImportRow.objects.get().of_id, "fields": ["name", "country"]}


def test_another_persons_change_of_the_profile_protects_nothing(desk, ana_in, at):
    record(verb="member.profile_changed", subject=ana_in, by=desk.by, at=at, fields=["name"])
    desk.bring_in(f"{HEAD}Ana List,ana@example.org,,,,\n")
    ana_in.refresh_from_db()
    assert ana_in.name == "Ana List"
