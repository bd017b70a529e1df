from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from events.actions import desk, registrations
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from tests.factories import MemberFactory, WorkshopFactory, join
from tests.told import told

State = Registration.State
SECOND = timedelta(seconds=1)


@pytest.fixture
def event(community) -> Event:
    """Two seats, and the team decides who gets them."""
    return WorkshopFactory.create(capacity=2, needs_approval=True).event_ptr


@pytest.fixture
def wishes(event, at) -> list[Registration]:
    """Four people who wait for the team's decision, in the order they came."""
    people = [join(MemberFactory.create(), event.home) for _ in range(4)]
    return [
        registrations.register(event=event, member=person, by=person, at=at + number * SECOND)
        for number, person in enumerate(people)
    ]


@pytest.fixture
def full(community, at) -> list[Registration]:
    """An event with one seat: one person has it, three wait."""
    event = WorkshopFactory.create(capacity=1).event_ptr
    people = [join(MemberFactory.create(), event.home) for _ in range(4)]
    return [registrations.register(event=event, member=person, by=person, at=at) for person in people]


def ids(rows):
    return [row.pk for row in rows]


def states(rows) -> list[str]:
    return [Registration.objects.get(pk=row.pk).state for row in rows]


def in_line(event) -> list[int]:
    return [row.pk for row in Registration.objects.filter(event=event).waiting()]


def test_wish_takes_no_seat_until_somebody_decides(event, wishes, at):
    assert set(states(wishes)) == {State.PENDING}
    assert Registration.objects.filter(event=event).seated().count() == 0
    assert {notice.kind for notice in told(at=at)} == {"registration_pending"}


def test_approval_gives_seats_in_the_order_the_wishes_came_however_they_were_ticked(event, wishes, bo, at):
    desk.approve(event=event, ids=ids(reversed(wishes)), by=bo, at=at)
    assert states(wishes) == [State.CONFIRMED, State.CONFIRMED, State.WAITLISTED, State.WAITLISTED]
    assert in_line(event) == ids(wishes[2:])


def test_approval_does_not_overtake_those_who_wait(event, wishes, bo, at):
    desk.approve(event=event, ids=ids(wishes[:3]), by=bo, at=at)
    Event.objects.filter(pk=event.pk).update(promotion_until=at)
    desk.cancel(event=event, ids=[wishes[0].pk], by=bo, at=at, reason="Ill.")
    desk.approve(event=event, ids=[wishes[3].pk], by=bo, at=at)
    assert in_line(event) == ids(wishes[2:])


def test_approval_without_a_limit_seats_everybody(event, wishes, bo, at):
    Event.objects.filter(pk=event.pk).update(capacity=None)
    desk.approve(event=event, ids=ids(wishes), by=bo, at=at)
    assert set(states(wishes)) == {State.CONFIRMED}


def test_approval_is_answered_with_what_it_gave(event, wishes, bo, at):
    desk.approve(event=event, ids=ids(wishes[:3]), by=bo, at=at)
    kinds = {notice.recipient: notice.kind for notice in told(at=at)}
    assert [kinds[row.member] for row in wishes] == [
        "registration_confirmed", "registration_confirmed", "waitlisted", "registration_pending",
    ]  # fmt: skip


def test_approving_what_was_decided_is_refused_and_changes_nothing(event, wishes, bo, at):
    desk.approve(event=event, ids=[wishes[0].pk], by=bo, at=at)
    with pytest.raises(RegistrationRefused, match="Nothing was changed"):
        desk.approve(event=event, ids=[wishes[0].pk], by=bo, at=at)
    assert wishes[0].transitions.count() == 2


def test_registrations_of_another_event_are_left_alone(event, wishes, full, bo, at):
    desk.cancel(event=event, ids=ids(wishes + full), by=bo, at=at, reason="")
    assert State.CANCELLED not in states(full)


def test_declined_wish_is_told_with_the_teams_reason(event, wishes, bo, at):
    desk.decline(event=event, ids=[wishes[0].pk], by=bo, at=at, reason="Many wishes from your country.")
    [notice] = [notice for notice in told(at=at) if notice.recipient == wishes[0].member]
    assert notice.kind == "registration_declined"
    assert "Many wishes from your country." in notice.text


def test_declined_person_may_wish_again(event, wishes, bo, at):
    desk.decline(event=event, ids=[wishes[0].pk], by=bo, at=at, reason="")
    again = registrations.register(event=event, member=wishes[0].member, by=wishes[0].member, at=at)
    assert again.state == State.PENDING


def test_added_people_need_no_approval_and_no_open_door(event, bo, at):
    Event.objects.filter(pk=event.pk).update(registration_closes_at=at - SECOND)
    people = [join(MemberFactory.create(), event.home) for _ in range(3)]
    made = desk.add(event=event, members=people, by=bo, at=at)
    assert [row.state for row in made] == [State.CONFIRMED, State.CONFIRMED, State.WAITLISTED]
    assert {row.transitions.get().by for row in made} == {bo}


def test_adding_leaves_those_who_are_in_it_as_they_are(full, bo, at):
    event, newcomer = full[0].event, join(MemberFactory.create(), full[0].event.home)
    [made] = desk.add(event=event, members=[full[0].member, full[1].member, newcomer], by=bo, at=at)
    assert made.member == newcomer
    assert states(full) == [State.CONFIRMED] + [State.WAITLISTED] * 3


def test_adding_only_people_who_are_in_it_is_refused(full, bo, at):
    with pytest.raises(RegistrationRefused, match="has a place or waits already"):
        desk.add(event=full[0].event, members=[full[0].member], by=bo, at=at)


def test_adding_somebody_of_another_group_adds_nobody(event, bo, cy, at):
    ana = join(MemberFactory.create(), event.home)
    with pytest.raises(RegistrationRefused, match="Cy Stranger does not belong"):
        desk.add(event=event, members=[ana, cy], by=bo, at=at)
    assert not Registration.objects.exists()


def test_cancelling_several_passes_each_seat_on_once(full, bo, at):
    desk.cancel(event=full[0].event, ids=ids(full[:2]), by=bo, at=at, reason="They asked.")
    assert states(full) == [State.CANCELLED, State.CANCELLED, State.CONFIRMED, State.WAITLISTED]
    assert {Registration.objects.get(pk=row.pk).cancelled_by for row in full[:2]} == {"staff"}


def test_nobody_who_is_cancelled_with_others_is_moved_up_first(full, bo, at):
    desk.cancel(event=full[0].event, ids=ids(full[:3]), by=bo, at=at, reason="")
    told_of = {notice.recipient: notice.kind for notice in told(at=at)}
    assert told_of[full[1].member] == told_of[full[2].member] == "registration_cancelled"
    assert told_of[full[3].member] == "promoted"


def test_cancellation_by_the_team_says_why(full, bo, at):
    desk.cancel(event=full[0].event, ids=[full[3].pk], by=bo, at=at, reason="You asked us by telephone.")
    [notice] = [notice for notice in told(at=at) if notice.recipient == full[3].member]
    assert "You asked us by telephone." in notice.text


def test_moving_up_keeps_the_order_of_those_moved(full, bo, at):
    desk.move_up(event=full[0].event, ids=[full[3].pk, full[2].pk], by=bo, at=at, reason="They travel far.")
    assert in_line(full[0].event) == [full[2].pk, full[3].pk, full[1].pk]


def test_who_is_moved_up_later_stands_before_who_was_moved_up_sooner(full, bo, at):
    for row in (full[2], full[3]):
        desk.move_up(event=full[0].event, ids=[row.pk], by=bo, at=at, reason="Travels far.")
    assert in_line(full[0].event) == [full[3].pk, full[2].pk, full[1].pk]
    assert Registration.objects.get(pk=full[3].pk).queue_no == -1


def test_moving_up_is_written_down_with_its_reason(full, bo, at):
    desk.move_up(event=full[0].event, ids=[full[3].pk], by=bo, at=at, reason="Travels far.")
    last = full[3].transitions.latest("id")
    assert (last.from_state, last.to_state, last.by, last.reason) == ("waitlisted", "waitlisted", bo, "Travels far.")


@pytest.mark.parametrize("act", [desk.approve, desk.decline, desk.cancel, desk.move_up])
def test_member_decides_nothing(full, at, act):
    words = {} if act is desk.approve else {"reason": ""}
    with pytest.raises(PermissionDenied):
        act(event=full[0].event, ids=ids(full), by=full[0].member, at=at, **words)
    assert states(full) == [State.CONFIRMED] + [State.WAITLISTED] * 3


def test_member_adds_nobody(event, ana, at):
    with pytest.raises(PermissionDenied):
        desk.add(event=event, members=[ana], by=ana, at=at)


@pytest.mark.parametrize("state", [Event.State.CANCELLED, Event.State.CLOSED, Event.State.DRAFT])
def test_team_seats_nobody_in_an_event_that_does_not_lie_ahead(event, wishes, bo, at, state):
    Event.objects.filter(pk=event.pk).update(state=state)
    newcomer = join(MemberFactory.create(), event.home)
    with pytest.raises(RegistrationRefused):
        desk.add(event=event, members=[newcomer], by=bo, at=at)
    with pytest.raises(RegistrationRefused):
        desk.approve(event=event, ids=ids(wishes), by=bo, at=at)


def test_team_seats_nobody_once_it_has_begun(event, wishes, bo):
    with pytest.raises(RegistrationRefused, match="already begun"):
        desk.approve(event=event, ids=ids(wishes), by=bo, at=event.starts_at)
