"""The registry of finders is whole: a new table about people fails the check until somebody says how."""

import pytest
from django.apps import apps

from forestallies.privacy import checks, rules
from forestallies.privacy.finders import FINDS
from members.models import Member

TO_A_PERSON = [
    (model._meta.label_lower, name)
    for model in apps.get_models(include_auto_created=True)
    for name in checks.people_of(model)
]


def found() -> set[str]:
    return {message.id for message in checks.check_every_table_leads_to_its_people(None)}


def without(monkeypatch, label: str) -> None:
    monkeypatch.setattr(checks, "FINDS", {name: find for name, find in FINDS.items() if name != label})


def test_all_is_well():
    assert found() == set()


def test_relations_to_members_are_all_looked_at():
    """Django's own list of what points to a member holds nothing that the check does not see."""
    own = {(relation.related_model._meta.label_lower, relation.field.name) for relation in Member._meta.related_objects}
    hidden = {
        (relation.related_model._meta.label_lower, relation.field.name)
        for relation in Member._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }
    assert own | hidden == set(TO_A_PERSON)


@pytest.mark.parametrize("label", ["members.listing", "events.attendance", "account.emailaddress"])
def test_table_of_a_person_that_nobody_finds_fails(monkeypatch, label):
    without(monkeypatch, label)
    assert "privacy.E003" in found()


@pytest.mark.parametrize("label", ["members.applicationdraft", "sessions.session", "certificates.document"])
def test_table_with_personal_fields_that_nobody_finds_fails(monkeypatch, label):
    without(monkeypatch, label)
    assert "privacy.E004" in found()


@pytest.mark.parametrize(
    ("field", "line", "problem"),
    [
        ("events.registration.note", "cascade", "privacy.E005"),
        ("events.registration.state_since", "blank why", "privacy.E007"),
        ("members.grant.member", "none", None),
    ],
)
def test_rule_that_cannot_be_carried_out_fails(monkeypatch, field, line, problem):
    label, name = field.rsplit(".", 1)
    table = {key: dict(fields) for key, fields in rules.classification().items()}
    table[label][name] = line
    monkeypatch.setattr(checks, "classification", lambda: table)
    assert found() == ({problem} if problem else set())


def test_finder_of_a_table_that_is_gone_fails(monkeypatch):
    monkeypatch.setattr(checks, "FINDS", {**FINDS, "members.parrot": FINDS["members.grant"]})
    assert "privacy.E006" in found()
