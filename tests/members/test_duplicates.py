"""Who is known already: by address, by name, by likeness; and what was told apart stays apart."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from forestallies.lib.database import resembling
from members.actions import likenesses
from members.duplicates import Likenesses, organisation_of_this_name, organisations_to_ask_about
from members.models import Affiliation, Application, Member, NotTheSame, Organisation
from tests.factories import ApplicationFactory, MemberFactory, OrganisationFactory


@pytest.fixture
def application(community) -> Application:
    return ApplicationFactory.create(
        community=community,
        name="Beatriz Encinalejo",
        email="bea@example.org",
        organisation_name="Cooperativa Ceiba Alta",
    )


@pytest.fixture
def look(application, bo, at):
    def look(by=bo):
        return Likenesses(Application.objects.get(pk=application.pk), by=by, at=at)

    return look


def whys(found) -> list[tuple[str, str, str]]:
    return [(one.of, one.name, one.why) for one in found]


def test_people_are_found_by_address_name_and_likeness(look, at):
    MemberFactory.create(name="Quite Another", email="bea@example.org")
    MemberFactory.create(name="BEÁTRIZ ENCINALEJO")
    MemberFactory.create(name="Beatris Encinalejo")
    MemberFactory.create(name="Bernhard Enzian")  # the negative control
    assert whys(look().people) == [
        ("member", "Quite Another", "address"),
        ("member", "BEÁTRIZ ENCINALEJO", "name"),
        ("member", "Beatris Encinalejo", "like"),
    ]


def test_earlier_applications_are_found_with_what_became_of_them(look, community, at):
    ApplicationFactory.create(
        community=community, name="Encinalejo Beatriz", organisation_name="Ceiba", state="withdrawn", withdrawn_at=at
    )
    [found] = look().people
    assert (found.of, found.why, found.facts) == ("application", "like", ("Ceiba", "withdrawn"))


def test_former_application_of_another_community_is_not_shown_to_her(look, cy, application):
    ApplicationFactory.create(name="Beatriz Encinalejo")
    assert len(look().people) == 1
    assert look(by=cy).people == []


def test_facts_tell_namesakes_apart(look, at):
    member = MemberFactory.create(name="Beatriz Encinalejo", country="GT")
    place = OrganisationFactory.create(name="Bosque Claro")
    Affiliation.objects.create(member=member, organisation=place, starts_on=at.date())
    [found] = look().people
    assert (found.country, found.facts) == ("GT", ("Bosque Claro",))


def test_name_without_a_letter_is_found_when_it_is_the_same(look, application):
    Application.objects.update(name="🌳🌳", organisation_name="🌲")
    MemberFactory.create(name="🌳🌳")
    OrganisationFactory.create(name="🌲")
    assert [found.why for found in (*look().people, *look().organisations)] == ["name", "name"]


def test_organisations_are_found_the_same_first(look):
    OrganisationFactory.create(name="Cooperativa Ceiba Altas")
    OrganisationFactory.create(name="COOPERATIVA CEIBA ALTÁ")
    OrganisationFactory.create(name="Vieux Moulin")
    assert [(one.name, one.why) for one in look().organisations] == [
        ("COOPERATIVA CEIBA ALTÁ", "name"),
        ("Cooperativa Ceiba Altas", "like"),
    ]


def test_what_was_told_apart_is_not_offered_again_until_it_is_taken_back(look, application, bo, at):
    MemberFactory.create(name="Beatriz Encinalejo")
    OrganisationFactory.create(name="Cooperativa Ceiba Altas")
    for found in (*look().people, *look().organisations):
        for _twice in range(2):
            likenesses.tell_apart(application=application, found=found, by=bo, at=at)
    assert (look().people, look().organisations, len(look().told_apart)) == ([], [], 2)
    assert set(NotTheSame.objects.values_list("by", "at")) == {(bo.pk, at)} and NotTheSame.objects.count() == 2
    likenesses.forget(application=application, found=look().told_apart[0], by=bo, at=at)
    assert whys(look().people) == [("member", "Beatriz Encinalejo", "name")]


def test_telling_apart_holds_for_this_application_alone(look, application, community, bo, at):
    MemberFactory.create(name="Beatriz Encinalejo")
    likenesses.tell_apart(application=application, found=look().people[0], by=bo, at=at)
    other = ApplicationFactory.create(community=community, name="Beatriz Encinalejo")
    assert ("member", "Beatriz Encinalejo", "name") in whys(Likenesses(other, by=bo, at=at).people)


def test_stranger_tells_nothing_apart(look, application, cy, at):
    MemberFactory.create(name="Beatriz Encinalejo")
    with pytest.raises(PermissionDenied):
        likenesses.tell_apart(application=application, found=look().people[0], by=cy, at=at)
    assert not NotTheSame.objects.exists()


def test_database_wants_exactly_one_other_side(application, bo, at):
    for sides in ({}, {"member": bo, "other": application}):
        with pytest.raises(IntegrityError, match="not_the_same_is_one"), transaction.atomic():
            NotTheSame.objects.create(application=application, at=at, **sides)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Cooperativa Ceiba Alto", ["Cooperativa Ceiba Alta"]),
        ("Ceiba Alta, Cooperativa", ["Cooperativa Ceiba Alta"]),
        ("cooperativa ceiba ALTÁ", []),  # it is that one
        ("Vieux Moulin", []),
        ("Jana Ceibo", []),  # a person's
        ("🌳", []),
    ],
)
def test_applicant_is_asked_about_names_that_are_near(db, typed, asked):
    OrganisationFactory.create(name="Cooperativa Ceiba Alta")
    OrganisationFactory.create(name="Jana Ceiba", kind="INDV")
    assert [one.name for one in organisations_to_ask_about(typed)] == asked


def test_the_only_one_of_a_name_is_hers_without_asking(db):
    one = OrganisationFactory.create(name="Ceiba Alta")
    assert organisation_of_this_name("CEIBA ÁLTA") == one
    OrganisationFactory.create(name="Ceiba Alta")
    assert organisation_of_this_name("Ceiba Alta") is organisation_of_this_name("") is None


def plan_of(rows) -> str:
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.fixture
def crowd(db) -> None:
    """Enough rows that reading all of them would cost more than the index."""
    names = [f"Member{n} {n * 7919 % 9973:x} Family{n * 31 % 997:x}" for n in range(20_000)]
    Member.objects.bulk_create(Member(name=name) for name in names)
    Organisation.objects.bulk_create(Organisation(name=name, kind="COMP", country="NL") for name in names)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE members_member, members_organisation")


def test_search_by_likeness_goes_through_its_index(crowd):
    people = plan_of(Member.objects.alike("Beatriz Encinalejo", at_least=0.5)[:6])
    places = plan_of(Organisation.objects.alike("Cooperativa Ceiba Alta", at_least=0.5)[:6])
    assert "Index Scan on member_alike" in people and "Seq Scan" not in people
    assert "Index Scan on organisation_alike" in places and "Seq Scan" not in places


def test_index_leaves_out_early_what_is_not_near_enough(crowd):
    """Names of one kind resemble each other a little: without its limit the index gives most of them."""

    def from_index() -> int:
        sql, values = Member.objects.alike("Member Zzyx Wvut", at_least=0.55)[:6].query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")
            cursor.execute(f"EXPLAIN ANALYZE {sql}", values)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        return int(re.findall(r"Index Scan on member_alike .*actual time=\S+ rows=(\d+)", plan)[0])

    MemberFactory.create(name="Member Zzyx Wvut")
    everything = from_index()
    with resembling(0.45):
        assert 0 < from_index() < everything / 3


def test_queue_is_searched_through_its_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # by number, which every table has
    plan = plan_of(Application.objects.matching("pinar del NORTE"))
    assert "Index Scan on application_words" in plan


@pytest.mark.parametrize("rows", [1, 3])
def test_looking_costs_the_same_for_one_and_for_three(look, rows, django_assert_num_queries):
    MemberFactory.create_batch(rows, name="Beatriz Encinalejo")
    OrganisationFactory.create_batch(rows, name="Cooperativa Ceiba Alta")
    with django_assert_num_queries(
        13
    ):  # one fetches the application, one what was told apart, four open and close the limit
        found = look()
        assert (len(found.people), len(found.organisations), found.told_apart) == (rows, rows, [])
