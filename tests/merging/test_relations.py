"""No relation is forgotten: each has a rule, each has a row in the test, and no row is left behind."""

import pytest
from django.apps import apps
from django.db import connection, models

from events import invariants as events_invariants
from forestallies.merging.engine import relations_of
from forestallies.merging.merge import merge_organisations, merge_people
from forestallies.merging.organisation_rules import ORGANISATION_RULES
from forestallies.merging.person_rules import LABELS, PERSON_RULES
from members.models import Member, Organisation
from tests.factories import MemberFactory, OrganisationFactory
from tests.merging.belongings import OF_ORGANISATION, OF_PERSON, place

REFERENCES = """
    SELECT source.relname, attribute.attname
    FROM pg_constraint AS one
    JOIN pg_class AS source ON source.oid = one.conrelid
    JOIN pg_class AS target ON target.oid = one.confrelid
    JOIN pg_attribute AS attribute ON attribute.attrelid = one.conrelid AND attribute.attnum = ANY (one.conkey)
    WHERE one.contype = 'f' AND target.relname = %s
"""


@pytest.fixture
def root(db) -> Member:
    return MemberFactory.create(name="Root", is_superuser=True)


def references_to(table: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES, [table])
        return sorted(cursor.fetchall())


def left_at(table: str, pk: int) -> list[str]:
    """The columns of the database, found in its own catalogue, in which a number still stands."""
    found = []
    with connection.cursor() as cursor:
        for source, column in references_to(table):
            cursor.execute(f'SELECT count(*) FROM "{source}" WHERE "{column}" = %s', [pk])  # noqa: S608 (names of the catalogue)
            found += [f"{source}.{column}"] * bool(cursor.fetchone()[0])
    return found


@pytest.mark.parametrize(
    ("model", "rules", "rows"),
    [(Member, PERSON_RULES, OF_PERSON), (Organisation, ORGANISATION_RULES, OF_ORGANISATION)],
    ids=["people", "organisations"],
)
def test_every_relation_has_one_rule_and_a_row_in_this_test(model, rules, rows):
    ruled = [rule.relation.name for rule in rules]
    assert sorted(ruled) == sorted(relations_of(model)), "a new relation needs a rule in forestallies/merging"
    assert set(rows) == set(ruled)


@pytest.mark.parametrize("model", [Member, Organisation])
def test_metadata_and_database_know_the_same_relations(db, model):
    """A table of the database that points to people, unknown to Django, would be forgotten by the test above."""
    known = set()
    for name in relations_of(model):
        label, field = name.rsplit(".", 1)
        child = apps.get_model(label)
        known.add((child._meta.db_table, child._meta.get_field(field).column))
    assert set(references_to(model._meta.db_table)) == known


def test_every_number_without_a_key_is_known():
    """Columns that hold numbers of rows and are no keys; what holds them as text is named in `LABELS` by hand."""
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.BigIntegerField | models.IntegerField)
        and not field.is_relation
        and not field.primary_key
        and (field.name.endswith("_id") or field.name == "merged_from")
    }
    assert found - set(LABELS) == set()


def test_nothing_is_left_at_a_person_who_was_merged(root, at):
    kept, other = MemberFactory.create_batch(2)
    where = place(at)
    for make in OF_PERSON.values():
        make(kept, where)
        make(other, where)
    assert len(left_at("members_member", other.pk)) == len(OF_PERSON)
    merge_people(kept_id=kept.pk, other_id=other.pk, chosen={}, by=root, at=at)
    assert left_at("members_member", other.pk) == []
    assert not Member.objects.filter(pk=other.pk).exists()
    connection.check_constraints()
    assert list(events_invariants.violations(at=at)) == []


def test_everything_comes_to_a_person_who_had_nothing(root, at):
    kept, other = MemberFactory.create_batch(2)
    where = place(at)
    for make in OF_PERSON.values():
        make(other, where)
    before = left_at("members_member", other.pk)
    merge_people(kept_id=kept.pk, other_id=other.pk, chosen={}, by=root, at=at)
    let_go = {
        "mfa_authenticator.user_id", "members_signininvitation.member_id", "jobs_submission.actor_id",
        "members_opensession.member_id", "members_addresschange.member_id",
        "members_dataexport.member_id",
    }  # fmt: skip
    assert set(left_at("members_member", kept.pk)) == set(before) - let_go


def test_nothing_is_left_at_an_organisation_that_was_merged(root, at):
    kept, other = OrganisationFactory.create_batch(2)
    where = place(at)
    for make in OF_ORGANISATION.values():
        make(kept, where)
        make(other, where)
    assert len(left_at("members_organisation", other.pk)) == len(OF_ORGANISATION)
    merge_organisations(kept_id=kept.pk, other_id=other.pk, chosen={}, by=root, at=at)
    assert left_at("members_organisation", other.pk) == []
    assert not Organisation.objects.filter(pk=other.pk).exists()


def test_forgotten_relation_stops_the_whole_merge(root, at, monkeypatch):
    """The negative control: without one of the rules the database refuses, and nothing is changed."""
    from django.db import IntegrityError, transaction

    from forestallies.merging import merge

    kept, other = MemberFactory.create_batch(2)
    OF_PERSON["members.Affiliation.member"](other, place(at))
    rules = tuple(rule for rule in PERSON_RULES if rule.relation.name != "members.Affiliation.member")
    monkeypatch.setattr(merge, "PERSON_RULES", rules)
    with pytest.raises(IntegrityError), transaction.atomic():
        merge_people(kept_id=kept.pk, other_id=other.pk, chosen={}, by=root, at=at)
    assert other.affiliations.count() == 1
