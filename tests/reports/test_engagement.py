"""Engagement: each member is in one band at the end of each quarter, as the printed rule says."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestallies.reports import engagement
from forestallies.reports.engagement import BANDS, Quarter, quarters
from forestallies.reports.small_cells import LEAST, protected
from members.models import Membership
from tests.factories import EventFactory, MemberFactory, MembershipFactory, RoleFactory
from tests.reports.community import NOW, band, tell, write

START = datetime(2026, 7, 1, tzinfo=UTC)  # of the third quarter
END = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def eve(community):
    """A member since 2025."""
    member = MemberFactory.create()
    MembershipFactory.create(
        member=member, community=community, organisation=None, joined_at=datetime(2025, 1, 1, tzinfo=UTC)
    )
    return member


def bands(community, quarter="2026-Q3", at=NOW):
    found = {str(one.quarter): one.numbers for one in engagement.distributions(community, at=at)}
    return [name for name, number in found.get(quarter, {}).items() for _ in range(number)]


@pytest.mark.parametrize("seed", range(8))
def test_numbers_are_those_of_the_rule_read_in_python(community, seed, django_assert_num_queries):
    stories = tell(community, seed)
    with django_assert_num_queries(1):
        found = engagement.distributions(community, at=NOW)
    for one in found:
        expected = Counter(name for story in stories if (name := band(story, one.quarter, NOW)))
        assert {**dict.fromkeys(BANDS, 0), **expected} == one.numbers, str(one.quarter)
    assert sum(one.total for one in found) > 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["facilitator", "speaker"], "core"),
        (["facilitator", "interpreter"], "active"),
        (["attended", "no_show"], "active"),
        (["attended", "no_show", "no_show"], "peripheral"),
        (["partial"], "peripheral"),
        (["listing"], "active"),
        (["registered"], "peripheral"),
        (["asked"], "peripheral"),
        (["no_show", "excused"], "dormant"),
        ([], "dormant"),
    ],
)
def test_each_band(community, eve, words, expected):
    for turn, word in enumerate(words):
        write(community, eve, START + timedelta(days=60, hours=turn), word)
    assert bands(community) == [expected]


def test_quiet_for_120_days_is_dormant(community, eve):
    write(community, eve, END - timedelta(days=120), "registered")
    assert bands(community) == ["peripheral"]
    community.circle.events.all()[0].registrations.update(created_at=END - timedelta(days=120, seconds=1))
    assert bands(community) == ["dormant"]


def test_leading_counts_in_its_own_quarter_only(community, eve):
    for days in (-1, 1):
        write(community, eve, START + timedelta(days=days), "facilitator")
    assert (bands(community, "2026-Q2"), bands(community)) == (["active"], ["active"])


def test_members_are_counted_while_they_are_members(community, eve):
    assert bands(community, "2026-Q1") == ["dormant"]
    Membership.objects.update(state="ended", ended_at=END - timedelta(days=1))
    assert (bands(community), bands(community, "2026-Q2")) == ([], ["dormant"])


def test_newcomer_is_not_dormant(community):
    MembershipFactory.create(community=community, organisation=None, joined_at=END - timedelta(days=30))
    assert bands(community) == ["peripheral"]


def test_other_communities_and_cancelled_events_do_not_count(community, eve):
    for event in (EventFactory.create(), EventFactory.create(home=community.circle, state="cancelled")):
        event.wall_date = (START + timedelta(days=5)).date()
        event.save()
        RoleFactory.create(event=event, member=eve, kind="facilitator", state="accepted")
    assert bands(community) == ["dormant"]


def test_running_quarter_ends_today(community, eve):
    write(community, eve, NOW + timedelta(days=2), "listing")
    assert bands(community, "2026-Q4") == ["dormant"]
    assert engagement.distributions(community, at=NOW)[-1].is_running


def test_quarters_follow_each_other():
    found = quarters(datetime(2026, 2, 1, tzinfo=UTC), 3)
    assert [str(one) for one in found] == ["2025-Q3", "2025-Q4", "2026-Q1"]
    assert all(one.ends_at == one.after.starts_at and one.after.before == one for one in found)
    assert Quarter(2026, 4).last_day.isoformat() == "2026-12-31"


@given(st.lists(st.integers(0, 40), min_size=2, max_size=6))
def test_small_cells_cannot_be_worked_out(cells):
    shown = protected(cells)
    assert all(number is None or number == cell for number, cell in zip(shown, cells, strict=True))
    assert not any(number is not None and 0 < number < LEAST for number in shown)
    hidden = [cell for number, cell in zip(shown, cells, strict=True) if number is None]
    if hidden:
        assert len(hidden) >= 2 and (sum(hidden) >= LEAST or len(hidden) == len(cells))


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ([10, 20, 30, 0], [10, 20, 30, 0]),
        ([2, 20, 30, 50], [None, None, 30, 50]),
        ([1, 1, 30, 0], [None, None, None, 0]),
        ([3, 0, 0, 50], [None, 0, 0, None]),
        ([1, 2, 0, 0], [None, None, None, None]),
    ],
)
def test_small_cells_take_the_next_smallest_with_them(cells, shown):
    assert protected(cells) == shown
