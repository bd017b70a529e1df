"""The mix of a workshop: both sides are counted, and a missing one is named."""

import pytest

from members.models import Membership
from tests.factories import MemberFactory, RegistrationFactory, WorkshopFactory
from tests.factories.members import LONG_AGO
from workshops import mix
from workshops.mix import Mix


def seat(workshop, kind=None, **more):
    member = MemberFactory.create()
    if kind:
        community = workshop.gathering.community
        Membership.objects.create(member=member, community=community, stakeholder=kind, joined_at=LONG_AGO)
    RegistrationFactory.create(event=workshop.event_ptr, member=member, **more)


def test_sides_are_counted_by_membership(community):
    workshop = WorkshopFactory.create()
    for kind in ("COMM", "COMM", "COMP", "NGO", None):
        seat(workshop, kind)
    seat(workshop, "COMP", state="waitlisted", queue_no=1)
    assert mix.mixes([workshop.pk]) == {workshop.pk: Mix(communities=2, companies=1, others=2)}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Mix(1, 1), ""),
        (Mix(0, 3), "No forest community has a seat yet. Please invite people who speak for one."),
        (Mix(3, 0, 1), "No company has a seat yet. Please invite some."),
        (Mix(0, 0, 2), "Neither a forest community nor a company has a seat yet. Please invite both sides."),
    ],
)
def test_missing_side_is_named(found, words):
    assert found.warning == words


@pytest.mark.parametrize("rows", [1, 3])
def test_many_workshops_cost_one_query(community, rows, django_assert_num_queries):
    workshops = WorkshopFactory.create_batch(rows)
    for workshop in workshops:
        seat(workshop, "COMM")
    with django_assert_num_queries(1):
        assert len(mix.mixes([one.pk for one in workshops])) == rows
