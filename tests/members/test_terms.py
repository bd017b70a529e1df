"""Which version counts when, who is asked, and what the database refuses to change."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from members import term_texts, terms
from members.models import Consent, TermAnswer, TermVersion
from tests.factories import MembershipFactory
from tests.factories.terms import BEGAN, agreed, publish

FIRST_TERMS = import_module("members.migrations.0014_first_terms")


@pytest.fixture
def member(ana, community):
    MembershipFactory.create(member=ana, community=community)
    return ana


def names(asked) -> list[str]:
    return [one.term.value for one in asked]


# --- Versions ---


def test_first_versions_came_with_the_migration_in_four_languages(db, at):
    FIRST_TERMS.take_in(apps, None)  # once more: a test that empties tables may have run before
    rows = TermVersion.objects.published()
    assert sorted(rows.values_list("term", "version")) == [(term, "2026-11") for term in sorted(Consent.Term.values)]
    columns = [f"{column}_{code}" for column in ("summary", "text") for code in terms.LANGUAGES]
    assert all(getattr(row, column) for row in rows for column in columns)


def test_text_speaks_the_readers_language(db, at):
    notice = terms.in_force(at)["competition"]
    with translation.override("fr"):
        assert notice.summary.startswith("Nous partageons")
    with translation.override("pt-br"):
        assert "concorrentes" in notice.text


@pytest.mark.parametrize(("moved", "counts"), [(-1, "2026-11"), (0, "2026-12"), (1, "2026-12")])
def test_version_counts_from_its_instant_on(db, moved, counts):
    publish()
    assert terms.in_force(BEGAN + timedelta(seconds=moved))["code_of_conduct"].version == counts


def test_drafts_and_other_terms_do_not_count(db, at):
    publish("privacy")
    TermVersion.objects.create(term="commitment", version="2027", written_at=at)
    assert {term: one.version for term, one in terms.in_force(at).items()} == {
        "privacy": "2026-12", "code_of_conduct": "2026-11", "commitment": "2026-11", "competition": "2026-11",
    }  # fmt: skip


def test_words_of_the_file_hold_where_the_database_has_none(db, at):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE members_termversion")
    assert terms.in_force(at)["privacy"].text_en.startswith("We keep what we need")
    assert terms.find("privacy", "2026-11") is not None and terms.find("privacy", "2026-12") is None


# --- Texts ---


def test_text_is_read_into_headings_lists_and_paragraphs(settings):
    settings.CONTACT_EMAIL = "us@example.org"
    read = term_texts.blocks("One.\nTwo.\n\n## Head\n- a\n- b\n\nWrite to {contact}.")
    assert [(one.kind, one.lines) for one in read] == [
        ("words", ["One.", "Two."]), ("heading", ["Head"]), ("list", ["a", "b"]),
        ("words", ["Write to us@example.org."]),
    ]  # fmt: skip


def test_hostile_text_stays_text(client, db):
    publish("privacy", "2026-12", text_en="- <script>alert(1)</script>{{7*7}}\n\n## {% load x %}")
    page = client.get("/privacy/").content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page


# --- Who is asked ---


def test_member_without_any_consent_is_asked_for_all(member, cy, at):
    assert names(terms.asked(member, at=at)) == Consent.Term.values
    assert terms.asked(cy, at=at) == []


def test_who_agreed_is_asked_again_when_that_version_is_not_the_present_one(member, at):
    agreed(member)
    assert terms.asked(member, at=at) == []
    publish("competition")
    assert names(terms.asked(member, at=at)) == ["competition"]


def test_guest_is_asked_only_for_what_she_agreed_to_once(cy, at):
    agreed(cy, "privacy")
    publish("privacy")
    publish("competition")
    assert names(terms.asked(cy, at=at)) == ["privacy"]


def test_ended_membership_asks_for_nothing(member, at):
    member.memberships.update(state="ended", ended_at=at)
    assert terms.asked(member, at=at) == []


def test_one_query_says_the_same_as_the_long_way(member, cy, at, django_assert_num_queries):
    FIRST_TERMS.take_in(apps, None)
    agreed(member, "privacy", "competition")
    publish("competition")
    agreed(cy, "competition")
    TermAnswer.objects.create(
        member=member, term="code_of_conduct", version="2026-11", answer="later", answered_at=at,
        ask_again_at=at + timedelta(days=1),
    )  # fmt: skip
    for person, moment in (member, at), (member, at + timedelta(days=2)), (cy, at):
        with django_assert_num_queries(1):
            short = terms.waiting(person, at=moment)
        assert short == [one.term for one in terms.asked(person, at=moment)] != []


def test_standings_cost_four_queries(member, at, django_assert_num_queries):
    agreed(member)
    publish()
    with django_assert_num_queries(4):
        terms.standings(member, at=at)


# --- What never changes ---


def change(rows, **fields):
    with transaction.atomic():
        rows.update(**fields)


@pytest.mark.parametrize(
    "field", [{"version": "x"}, {"term": "privacy"}, {"language": "fr"}, {"given_at": BEGAN - timedelta(days=1)}]
)
def test_database_refuses_to_change_a_consent(member, field):
    agreed(member, "competition")
    with pytest.raises(DatabaseError, match="withdrawn or it stays"):
        change(Consent.objects.all(), **field)


def test_consent_is_withdrawn_once_and_for_ever(member, cy, at):
    agreed(member, "competition")
    change(Consent.objects.all(), withdrawn_at=at)
    for again in (None, at + timedelta(days=1)):
        with pytest.raises(DatabaseError, match="withdrawn or it stays"):
            change(Consent.objects.all(), withdrawn_at=again)
    change(Consent.objects.all(), member=cy)  # as merging two rows of one person does


def test_database_refuses_to_change_or_delete_a_published_version(db):
    row = publish()
    for act in (lambda: change(TermVersion.objects.filter(pk=row.pk), text_en="x"), row.delete):
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            act()


# --- The migration ---


def test_one_consent_to_two_terms_becomes_two_and_keeps_all_it_said(member, cy, at):
    Consent.objects.create(member=member, term="commitment", version="2026-11", language="fr", given_at=BEGAN)
    Consent.objects.create(
        member=cy, term="commitment", version="2026-11", language="en", given_at=BEGAN, withdrawn_at=at
    )
    FIRST_TERMS.separate(apps, None)
    kept = "member", "version", "language", "given_at", "withdrawn_at"
    rows = Consent.objects.order_by("pk")
    old, new = (list(rows.filter(term=term).values_list(*kept)) for term in ("commitment", "competition"))
    assert old == new == [(member.pk, "2026-11", "fr", BEGAN, None), (cy.pk, "2026-11", "en", BEGAN, at)]
    FIRST_TERMS.join_again(apps, None)
    assert list(rows.values_list("term", flat=True)) == ["commitment", "commitment"]
