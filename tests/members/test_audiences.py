"""Whom a letter reaches: active people with an address, of what was chosen, each once."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from events.models import Attendance, Registration, Role
from forestallies.lib import clock as portal_clock
from members import audiences
from members.audiences import INNER, Selection
from members.models import Grant
from notices.models import Preference
from tests.factories import (
    AttendanceFactory,
    CircleFactory,
    GrantFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    join,
)
from tests.members.letters import people

State = Registration.State


@pytest.fixture
def circle(community):
    return community.circle


def names(at, **chosen) -> set[str]:
    return set(audiences.reached(Selection(**chosen), at=at).values_list("name", flat=True))


def test_circle_is_its_people_of_now(circle, ana, at):
    gone = join(MemberFactory.create(name="Gone"), circle)
    gone.belongings.update(left_at=at)
    join(MemberFactory.create(name="Closed", is_active=False), circle)
    join(MemberFactory.create(name="Unreachable", email=None), circle)
    join(MemberFactory.create(name="Elsewhere"), CircleFactory.create())
    assert names(at, of="circle", id=circle.pk) == {"Ana Quispe"}


def test_countries_and_languages_narrow_it_down_together(circle, at):
    for country in ("PE", "CI", "GH"):
        for language in ("es", "fr"):
            join(MemberFactory.create(name=f"{country} {language}", country=country, language=language), circle)
    chosen = {"of": "circle", "id": circle.pk, "countries": ("PE", "CI")}
    assert names(at, **chosen) == {"PE es", "PE fr", "CI es", "CI fr"}
    assert names(at, **chosen, languages=("fr",)) == {"PE fr", "CI fr"}


def test_groups_inside_come_along_only_when_chosen_and_nobody_twice(circle, ana, at):
    inner = CircleFactory.create(kind="cohort", name="Core", parent=circle)
    join(join(MemberFactory.create(name="Both"), inner), circle)
    join(MemberFactory.create(name="Inner"), inner)
    assert names(at, of="circle", id=circle.pk) == {"Ana Quispe", "Both"}
    with_inner = Selection(of="circle", id=circle.pk, groups=(INNER,))
    assert sorted(audiences.reached(with_inner, at=at).values_list("name", flat=True)) == [
        "Ana Quispe",
        "Both",
        "Inner",
    ]


def test_spread_counts_each_person_once_in_one_query(circle, at, django_assert_num_queries):
    people(circle, "es", "es", country="PE")
    people(circle, "fr", country="CI")
    people(circle, "fr", country="CI", email=None)
    [unwilling] = people(circle, "en", country="")
    Preference.objects.create(member=unwilling, kind="letter", wanted=False, changed_at=at)
    with django_assert_num_queries(1):
        spread = audiences.spread(Selection(of="circle", id=circle.pk), at=at)
    assert (spread.people, spread.count, spread.without_address, spread.unwilling) == (5, 4, 1, 1)
    assert spread.languages == {"es": 2, "fr": 1, "en": 1}
    assert spread.countries == {"PE": 2, "CI": 1, "": 1}


@pytest.fixture
def crowd(workshop):
    """One person in each way of having to do with the workshop, named by it."""
    for state in (State.CONFIRMED, State.WAITLISTED, State.OFFERED, State.PENDING, State.CANCELLED):
        RegistrationFactory.create(
            event=workshop,
            member=MemberFactory.create(name=state),
            state=state,
            queue_no=1 if state == State.WAITLISTED else None,
            offer_expires_at=workshop.starts_at if state == State.OFFERED else None,
            cancelled_by="member" if state == State.CANCELLED else "",
        )
    for status in (Attendance.Status.ATTENDED, Attendance.Status.NO_SHOW):
        seat = RegistrationFactory.create(event=workshop, member=MemberFactory.create(name=status))
        AttendanceFactory.create(event=workshop, member=seat.member, status=status)
    RoleFactory.create(event=workshop, member=MemberFactory.create(name="speaker"), kind=Role.Kind.SPEAKER)
    RoleFactory.create(event=workshop, member=MemberFactory.create(name="refused"), state=Role.State.DECLINED)
    return workshop


@pytest.mark.parametrize(
    ("groups", "reached"),
    [
        (("confirmed",), {"confirmed", "attended", "no_show"}),
        (("waitlisted",), {"waitlisted", "offered"}),
        (("pending",), {"pending"}),
        (("role",), {"speaker"}),
        (("came",), {"attended"}),
        (("missed",), {"no_show"}),
        (("pending", "came", "confirmed"), {"pending", "confirmed", "attended", "no_show"}),
        ((), set()),
    ],
)
def test_events_people_by_how_they_take_part(crowd, at, groups, reached):
    assert names(at, of="event", id=crowd.pk, groups=groups) == reached


def test_coordinator_opens_her_own_groups_only(bo, circle, workshop, at):
    inner = CircleFactory.create(kind="cohort", name="Core", parent=circle)
    assert audiences.open_target("circle", inner.pk, by=bo, at=at).circle_id == inner.pk
    assert audiences.open_target("event", workshop.pk, by=bo, at=at).about == f"events.event:{workshop.pk}"
    for of, pk in (("circle", CircleFactory.create().pk), ("circle", 0), ("event", 0), ("planet", circle.pk)):
        with pytest.raises(Http404):
            audiences.open_target(of, pk, by=bo, at=at)


def test_facilitator_writes_to_the_people_of_her_events_and_not_to_the_group(circle, workshop, at):
    fay = MemberFactory.create(name="Fay")
    GrantFactory.create(member=fay, circle=circle, right=Grant.Right.FACILITATOR)
    assert audiences.open_target("event", workshop.pk, by=fay, at=at).name == workshop.title
    with pytest.raises(PermissionDenied, match="Only its coordinators write to this group"):
        audiences.open_target("circle", circle.pk, by=fay, at=at)


@pytest.mark.parametrize("kind", [Role.Kind.FACILITATOR, Role.Kind.CO_FACILITATOR])
def test_role_in_the_event_alone_is_not_enough(workshop, cy, at, kind):
    RoleFactory.create(event=workshop, member=cy, kind=kind)
    with pytest.raises(PermissionDenied):
        audiences.open_target("event", workshop.pk, by=cy, at=at)


def test_right_that_has_ended_opens_nothing(bo, circle, clock):
    now = portal_clock.now()
    Grant.objects.filter(member=bo).update(ends_at=now)
    with pytest.raises(Http404):
        audiences.open_target("circle", circle.pk, by=bo, at=now)


def test_circles_to_write_to_are_counted_with_those_inside(bo, ana, circle, at, django_assert_num_queries):
    inner = CircleFactory.create(kind="cohort", name="Core", parent=circle)
    join(join(MemberFactory.create(), inner), circle)
    join(MemberFactory.create(), inner)
    CircleFactory.create(name="Elsewhere")
    with django_assert_num_queries(1):
        found = audiences.circles_to_write_to(bo, at=at)
    assert [(one.name, one.people) for one in found] == [("Forest Allies", 3), ("Core", 2)]
