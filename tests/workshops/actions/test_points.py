"""Open points of a group: who writes them down, how they end, and their way through the gatherings."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audit.models import Entry
from events.models import Event
from tests.factories import MemberFactory, OpenPointFactory, RegistrationFactory, RoleFactory, WorkshopFactory, join
from tests.factories.events import GatheringFactory
from workshops import open_points
from workshops.actions import gatherings, points
from workshops.actions.points import Choice, PointRefused
from workshops.models import Gathering, OpenPoint, Workshop

VALUES = {
    "kind": "action", "what": "Write a contract", "text": "", "link": "", "owner": None, "organisation": None,
    "owner_words": "", "due_on": None,
}  # fmt: skip


@pytest.fixture
def spring(community) -> Workshop:
    """A workshop of the gathering that is over."""
    gathering = GatheringFactory.create(
        slug="spring-2026", name="Spring 2026", season="spring", starts_on=date(2026, 5, 19), ends_on=date(2026, 5, 20)
    )
    return WorkshopFactory.create(gathering=gathering, title="Honey", wall_date=date(2026, 5, 19), state="closed")


@pytest.fixture
def autumn(community) -> Workshop:
    return WorkshopFactory.create(title="Honey II")


@pytest.fixture
def eve(spring):
    """Co-facilitates the workshop of spring."""
    member = join(MemberFactory.create(name="Eve"), spring.gathering.community.circle)
    RoleFactory.create(event=spring.event_ptr, member=member, kind="co_facilitator")
    return member


def decide(autumn, at, *choices, by):
    return points.decide(gathering=autumn.gathering, choices=choices, by=by, at=at)


def lies_in(point) -> str:
    return OpenPoint.objects.values_list("workshop__title", flat=True).get(pk=point.pk)


def test_team_writes_down_and_participants_do_not(spring, eve, ana, at):
    RegistrationFactory.create(event=spring.event_ptr, member=ana)
    point = points.write_down(workshop=spring, values=VALUES, by=eve, at=at)
    assert (point.author, Entry.objects.about(point).get().detail["workshop"]) == (eve, spring.pk)
    with pytest.raises(PermissionDenied):
        points.write_down(workshop=spring, values=VALUES, by=ana, at=at)


@pytest.mark.parametrize("kind", ["interpreter", "speaker"])
def test_guests_write_nothing_down(spring, kind, at):
    guest = RoleFactory.create(event=spring.event_ptr, kind=kind).member
    with pytest.raises(PermissionDenied):
        points.write_down(workshop=spring, values=VALUES, by=guest, at=at)


def test_nothing_is_written_down_in_a_workshop_that_was_called_off(spring, eve, at):
    Event.objects.filter(pk=spring.pk).update(state="cancelled")
    with pytest.raises(PermissionDenied):
        points.write_down(workshop=Workshop.objects.get(pk=spring.pk), values=VALUES, by=eve, at=at)


def test_words_written_on_an_old_page_overwrite_nothing(spring, eve, bo, at):
    point = OpenPointFactory.create(workshop=spring, what="First")
    points.change(point=point, values={**VALUES, "what": "Second"}, version=1, by=eve, at=at)
    with pytest.raises(PointRefused):
        points.change(point=point, values={**VALUES, "what": "Third"}, version=1, by=bo, at=at)
    assert OpenPoint.objects.get().what == "Second"
    assert points.change(point=point, values={**VALUES, "what": "Second"}, version=1, by=bo, at=at).version == 2


def test_owner_says_that_it_is_done_and_nothing_else(spring, ana, cy, at):
    point = OpenPointFactory.create(workshop=spring, owner=ana)
    for person, state in ((cy, "done"), (ana, "dropped")):
        with pytest.raises(PermissionDenied):
            points.settle(point=point, state=state, reason="No.", by=person, at=at)
    for _twice in range(2):
        assert points.settle(point=point, state="done", by=ana, at=at).closed_at == at
    assert Entry.objects.filter(verb="open_point.done").count() == 1


def test_dropping_needs_a_reason_and_can_be_undone(spring, eve, at):
    point = OpenPointFactory.create(workshop=spring)
    with pytest.raises(PointRefused):
        points.settle(point=point, state="dropped", by=eve, at=at)
    assert points.settle(point=point, state="dropped", reason="Not needed.", by=eve, at=at).reason == "Not needed."
    opened = points.settle(point=point, state="open", by=eve, at=at)
    assert (opened.reason, opened.closed_at) == ("", None)
    with transaction.atomic(), pytest.raises(IntegrityError):
        OpenPoint.objects.update(state="dropped", closed_at=at)


def test_carried_point_keeps_where_it_came_from_and_how_often(spring, autumn, bo, at):
    point = OpenPointFactory.create(workshop=spring)
    later = GatheringFactory.create(
        slug="spring-2027", name="Spring 2027", season="spring", year=2027, starts_on=date(2027, 6, 1),
        ends_on=date(2027, 6, 2),
    )  # fmt: skip
    third = WorkshopFactory.create(gathering=later, title="Honey III")
    assert decide(autumn, at, Choice(point.pk, target=autumn.pk), by=bo) == 1
    assert decide(third, at, Choice(point.pk, target=third.pk), by=bo) == 1
    [line] = open_points.of_workshop(third, today=at.date())
    assert (line.came_from, line.times) == (["Spring 2026", "Autumn gathering 2026"], 2)
    assert [one.workshop.title for one in open_points.carried_on(spring)] == ["Honey III"]


def test_point_is_dropped_with_a_reason_on_the_way(spring, autumn, bo, at):
    point = OpenPointFactory.create(workshop=spring)
    with pytest.raises(PointRefused):
        decide(autumn, at, Choice(point.pk), by=bo)
    decide(autumn, at, Choice(point.pk, reason="The buyer left."), by=bo)
    point.refresh_from_db()
    assert (point.state, point.reason, lies_in(point)) == ("dropped", "The buyer left.", "Honey")


def test_workshop_of_another_gathering_is_refused_and_nothing_moves(spring, autumn, bo, at):
    first, second = OpenPointFactory.create_batch(2, workshop=spring)
    with pytest.raises(PointRefused):
        decide(autumn, at, Choice(first.pk, target=autumn.pk), Choice(second.pk, target=spring.pk), by=bo)
    assert (lies_in(first), lies_in(second)) == ("Honey", "Honey")


def test_what_was_closed_or_placed_meanwhile_stays_as_it_is(spring, autumn, bo, at):
    done = OpenPointFactory.create(workshop=spring, state="done", closed_at=at)
    placed, of_later = OpenPointFactory.create(workshop=autumn), OpenPointFactory.create(workshop=spring)
    choices = [Choice(point.pk, target=autumn.pk) for point in (done, placed, of_later)]
    assert decide(autumn, at, *choices, by=bo) == 1
    assert (lies_in(done), lies_in(of_later), placed.carryings.count()) == ("Honey", "Honey II", 0)


def test_only_those_who_plan_carry(spring, autumn, eve, at):
    point = OpenPointFactory.create(workshop=spring)
    with pytest.raises(PermissionDenied):
        decide(autumn, at, Choice(point.pk, target=autumn.pk), by=eve)


def test_clone_takes_along_what_is_ticked_and_open(spring, bo, at):
    ticked, unticked = OpenPointFactory.create_batch(2, workshop=spring)
    done = OpenPointFactory.create(workshop=spring, state="done", closed_at=at)
    source = Gathering.objects.get(slug="spring-2026")
    new = Gathering(
        community=source.community, name="Spring 2027", season="spring", year=2027, starts_on=date(2027, 5, 18),
        zone=source.zone,
    )  # fmt: skip
    carry = [ticked.pk, done.pk]
    made = gatherings.clone(source=source, gathering=new, workshops=[spring.pk], carry=carry, by=bo, at=at)
    assert list(OpenPoint.objects.filter(workshop__gathering=made)) == [ticked]
    assert list(OpenPoint.objects.filter(workshop=spring).order_by("pk")) == [unticked, done]


def test_open_actions_of_a_person_come_by_their_day(spring, autumn, ana, cy, at):
    day = at.date()
    for what, more in (
        ("some day", {}), ("late", {"due_on": day - timedelta(days=1)}), ("soon", {"due_on": day + timedelta(days=1)}),
        ("done", {"state": "done", "closed_at": at}),
    ):  # fmt: skip
        OpenPointFactory.create(workshop=spring, owner=ana, what=what, **more)
    OpenPointFactory.create(workshop=spring, owner=cy, what="hers")
    lines = open_points.open_actions_of(ana, at)
    assert [(line.point.what, line.is_late) for line in lines] == [("late", True), ("soon", False), ("some day", False)]


def test_page_of_the_next_gathering_alone_tells_of_earlier_ones(spring, autumn, ana, at):
    OpenPointFactory.create(workshop=spring, what="Waits")
    told = open_points.of_gathering(autumn.gathering, reader=ana, at=at)
    assert ([one.what for one in told.waiting], told.origins) == (["Waits"], "Spring 2026")
    assert open_points.of_gathering(spring.gathering, reader=ana, at=at) is None
    over = autumn.gathering.ends_on + timedelta(days=1)
    assert open_points.of_gathering(autumn.gathering, reader=ana, at=at.replace(month=12, day=over.day)) is None
