"""Exports of Google Forms in four languages are understood as they come."""

import pytest

from members.models import Consent, Member, Organisation

FIELDS = {
    "es": ["stamp", "email", "name", "country", "organisation", "stakeholder", "role", "languages", "gender",
           "age_band", "", "privacy", "code_of_conduct"],
    "fr": ["stamp", "email", "last_name", "first_name", "country", "organisation", "stakeholder", "role", "languages",
           "gender", "privacy"],
    "pt": ["stamp", "email", "name", "country", "organisation", "stakeholder", "role", "languages", "gender",
           "privacy"],
    "en": ["stamp", "email", "name", "country", "organisation", "stakeholder", "role", "languages", "gender",
           "age_band", "zone", "privacy", "joined_on"],
}  # fmt: skip


@pytest.mark.parametrize("language", FIELDS)
def test_columns_of_a_form_are_understood(desk, sample, language):
    batch = desk.stage(sample(f"google_forms_{language}.csv"))
    assert [column["field"] for column in batch.columns] == FIELDS[language]


def test_latest_answer_of_a_person_counts_and_a_wrong_address_is_named(desk, sample):
    batch = desk.check(sample("google_forms_es.csv"))
    rows = {row.number: (row.outcome, row.problems) for row in batch.rows.all()}
    assert [rows[number][0] for number in (2, 3, 4, 5)] == ["skip", "create", "create", "bad"]
    assert rows[2][1] == [{"field": "", "code": "duplicate", "value": "", "row": 4}]
    assert rows[5][1] == [{"field": "email", "code": "bad_address", "value": "ines.tzoc arroba example.org"}]


def test_person_has_what_the_form_said(desk, sample):
    desk.bring_in(sample("google_forms_es.csv"))
    rosa = Member.objects.get(email="rosa.huaman@example.org")
    membership, place = rosa.memberships.get(), rosa.affiliations.get()
    said = (rosa.name, rosa.country, rosa.zone, rosa.language, rosa.gender, rosa.age_band)
    assert said == ("Rosa Huamán Ccori", "PE", "America/Lima", "es", "woman", "35–49")
    assert (membership.stakeholder, membership.state, place.role) == ("COMM", "active", "Presidenta")
    assert membership.organisation == place.organisation
    assert (rosa.directory_entry.languages, rosa.directory_entry.is_listed) == (["es", "qu", "en"], False)


def test_consent_is_recorded_as_coming_from_a_list_and_never_invented(desk, sample):
    desk.bring_in(sample("google_forms_fr.csv"))
    given = Consent.objects.order_by("member__name").values_list("member__name", "term", "version")
    assert list(given) == [("Adjoua Konan", "privacy", "import"), ("Blaise Ngo", "privacy", "import")]


def test_consent_bears_the_hour_of_the_answer(desk, sample):
    desk.bring_in(sample("google_forms_es.csv"))
    given = Consent.objects.filter(member__email="rosa.huaman@example.org", term="privacy").get()
    assert given.given_at.isoformat() == "2026-10-13T11:02:59+00:00"


def test_english_form_writes_the_month_first(desk, sample):
    desk.bring_in(sample("google_forms_en.csv"))
    joined = {
        one.name: one.memberships.get().joined_at.date().isoformat() for one in Member.objects.exclude(pk=desk.by.pk)
    }
    assert joined == {"Ama Owusu": "2026-09-16", "Kofi Addai": "2026-08-31", "Mirte Visser": "2026-10-01"}


def test_organisation_is_made_once_whatever_its_accents(desk, sample):
    desk.bring_in(sample("google_forms_es.csv"))
    desk.bring_in(sample("google_forms_fr.csv"))
    made = Organisation.objects.order_by("name").values_list("name", "kind", "country")
    assert list(made) == [
        ("Asociacion de Bosques del Ene (demo)", "COMM", "PE"),
        ("Cacao del Atrato (demo)", "COMP", "CO"),
        ("Coopérative Cacao Vert (demo)", "COMP", "CI"),
        ("Forêts du Dja (demo)", "COMM", "CM"),
    ]


def test_next_file_of_the_same_form_is_understood_as_the_last_one(desk, sample):
    first = desk.stage("Nombre,Cosa rara\nAna,x\n")
    columns = [{"field": "name"}, {"field": "role"}]
    from members.actions import imports  # the action itself, with columns that nobody would guess

    imports.choose_columns(batch=first, columns=columns, options={"stakeholder": "NGO"}, by=desk.by, at=desk.at)
    again = desk.stage("NOMBRE: ,cosa  rara\nBea,y\n")
    assert [column["field"] for column in again.columns] == ["name", "role"]
