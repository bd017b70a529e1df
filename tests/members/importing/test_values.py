"""What cells say: countries, languages, days, consents, addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.importing import dates, fields, vocabulary
from members.importing.values import Reader
from members.models import MemberImport
from tests.conftest import NOW
from tests.lib.test_tables import NAUGHTY

EVERY = [{"heading": name, "samples": [], "field": name, "order": "dmy"} for name in fields.LABELS]


def read(**typed):
    return Reader(MemberImport(columns=EVERY), at=NOW).read([typed.get(name, "") for name in fields.LABELS])


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Ivory Coast", "CI"), ("Cote d'Ivoire", "CI"), ("côte d’ivoire", "CI"), ("Costa do Marfim", "CI"),
     ("colombia", "CO"), ("Perú ", "PE"), ("Pérou", "PE"), ("PE", "PE"), ("per", "PE"), ("Gana", "GH"),
     ("Estados Unidos", "US"), ("the Netherlands", "NL"), ("República Dominicana", "DO"), ("Atlantis", "")],
)  # fmt: skip
def test_country_is_known_in_four_languages(typed, code):
    assert vocabulary.country(typed) == code


def test_mistyped_country_is_named_with_the_one_that_is_meant():
    [problem] = read(name="Ana", country="Columbia").problems
    assert (problem["code"], problem["near"]) == ("unknown_country", "CO")


@pytest.mark.parametrize(
    ("typed", "found"),
    [("Español, Quechua (Cusco, Collao)", (("es", "qu"), ())), ("English; Twi", (("en", "ak"), ())),
     ("francés y portugués", (("fr", "pt"), ())), ("Português, Klingon", (("pt",), ("Klingon",)))],
)  # fmt: skip
def test_languages_of_a_form_are_told_apart(typed, found):
    assert vocabulary.spoken(typed) == found


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("Sí, he leído y acepto", True), ("I agree", True), ("Oui, j’accepte", True),
     ("Concordo com os termos no site", True),
     ("✓", True), ("x", True), ("No acepto", False), ("Não", False), ("I do not agree", False),
     ("Je n’accepte pas", False), ("maybe", None), ("o aviso", None)],
)  # fmt: skip
def test_consent_is_a_clear_yes_only(typed, answer):
    assert vocabulary.agrees(typed) is answer


@pytest.mark.parametrize(
    ("typed", "band"),
    [("25-34", "25–34"), ("35 a 49", "35–49"), ("42", "35–49"), ("under 25", "<25"), ("moins de 25 ans", "<25"),
     ("50+", "50+"), ("30-40", ""), ("prefiero no decirlo", "undisclosed")],
)  # fmt: skip
def test_age_falls_into_one_band_or_none(typed, band):
    assert vocabulary.age_band(typed) == band


@pytest.mark.parametrize(
    ("typed", "order", "day"),
    [("10/8/2026", "dmy", "2026-08-10"), ("10/8/2026", "mdy", "2026-10-08"),
     ("2026-08-10 09:05:00", "mdy", "2026-08-10"),
     ("9.10.26", "dmy", "2026-10-09"), ("31/12/2026", "mdy", None), ("0/0/0", "dmy", None), ("soon", "dmy", None)],
)  # fmt: skip
def test_days_are_read_in_the_order_of_their_column(typed, order, day):
    found = dates.day(typed, order)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["1/2/2026", "13/2/2026"], "dmy"),
        (["1/2/2026", "2/13/2026"], "mdy"),
        (["1/2/2026"], "mdy"),
        (["2026-01-02"], ""),
    ],
)
def test_column_shows_its_order_and_otherwise_the_stated_one_holds(cells, order):
    assert dates.order_of(cells, otherwise="mdy") == order


def test_afternoon_is_told_from_morning():
    assert dates.moment("10/8/2026 2:05:09 p. m.", "dmy").isoformat() == "2026-08-10T14:05:09+00:00"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("a@example.org, evil@example.com", "several_addresses"),
     ("ana arroba example.org", "bad_address"), ("a@b", "bad_address"),
     ('"a b"@example.org', "bad_address"), ("a@example.org\r\nBcc: x@example.com", "several_addresses")],
)  # fmt: skip
def test_only_one_plain_address_is_taken(typed, code):
    assert [one["code"] for one in read(name="Ana", email=typed).problems] == [code]


def test_row_with_a_note_is_good_all_the_same():
    row = read(name="Ana", zone="Mars", languages="Klingon", gender="?", age_band="all", privacy="perhaps", stamp="x")
    assert (row.is_bad, len(row.problems)) == (False, 6)


def test_day_to_come_is_wrong():
    assert [one["code"] for one in read(name="Ana", joined_on="1/12/2026").problems] == ["day_to_come"]


@given(st.lists(st.text(max_size=60), min_size=len(EVERY), max_size=len(EVERY)))
def test_whatever_the_cells_hold_a_row_is_good_or_wrong(cells):
    row = Reader(MemberImport(columns=EVERY), at=NOW).read(cells)
    assert row.is_bad or row.values["name"]


@pytest.mark.parametrize("field", ["name", "organisation", "role", "email", "country", "languages", "joined_on"])
def test_naughty_strings_are_values_or_problems(field):
    for line in NAUGHTY:
        row = read(**{"name": "Ana", field: line.strip()})
        assert row.is_bad or row.values["name"]


@given(st.lists(st.text(max_size=30), max_size=12))
def test_guess_gives_each_field_once(headings):
    found = [field for field in fields.guess(headings) if field]
    assert len(found) == len(set(found))
