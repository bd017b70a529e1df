"""What waits for a member: found in one statement, from sources that each app registers."""

from datetime import timedelta

import pytest

from events.models import FeedbackReceipt, Role
from members import todos
from members.models import Application, Confidence, Member
from members.models.confidence import Half
from members.todos import Row, Source, Todo
from tests.factories import (
    ApplicationFactory,
    AttendanceFactory,
    ContactRequestFactory,
    EventFactory,
    IntroductionFactory,
    ListingFactory,
    MembershipFactory,
    RegistrationFactory,
    RoleFactory,
)


def names(member, at):
    return [row.source for row in todos.waiting(member, at=at)]


def seat(event, member, **fields):
    return RegistrationFactory.create(event=event, member=member, **fields)


@pytest.fixture
def over(workshop, ana):
    """Ana had a seat; the workshop is over."""
    seat(workshop, ana)
    return workshop


def test_nothing_waits_for_somebody_new(ana, at):
    assert names(ana, at) == []


def test_profile_waits_while_country_or_zone_is_unknown(ana, at):
    for gap in ({"country": ""}, {"country": "PE", "zone": "UTC"}, {"zone": "America/Lima"}):
        Member.objects.filter(pk=ana.pk).update(**gap)
        assert names(Member.objects.get(pk=ana.pk), at) == ([] if gap.get("zone") == "America/Lima" else ["profile"])


def test_contact_request_waits_for_whom_it_asks(ana, at):
    request = ContactRequestFactory.create(asked=ana)
    assert names(ana, at) == ["contact_request"] and names(request.asker, at).count("contact_request") == 0
    request.state, request.closed_at = "declined", at
    request.save()
    assert names(ana, at) == []


def test_introduction_waits_for_the_side_that_has_not_answered(ana, at):
    made = IntroductionFactory.create(need=ListingFactory.create(member=ana), offer_agreed_at=at)
    both = (ana, made.offer.member)
    assert ["introduction" in names(one, at) for one in both] == [True, False]
    made.need_agreed_at, made.offer_agreed_at = at, None
    made.save()
    assert ["introduction" in names(one, at) for one in both] == [False, True]


def test_question_on_an_application_waits_for_its_sender(ana, cy, community, at):
    ApplicationFactory.create(community=community, email=ana.email, state=Application.State.INFO_REQUESTED)
    assert names(ana, at) == ["application_question"] and "application_question" not in names(cy, at)


def test_invitation_to_a_role_waits_until_the_event_is_over(ana, workshop, at):
    role = RoleFactory.create(event=workshop, member=ana, state=Role.State.INVITED)
    [row] = todos.waiting(ana, at=at)
    assert row == Row("role", role.pk, workshop.pk, workshop.starts_at)
    assert names(ana, workshop.ends_at) == []


@pytest.mark.parametrize(("status", "waits"), [("attended", True), ("partial", True), ("no_show", False)])
def test_feedback_waits_for_those_who_came(over, ana, status, waits):
    AttendanceFactory.create(event=over, member=ana, status=status)
    assert names(ana, over.ends_at) == (["feedback"] if waits else [])


def test_feedback_waits_for_thirty_days_and_until_it_is_given(over, ana, at):
    close = over.ends_at + timedelta(days=30)
    moments = [over.ends_at - timedelta(seconds=1), over.ends_at, close - timedelta(seconds=1), close]
    assert [names(ana, moment) for moment in moments] == [[], ["feedback"], ["feedback"], []]
    FeedbackReceipt.objects.create(event=over, member=ana)
    assert names(ana, over.ends_at) == []


def test_two_seats_at_the_same_time_ask_once(ana, workshop, at):
    seat(workshop, ana)
    other = EventFactory.create(wall_time=workshop.wall_time.replace(minute=30))
    seat(other, ana, state="waitlisted", queue_no=1)
    assert names(ana, at) == []
    ana.registrations.filter(event=other).update(state="confirmed", queue_no=None)
    assert [(row.source, row.event) for row in todos.waiting(ana, at=at)] == [("overlap", other.pk)]
    assert names(ana, other.ends_at) == ["feedback", "feedback"]


def test_one_after_the_other_is_no_overlap(ana, workshop, at):
    follows = EventFactory.create(wall_time=workshop.wall_time.replace(hour=14, minute=30))
    for event in (workshop, follows):
        seat(event, ana)
    assert workshop.ends_at == follows.starts_at and names(ana, at) == []


def test_confidence_is_asked_once_a_half_of_active_members(ana, community, at):
    membership = MembershipFactory.create(member=ana, community=community, organisation=None)
    assert names(ana, at) == ["confidence"]
    now = Half.of(at)
    Confidence.objects.create(member=ana, community=community, year=now.year, half=now.half, answered_at=at)
    assert (names(ana, at), names(ana, now.ends_at)) == ([], ["confidence"])
    membership.state = "dormant"
    membership.save()
    assert names(ana, now.ends_at) == []


def test_what_ends_first_comes_first(ana, workshop, at):
    ContactRequestFactory.create(asked=ana)
    later = EventFactory.create(wall_date=workshop.wall_date + timedelta(days=3))
    for event in (later, workshop):
        RoleFactory.create(event=event, member=ana, state=Role.State.INVITED)
    found = todos.waiting(ana, at=at)
    assert [(row.source, row.event) for row in found] == [
        ("role", workshop.pk), ("role", later.pk), ("contact_request", None),
    ]  # fmt: skip


def test_each_source_has_words_and_an_address(ana, workshop, at):
    found = [Row(name, 1, workshop.pk, at) for name in sorted(todos._SOURCES)]
    read = todos.read(found, {workshop.pk: "The title"})
    assert [one.source for one in read] == [row.source for row in found]
    assert all(str(one.words) and str(one.button) and one.href for one in read)


def test_another_app_plugs_its_source_in(ana, cy, at, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(todos, "_SOURCES", dict(todos._SOURCES))

    def find(member, _at):
        return todos.rows("yearly_check", Member.objects.filter(pk=member.pk, name__startswith="Ana"))

    source = Source(find, lambda row, _titles: Todo(row.source, "Is this still right?", "", "/me/", "Look"), rank=1)
    todos.register("yearly_check", source)
    with django_assert_num_queries(1):
        found = todos.waiting(ana, at=at)
    assert [one.words for one in todos.read(found, {})] == ["Is this still right?"]
    assert "yearly_check" not in names(cy, at)
