"""Coordinators hear of three applications in an hour at once, and of the others together at its end."""

from datetime import timedelta

import pytest

from members import reviewing
from members.actions import applications
from members.models import Application, Grant, Member
from notices import guards
from notices.models import Notice
from tests.factories import CircleFactory, CommunityFactory, GrantFactory, MemberFactory
from tests.told import drawn

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def apply(community, number, *, at) -> Application:
    answers = {
        "name": f"Applicant {number}", "email": f"applicant{number}@example.org", "country": "PE", "language": "es",
        "zone": "America/Lima", "organisation_name": "", "stakeholder": "INDV", "role": "", "why": "We look after it.",
    }  # fmt: skip
    made = applications.submit(community=community, answers=answers, at=at)
    assert made is not None
    return made


def kinds_for(member) -> list[str]:
    return list(Notice.objects.filter(recipient=member).order_by("id").values_list("kind", flat=True))


def named(member) -> list[list[int]]:
    rows = Notice.objects.filter(recipient=member, kind="applications_to_review").order_by("id")
    return [facts["applications"] for facts in rows.values_list("facts", flat=True)]


def test_three_go_at_once_and_the_rest_together_at_the_end_of_the_hour(community, bo, at):
    made = [apply(community, number, at=at + 5 * number * MINUTE) for number in range(6)]
    assert kinds_for(bo) == ["application_to_review"] * 3
    assert reviewing.send_due(at=at + HOUR - MINUTE) == 0
    assert reviewing.send_due(at=at + HOUR) == 1
    assert named(bo) == [[one.pk for one in made[3:]]]


def test_nothing_is_told_twice(community, bo, at):
    for number in range(5):
        apply(community, number, at=at)
    assert [reviewing.send_due(at=at + HOUR + number * MINUTE) for number in range(3)] == [1, 0, 0]
    assert reviewing.count_due(at=at + 2 * HOUR) == 0


@pytest.mark.parametrize("step", [1, 7, 13, 20, 31])
def test_nobody_is_lost_however_they_come(community, bo, at, step):
    """Applications at an even pace, with the tick of each minute: each is told exactly once."""
    count = 20
    made = {}
    for minute in range(step * count + 121):
        now = at + minute * MINUTE
        if minute % step == 0 and len(made) < count:
            made[apply(community, minute, at=now).pk] = now
        reviewing.send_due(at=now)
    keys = Notice.objects.filter(kind="application_to_review").values_list("key", flat=True)
    alone = [int(key.split(":")[1]) for key in keys]
    told = alone + [pk for named_once in named(bo) for pk in named_once]
    assert sorted(told) == sorted(made)


def test_next_hour_begins_anew(community, bo, at):
    for number in range(4):
        apply(community, number, at=at)
    reviewing.send_due(at=at + HOUR)
    apply(community, 9, at=at + HOUR + MINUTE)
    assert kinds_for(bo) == ["application_to_review"] * 3 + ["applications_to_review", "application_to_review"]


def test_each_coordinator_is_counted_for_herself(community, bo, at):
    for number in range(3):
        apply(community, number, at=at)
    eva = MemberFactory.create()
    GrantFactory.create(member=eva, circle=community.circle, starts_at=at + MINUTE)
    apply(community, 3, at=at + 2 * MINUTE)
    assert len(kinds_for(bo)) == 3 and kinds_for(eva) == ["application_to_review"]
    reviewing.send_due(at=at + HOUR)
    assert kinds_for(bo)[3:] == ["applications_to_review"] and len(kinds_for(eva)) == 1


def test_two_communities_of_one_coordinator_share_her_hour(community, bo, at):
    other = CommunityFactory.create(slug="other", name="Other", circle=CircleFactory.create())
    GrantFactory.create(member=bo, circle=other.circle)
    for number, where in enumerate((community, other, community, other, community)):
        apply(where, number, at=at)
    reviewing.send_due(at=at + HOUR)
    assert kinds_for(bo) == ["application_to_review"] * 3 + ["applications_to_review"]
    assert len(named(bo)[0]) == 2


def test_who_coordinates_no_more_or_is_without_address_is_left_out(community, bo, at):
    for number in range(5):
        apply(community, number, at=at)
    Grant.objects.update(ends_at=at + MINUTE)
    assert reviewing.send_due(at=at + HOUR) == 0
    Grant.objects.update(ends_at=None)
    Member.objects.filter(pk=bo.pk).update(email=None)
    assert reviewing.send_due(at=at + HOUR) == 0


def test_mail_counts_what_still_waits_and_names_nobody(community, bo, at):
    made = [apply(community, number, at=at) for number in range(6)]
    reviewing.send_due(at=at + HOUR)
    Application.objects.filter(pk=made[5].pk).update(state="declined", decided_at=at)
    notice = drawn(Notice.objects.latest("id"), at=at + HOUR)
    Member.objects.update(language="en")
    text = drawn(Notice.objects.latest("id"), at=at + HOUR).text
    assert "2 more applications came within an hour" in text and "/staff/applications/" in text
    assert "Applicant" not in text + notice.subject and notice.language == "fr"


def test_mail_is_dropped_when_all_were_decided_meanwhile(community, bo, at):
    for number in range(5):
        apply(community, number, at=at)
    reviewing.send_due(at=at + HOUR)
    ref = Notice.objects.latest("id").subject_ref
    assert guards.ask("members.applications_to_review", ref, at).ok
    Application.objects.update(state="declined", decided_at=at)
    assert not guards.ask("members.applications_to_review", ref, at).ok


def test_outage_of_a_day_is_made_up_for(community, bo, at):
    for number in range(5):
        apply(community, number, at=at)
    assert reviewing.send_due(at=at + 24 * HOUR) == 1
    assert len(named(bo)[0]) == 2


def test_quiet_minute_costs_one_query(community, bo, at, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert reviewing.send_due(at=at) == 0


@pytest.mark.parametrize("coordinators", [1, 3])
def test_run_costs_the_same_for_many(community, at, coordinators, django_assert_num_queries):
    for _ in range(coordinators):
        GrantFactory.create(circle=community.circle)
    for number in range(6):
        apply(community, number, at=at)
    with django_assert_num_queries(4):
        assert reviewing.send_due(at=at + HOUR) == coordinators
