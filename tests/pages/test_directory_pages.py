"""The directory: who is found, by what, and what is shown; nothing that somebody hides, by any way."""

from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from audit.models import Entry
from forestallies.benchmarks.directory import make_directory
from forestallies.lib.database import forgiving
from members import directory
from members.directory import Search
from members.models import DirectoryEntry, Membership, Theme
from members.models.directory import readable_communities
from tests.factories import (
    CircleFactory,
    CommunityFactory,
    DirectoryEntryFactory,
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
)
from tests.html_forms import fields_of
from tests.world import sign_in

PEOPLE, OWN = "/directory/", "/me/directory/"
HIDDEN = {f"shows_{name}": False for name in DirectoryEntry.OPENABLE}


@pytest.fixture
def ana(ana):
    """Reads English here, and is an active member, not listed herself."""
    ana.language = "en"
    ana.save(update_fields=["language"])
    MembershipFactory.create(member=ana, organisation=None)
    return ana


@pytest.fixture
def theme(db):
    return Theme.objects.create(slug="gender-equality", name="Gender equality")


def person(name="María Núñez", **values) -> DirectoryEntry:
    entry = DirectoryEntryFactory.create(
        member=MemberFactory.create(name=name, country="PE", email=f"{uuid4()}@secret.example.org"), **values
    )
    Membership.objects.filter(member=entry.member).update(stakeholder="COMM")
    return entry


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def found(browser, **query) -> list[str]:
    return [card.name for card in browser.get(PEOPLE, query).context["page"].items]


def test_person_is_found_by_each_field_that_she_opens(as_ana, theme):
    person(languages=["es", "qu"]).themes.add(theme)
    for query in ({}, {"country": "PE"}, {"stakeholder": "COMM"}, {"language": "qu"}, {"theme": theme.pk}):
        assert found(as_ana, **query) == ["María Núñez"]
    for query in ({"country": "GH"}, {"stakeholder": "COMP"}, {"language": "fr"}):
        assert found(as_ana, **query) == []


def test_hidden_fields_are_neither_shown_nor_searched(as_ana, theme):
    person(about="Shade and soil", languages=["qu"], **HIDDEN).themes.add(theme)
    page = as_ana.get(PEOPLE)
    [card] = page.context["page"].items
    assert card == directory.Card(card.member_id, "María Núñez")
    for query in ({"country": "PE"}, {"stakeholder": "COMM"}, {"language": "qu"}, {"theme": theme.pk}):
        assert found(as_ana, **query) == []


@pytest.mark.parametrize("wanted", ["maria", "NUNEZ", "Nuñes", "Mria", "Maria Nunes", "úñe"])
def test_name_is_found_without_accents_and_with_typing_errors(as_ana, wanted):
    person()
    person("Kwame Boateng")
    assert found(as_ana, name=wanted) == ["María Núñez"]


def test_most_similar_name_comes_first(as_ana):
    for name in ("Mario Núñez", "Maria Quispe", "Aaron Marias"):
        person(name)
    assert found(as_ana, name="Maria Quispe")[0] == "Maria Quispe"
    assert found(as_ana) == ["Aaron Marias", "Maria Quispe", "Mario Núñez"]


@pytest.mark.parametrize("wanted", ["李小龍", "%", "_", "\\", "'; DROP TABLE", "😀", "<script>", "a" * 120])
def test_odd_signs_find_the_odd_name_only(as_ana, wanted):
    person()
    assert found(as_ana, name=wanted) == []
    person(wanted)
    page = as_ana.get(PEOPLE, {"name": wanted})
    assert page.status_code == 200 and "<script>" not in text(page)


def test_somebody_who_is_not_listed_is_not_there(as_ana):
    entry = person(is_listed=False)
    organisation = entry.member.memberships.get().organisation
    assert found(as_ana) == [] and found(as_ana, name="María") == []
    assert as_ana.get(reverse("directory_person", args=[entry.member_id])).status_code == 404
    page = text(as_ana.get(reverse("directory_organisation", args=[organisation.pk])))
    assert "None of its people is listed" in page and "María" not in page


@pytest.mark.parametrize("state", ["dormant", "ended"])
def test_whose_membership_rests_is_not_there_and_reads_nothing(as_ana, ana, at, state):
    entry = person()
    values = {"state": state, "ended_at": at if state == "ended" else None}
    Membership.objects.filter(member=entry.member).update(**values)
    assert found(as_ana) == []
    Membership.objects.filter(member=ana).update(**values)
    assert as_ana.get(PEOPLE).status_code == 403


def test_another_community_has_a_directory_of_its_own(as_ana, at):
    other = CommunityFactory.create(slug="other", name="Other", circle=CircleFactory.create(name="Other"))
    entry = person(membership__community=other)
    assert found(as_ana) == []
    assert as_ana.get(reverse("directory_person", args=[entry.member_id])).status_code == 404
    assert list(readable_communities(entry.member, at=at)) == [other]


def test_account_that_was_closed_is_not_there(as_ana):
    entry = person()
    entry.member.is_active = False
    entry.member.save(update_fields=["is_active"])
    assert found(as_ana) == []


def test_organisations_are_found_and_show_who_says_so(as_ana):
    entry = person()
    organisation = entry.member.memberships.get().organisation
    secret = person("Cy Hidden", membership__organisation=organisation, shows_organisation=False)
    OrganisationFactory.create(name="Nobody Here (demo)")
    page = as_ana.get("/directory/organisations/", {"country": "NL", "name": organisation.name[:8]})
    assert list(page.context["page"].items) == [organisation]
    page = text(as_ana.get(reverse("directory_organisation", args=[organisation.pk])))
    assert "María Núñez" in page and secret.member.name not in page


def test_wrong_filter_gets_a_sentence(as_ana):
    person()
    page = as_ana.get(PEOPLE, {"country": "XX", "page": "-3", "theme": "1 OR 1=1"})
    assert page.status_code == 200 and "Please look at these points" in text(page)
    assert list(page.context["page"].items) == []


def test_pages_follow_each_other_without_a_count(as_ana, monkeypatch):
    monkeypatch.setattr(directory, "PER_PAGE", 2)
    for name in ("Ada", "Bea", "Cleo"):
        person(name)
    assert found(as_ana) == ["Ada", "Bea"]
    assert found(as_ana, page=2) == ["Cleo"]
    assert 'rel="next"' in text(as_ana.get(PEOPLE)) and 'rel="next"' not in text(as_ana.get(PEOPLE, {"page": 2}))
    assert found(as_ana, page="9" * 30) == ["Ada", "Bea"]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("/directory/", 8), ("/directory/?name=maria", 10), ("/directory/organisations/", 5)],  # 2 of 10: a savepoint
)
def test_lists_cost_the_same_whatever_the_size(as_ana, theme, rows, path, queries, django_assert_num_queries):
    for number in range(rows):
        person(f"Maria {number}").themes.add(theme)
    as_ana.get(path)
    with django_assert_num_queries(queries):
        as_ana.get(path)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (directory.found_people, "member_alike"),
        (directory.found_organisations, "organisation_alike"),
    ],
)
def test_names_are_looked_up_in_their_index(db, at, query, index):
    """With enough people the planner takes it of itself."""
    community = make_directory(3_000, at=at)
    statement, values = query(Search(name="Boatelsah"), [community.pk]).query.sql_with_params()
    with forgiving(directory.ALIKE), connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])  # as autovacuum does after a while
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan, plan


def test_mix_is_shown_in_numbers_and_shares_and_warns_staff_only(as_ana, bo):
    person()
    page = text(as_ana.get(PEOPLE))
    assert "Forest community organisation</span><strong>1 (50 %)</strong>" in page and "One side" not in page
    Membership.objects.filter(stakeholder="COMM").update(stakeholder="NGO")
    assert "One side is missing" not in text(as_ana.get(PEOPLE))
    bo.language = "en"
    bo.save(update_fields=["language"])
    page = text(sign_in(bo).get(PEOPLE))
    assert "One side is missing: nobody here speaks for a forest community organisation." in page


def test_nobody_is_listed_before_she_says_so(as_ana, ana):
    page = as_ana.get(OWN)
    assert "You are not listed: nobody sees this card." in text(page)
    assert {name for name in fields_of(page) if name.startswith("shows")} == {
        "shows_organisation", "shows_country", "shows_stakeholder",
    }  # fmt: skip
    assert not DirectoryEntry.objects.exists()


def test_choice_is_saved_shown_and_written_down_without_its_words(as_ana, ana, theme):
    fields = fields_of(as_ana.get(OWN))
    given = {"is_listed": "on", "about": "Cacao bajo sombra", "shows_about": "on", "themes": [theme.pk]}
    assert as_ana.post(OWN, {**fields, **given, "languages": ["es", "qu"]}).status_code == 302
    entry = DirectoryEntry.objects.get()
    assert (entry.languages, list(entry.themes.all()), entry.shows_themes) == (["es", "qu"], [theme], False)
    detail = Entry.objects.get(verb="directory.entry_changed").detail
    assert detail == {"fields": ["is_listed", "about", "languages", "shows_about", "themes"], "listed": True}
    browser = sign_in(person("Bea").member)
    page = text(browser.get(reverse("directory_person", args=[ana.pk])))
    assert "Cacao bajo sombra" in page and theme.name not in page and "Quechua" not in page
    assert ana.email not in page


def test_preview_shows_and_saves_nothing(as_ana, ana):
    fields = fields_of(as_ana.get(OWN))
    page = as_ana.post(OWN, {**fields, "is_listed": "on", "about": "Try me", "shows_about": "on", "act": "preview"})
    assert page.status_code == 200 and page.context["card"].about == "Try me"
    assert "Preview, not saved yet" in text(page) and not DirectoryEntry.objects.exists()


@pytest.mark.parametrize("bad", [{"languages": ["xx"]}, {"themes": ["7000"]}, {"about": "x" * 601}, {"about": "a\x07"}])
def test_bad_input_gets_a_sentence_and_nothing_is_lost(as_ana, bad):
    page = as_ana.post(OWN, {"submission": uuid4(), "is_listed": "on", "about": "Kept", **bad})
    assert page.status_code == 422 and "Please look at these points" in text(page)
    assert not DirectoryEntry.objects.exists()
    assert "is_listed" in fields_of(page)


def test_address_stands_on_no_page_of_the_directory(as_ana):
    entry = person()
    paths = [PEOPLE, "/directory/?name=maria", reverse("directory_person", args=[entry.member_id])]
    assert [path for path in paths if entry.member.email in text(as_ana.get(path))] == []
