from datetime import UTC, date, datetime, time

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from forestallies.lib import zones

# Requirement 1.5: the published local times of the eleven sessions of 2021, 14:00 in Accra.
SESSIONS_2021 = [
    date(2021, 1, 20),
    date(2021, 2, 3),
    date(2021, 2, 17),
    date(2021, 3, 24),
    date(2021, 4, 14),
    date(2021, 5, 5),
    date(2021, 6, 17),
    date(2021, 7, 7),
    date(2021, 8, 5),
    date(2021, 9, 1),
    date(2021, 10, 6),
]
CLOCKS_ALL_YEAR = {
    "America/Lima": "09:00",
    "America/Bogota": "09:00",
    "America/Santo_Domingo": "10:00",
    "America/Sao_Paulo": "11:00",
    "America/Bahia": "11:00",
    "America/Belem": "11:00",
    "America/Porto_Velho": "10:00",
    "America/Manaus": "10:00",
    "America/Rio_Branco": "09:00",
    "Africa/Accra": "14:00",
    "Africa/Abidjan": "14:00",
}


def start_of(day: date) -> datetime:
    return zones.instants(day, time(14), 180, "Africa/Accra")[0]


@pytest.mark.parametrize("day", SESSIONS_2021)
@pytest.mark.parametrize(("zone", "clock"), CLOCKS_ALL_YEAR.items())
def test_published_local_times_are_right(day, zone, clock):
    assert zones.local(start_of(day), zone).clock == clock


@pytest.mark.parametrize(
    ("day", "paris", "washington"),
    [(day, "15:00", "09:00") for day in SESSIONS_2021[:3]]
    + [(SESSIONS_2021[3], "15:00", "10:00")]
    + [(day, "16:00", "10:00") for day in SESSIONS_2021[4:]],
)
def test_staff_clocks_change_in_mid_programme(day, paris, washington):
    start = start_of(day)
    assert zones.local(start, "Europe/Paris").clock == paris
    assert zones.local(start, "America/New_York").clock == washington


def test_country_line_groups_countries_by_their_clock():
    line = zones.country_line(start_of(SESSIONS_2021[0]), ["GH", "CI", "CO", "PE", "BR", "DO"], "Africa/Accra")
    assert line == "09:00 CO PE · 10:00 DO · 11:00 BR (São Paulo) · 14:00 GH CI"


def test_country_line_tells_another_day():
    start = zones.instants(date(2026, 12, 1), time(20), 60, "UTC")[0]
    assert zones.country_line(start, ["ID", "GT"], "UTC") == "14:00 GT · 03:00 (+1 d) ID"


def test_skipped_wall_time_moves_forward_by_the_gap():
    start, end = zones.instants(date(2027, 3, 28), time(2, 30), 60, "Europe/Paris")
    assert start == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 03:30 in Paris
    assert end == datetime(2027, 3, 28, 2, 30, tzinfo=UTC)
    assert zones.is_skipped(date(2027, 3, 28), time(2, 30), "Europe/Paris")


def test_repeated_wall_time_means_its_first_occurrence():
    start, _ = zones.instants(date(2027, 10, 31), time(2, 30), 60, "Europe/Paris")
    assert start == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert zones.is_repeated(date(2027, 10, 31), time(2, 30), "Europe/Paris")
    assert not zones.is_skipped(date(2027, 10, 31), time(2, 30), "Europe/Paris")


def test_length_counts_elapsed_minutes_across_a_clock_change():
    start, end = zones.instants(date(2027, 10, 31), time(1, 30), 180, "Europe/Paris")
    assert (end - start).total_seconds() == 180 * 60
    assert zones.local(end, "Europe/Paris").clock == "03:30"


@given(
    day=st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    hour=st.times(),
    zone=st.sampled_from(sorted(zones.known_zones())),
)
def test_wall_time_comes_back_unless_the_clocks_skip_it(day, hour, zone):
    start, _ = zones.instants(day, hour, 60, zone)
    there = start.astimezone(zones.ZoneInfo(zone)).replace(tzinfo=None)
    wanted = datetime.combine(day, hour)
    assert there == wanted if not zones.is_skipped(day, hour, zone) else there > wanted


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Lima", "UTC−5"),
        ("Africa/Accra", "UTC+0"),
        ("Asia/Kolkata", "UTC+5:30"),
        ("America/St_Johns", "UTC−3:30"),
    ],
)
def test_offset_is_said_as_people_write_it(zone, words):
    assert zones.offset(datetime(2026, 12, 1, 12, tzinfo=UTC), zone) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Thursday, 10 December 2026, 09:00 (Lima, UTC−5)"),
        ("es", "jueves, 10 de diciembre de 2026, 09:00 (Lima, UTC−5)"),
        ("fr", "jeudi 10 décembre 2026, 09:00 (Lima, UTC−5)"),
        ("pt-br", "quinta-feira, 10 de dezembro de 2026, 09:00 (Lima, UTC−5)"),
    ],
)
def test_local_time_names_day_clock_city_and_offset(language, words):
    instant = datetime(2026, 12, 10, 14, tzinfo=UTC)
    assert str(zones.local(instant, "America/Lima", language)) == words


def test_brazil_has_several_zones_and_ghana_one():
    assert len(zones.zones_of("BR")) > 1
    assert zones.zones_of("GH") == ("Africa/Accra",)
    assert zones.zones_of("??") == ()


@pytest.mark.parametrize(
    ("language", "first", "eleventh"),
    [
        ("en", "Tuesday, 1 December 2026", "Friday, 11 December 2026"),
        ("es", "martes, 1 de diciembre de 2026", "viernes, 11 de diciembre de 2026"),
        ("fr", "mardi 1er décembre 2026", "vendredi 11 décembre 2026"),
        ("pt-br", "terça-feira, 1º de dezembro de 2026", "sexta-feira, 11 de dezembro de 2026"),
    ],
)
def test_first_of_a_month_is_said_as_people_say_it(language, first, eleventh):
    assert zones.full_day(date(2026, 12, 1), language) == first
    assert zones.full_day(date(2026, 12, 11), language) == eleventh


@pytest.mark.parametrize(
    ("language", "span", "short"),
    [
        ("en", "Tue, 1 Sept – Wed, 2 Sept 2026", "Tue 1 Sept"),
        ("es", "mar, 1 sept – mié, 2 sept 2026", "mar 1 sept"),
        ("fr", "mar. 1er – mer. 2 sept. 2026", "mar. 1er sept."),
        ("pt-br", "ter., 1º de set. – qua., 2 de set. de 2026", "ter. 1º set."),
    ],
)
def test_first_of_a_month_is_said_so_in_spans_and_short_days_too(language, span, short):
    with translation.override(language):
        assert zones.days_in_words(date(2026, 9, 1), date(2026, 9, 2)).replace("\N{THIN SPACE}", " ") == span
        assert zones.day_in_words(date(2026, 9, 1), "EEE d MMM") == short
        assert "1er" not in zones.day_in_words(date(2026, 9, 11), "long")


@pytest.mark.parametrize(("language", "word"), [("fr", "1er"), ("pt-br", "1º")])
def test_every_first_of_a_year_is(language, word):
    days = [zones.full_day(date(2026, month, 1), language) for month in range(1, 13)]
    assert [day for day in days if word not in day.split()] == []


@pytest.mark.parametrize(
    ("zone", "language", "hour"),
    [
        ("Africa/Accra", "en", "14:00 Ghana time"),
        ("America/Lima", "es", "09:00 hora de Perú"),
        ("Africa/Abidjan", "fr", "14:00 heure d’Abidjan"),
        ("America/Sao_Paulo", "pt-br", "11:00 horário de Brasília"),
        ("America/Manaus", "pt-br", "10:00 (Manaus)"),
    ],
)
def test_clock_is_named_as_people_call_it(zone, language, hour):
    assert zones.local(datetime(2026, 12, 10, 14, tzinfo=UTC), zone, language).hour == hour


@pytest.mark.parametrize(
    ("country", "number"), [("GH", 1), ("BR", 7), ("ID", 3), ("AR", 1), ("AU", 7), ("XX", 0), ("", 0)]
)
def test_short_list_has_one_zone_for_each_clock_of_a_country(country, number):
    assert len(zones.short_list(country)) == number
    assert set(zones.short_list(country)) <= set(zones.zones_of(country))


@pytest.mark.parametrize("zone", sorted(zones.WELL_KNOWN))
def test_well_known_zone_stands_for_its_clock(zone):
    assert zone in {first for code in zones.countries() for first in zones.short_list(code)}
