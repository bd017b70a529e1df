"""The years of a community, and what a copy of a gathering would look like."""

from datetime import date, time

import pytest

from tests.factories import WorkshopFactory
from tests.factories.events import GatheringFactory
from workshops import planning
from workshops.models import Gathering

TODAY = date(2026, 11, 21)


def in_year(year, season="spring", **more) -> Gathering:
    day = date(year, 4 if season == "spring" else 10, 6)
    slug = f"{season}-{year}-{more.pop('number', 1)}"
    return GatheringFactory.create(slug=slug, season=season, year=year, starts_on=day, ends_on=day, **more)


def test_year_without_a_gathering_says_what_to_do(community):
    [ahead, now] = planning.years(community, today=TODAY)
    assert (ahead.number, ahead.lines, now.number, now.lines) == (2027, [], 2026, [])
    assert ahead.warning == ("No gathering is planned for 2027. Members expect two: make the first one from the last.")


def test_one_is_too_few_and_two_are_right(community):
    in_year(2027)
    in_year(2028), in_year(2028, "autumn")
    found = {year.number: year.warning for year in planning.years(community, today=TODAY)}
    assert found[2027] == (
        "Only one gathering is planned for 2027. Members expect two: make the second one from the last."
    )
    assert found[2028] == ""


def test_more_than_two_are_too_many(community):
    in_year(2027), in_year(2027, "autumn"), in_year(2027, "extra")
    [year] = [one for one in planning.years(community, today=TODAY) if one.number == 2027]
    assert year.warning == (
        "3 gatherings are planned for 2027. Members come twice a year: please move one to another year."
    )


def test_gathering_belongs_to_the_calendar_year_in_which_it_starts(community):
    in_year(2026, "autumn").__class__.objects.update(starts_on=date(2027, 1, 5), ends_on=date(2027, 1, 6))
    found = {year.number: len(year.lines) for year in planning.years(community, today=TODAY)}
    assert found == {2027: 1, 2026: 0}


def test_years_between_are_not_left_out_and_the_past_is_told_only(community):
    in_year(2023)
    found = {year.number: (year.warning, year.is_over) for year in planning.years(community, today=TODAY)}
    assert list(found) == [2027, 2026, 2025, 2024, 2023]
    assert found[2023] == ("In 2023 there was 1 gathering instead of two.", True)


@pytest.mark.parametrize(
    ("workshops", "cancelled", "words"),
    [
        (0, 0, "It has no workshop yet. Please add at least two."),
        (1, 1, "It has one workshop only. Please add at least one more."),
        (2, 0, ""),
    ],
)
def test_gathering_with_too_few_workshops_says_what_to_do(community, workshops, cancelled, words):
    gathering = GatheringFactory.create()
    WorkshopFactory.create_batch(workshops, gathering=gathering)
    WorkshopFactory.create_batch(cancelled, gathering=gathering, state="cancelled")
    [line] = planning.years(community, today=TODAY)[1].lines
    assert (line.warning, line.workshops) == (words, workshops)


@pytest.mark.parametrize("rows", [1, 3])
def test_years_cost_one_query(community, rows, django_assert_num_queries):
    for number in range(rows):
        WorkshopFactory.create_batch(rows, gathering=in_year(2020 + number))
    with django_assert_num_queries(1):
        planning.years(community, today=TODAY)


def test_copy_keeps_its_distance_and_its_hour_on_the_wall(community):
    """Paris is on summer time on 1 June: 13:00 there is another hour elsewhere than in December."""
    gathering = GatheringFactory.create(zone="Europe/Paris")
    WorkshopFactory.create(
        gathering=gathering, zone="Europe/Paris", wall_date=date(2026, 12, 2), wall_time=time(13), countries=["PE"]
    )
    [copy] = planning.copies(gathering, starts_on=date(2027, 6, 1), zone="Europe/Paris")
    assert (copy.when.wall_date, copy.when.wall_time) == (date(2027, 6, 2), time(13))
    assert [(one.country, one.clock, one.minutes_outside) for one in copy.clocks] == [("Peru", "06:00", 60)]


def test_new_zone_is_taken_by_those_in_the_zone_of_the_gathering(community):
    gathering = GatheringFactory.create(zone="Africa/Accra")
    WorkshopFactory.create(gathering=gathering, title="Ours")
    WorkshopFactory.create(gathering=gathering, title="Lima's", zone="America/Lima", wall_time=time(18))
    found = planning.copies(gathering, starts_on=date(2027, 6, 1), zone="Africa/Douala")
    assert {copy.workshop.title: copy.when.zone for copy in found} == {
        "Ours": "Africa/Douala", "Lima's": "America/Lima"
    }  # fmt: skip


def test_hour_that_the_clocks_jump_over_is_marked(community):
    gathering = GatheringFactory.create(zone="Europe/Paris", starts_on=date(2026, 12, 1))
    WorkshopFactory.create(gathering=gathering, zone="Europe/Paris", wall_date=date(2026, 12, 1), wall_time=time(2, 30))
    [copy] = planning.copies(gathering, starts_on=date(2027, 3, 28), zone="Europe/Paris")
    assert copy.skipped


def test_next_one_is_proposed_half_a_year_on_where_the_season_is_free(community):
    autumn = GatheringFactory.create()
    found = planning.proposal(autumn)
    assert (found["season"], found["year"], found["starts_on"]) == ("spring", 2027, date(2027, 6, 1))
    assert (found["name_en"], found["name_fr"]) == ("Spring 2027", "Printemps 2027")
    in_year(2027)
    assert planning.proposal(autumn)["season"] == "autumn"
