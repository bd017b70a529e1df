"""Every list costs the same number of queries for one row and for three."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members.models import Affiliation, Application
from tests.factories import (
    ApplicationFactory,
    GrantFactory,
    MemberFactory,
    OrganisationFactory,
    WorkshopFactory,
    join,
)
from tests.world import sign_in


def make_rows(number, community, at):
    """So many of everything that is listed somewhere."""
    for _ in range(number):
        member = join(MemberFactory.create(), community.circle)
        organisation = OrganisationFactory.create()
        Affiliation.objects.create(member=member, organisation=organisation, starts_on=at.date())
        GrantFactory.create(member=member, circle=community.circle, right="coach")
        WorkshopFactory.create()
        ApplicationFactory.create(community=community)
        ApplicationFactory.create(
            community=community, state=Application.State.DECLINED, decided_at=at - timedelta(days=1)
        )


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("home", 4), ("forest_allies", 4), ("application_list", 8)])
def test_portal_lists(bo, community, at, clock, rows, name, queries, django_assert_num_queries):
    make_rows(rows, community, at)
    browser = sign_in(bo) if name == "application_list" else sign_in(None)
    browser.get(reverse(name))
    with django_assert_num_queries(queries):
        browser.get(reverse(name))


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("model", "queries"),
    [("members_member", 7), ("members_organisation", 7), ("members_grant", 7), ("workshops_workshop", 7)],
)
def test_admin_lists(bo, community, at, clock, rows, model, queries, django_assert_num_queries):
    make_rows(rows, community, at)
    browser = sign_in(bo)
    browser.get(reverse(f"admin:{model}_changelist"))
    with django_assert_num_queries(queries):
        browser.get(reverse(f"admin:{model}_changelist"))
