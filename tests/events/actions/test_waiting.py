from datetime import timedelta

import pytest

from events import answers
from events.actions import registrations, waiting
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from notices.models import Notice
from tests.factories import MemberFactory, WorkshopFactory, join

State = Registration.State
HOUR = timedelta(hours=1)


@pytest.fixture
def event(community) -> Event:
    """One seat, offered to the next in line when it is free."""
    return WorkshopFactory.create(capacity=1, makes_offers=True).event_ptr


@pytest.fixture
def line(event, at) -> list[Registration]:
    """Four people in the order they came: one has the seat, three wait."""
    people = [join(MemberFactory.create(), event.home) for _ in range(4)]
    return [registrations.register(event=event, member=person, by=person, at=at) for person in people]


def cancel(row, at):
    return registrations.cancel(registration=row, by=row.member, at=at)


def accept(row, at):
    return waiting.accept_offer(registration=row, by=row.member, at=at)


def change(event, **values):
    Event.objects.filter(pk=event.pk).update(**values)


def states(line) -> list[str]:
    return [Registration.objects.get(pk=row.pk).state for row in line]


def kinds_for(row) -> list[str]:
    return list(Notice.objects.filter(recipient=row.member).order_by("id").values_list("kind", flat=True))


def end_of(row):
    return Registration.objects.get(pk=row.pk).offer_expires_at


@pytest.mark.parametrize(
    ("before_start", "stands"),
    [
        (timedelta(days=11), 48 * HOUR),
        (timedelta(days=3), 48 * HOUR),
        (timedelta(days=3) - timedelta(seconds=1), 12 * HOUR),
        (timedelta(hours=24), 12 * HOUR),
        (timedelta(hours=24) - timedelta(seconds=1), 2 * HOUR),
        (timedelta(hours=2), 2 * HOUR),
        (timedelta(hours=1), 1 * HOUR),
    ],
)
def test_offer_stands_shorter_when_the_event_is_near(event, before_start, stands):
    at = event.starts_at - before_start
    assert waiting.offer_ends(event, at) - at == stands


@pytest.mark.parametrize(("left", "stands"), [(60 * HOUR, 48 * HOUR), (30 * HOUR, 30 * HOUR), (HOUR, HOUR)])
def test_offer_never_outlasts_the_promotion(event, at, left, stands):
    event.promotion_until = at + left
    assert waiting.offer_ends(event, at) == at + stands


def test_promotion_set_after_the_start_ends_at_the_start(event):
    event.promotion_until = event.starts_at + HOUR
    assert waiting.offer_ends(event, event.starts_at - HOUR) == event.starts_at


def test_freed_seat_is_offered_to_the_first_in_line_and_kept_for_her(event, line, at):
    cancel(line[0], at)
    assert states(line) == [State.CANCELLED, State.OFFERED, State.WAITLISTED, State.WAITLISTED]
    assert end_of(line[1]) == at + 48 * HOUR
    newcomer = join(MemberFactory.create(), event.home)
    assert registrations.register(event=event, member=newcomer, by=newcomer, at=at).state == State.WAITLISTED


def test_accepting_takes_the_seat_and_tells_so(line, at):
    cancel(line[0], at)
    assert accept(line[1], at + HOUR).state == State.CONFIRMED
    assert end_of(line[1]) is None
    answers.tell_due(at=at + HOUR)
    assert kinds_for(line[1]) == ["registration_confirmed"]


def test_accepting_twice_is_one_step(line, at):
    cancel(line[0], at)
    accept(line[1], at + HOUR)
    accept(line[1], at + 2 * HOUR)
    assert line[1].transitions.filter(to_state=State.CONFIRMED).count() == 1


def test_accepting_at_the_last_moment_is_in_time_and_a_second_later_is_not(line, at):
    cancel(line[0], at)
    with pytest.raises(RegistrationRefused, match="This offer has ended, and the seat went to the next person"):
        accept(line[1], at + 48 * HOUR)
    assert accept(line[1], at + 48 * HOUR - timedelta(seconds=1)).state == State.CONFIRMED


def test_accepting_after_the_tick_ended_the_offer_says_the_same(line, at):
    cancel(line[0], at)
    waiting.expire_offers(at=at + 48 * HOUR)
    with pytest.raises(RegistrationRefused, match="This offer has ended"):
        accept(line[1], at + 49 * HOUR)


def test_accepting_what_nobody_offered_is_refused(line, at):
    with pytest.raises(RegistrationRefused, match="No seat is offered to you"):
        accept(line[2], at)


def test_accepting_a_seat_in_a_cancelled_event_is_refused(event, line, at):
    cancel(line[0], at)
    change(event, state=Event.State.CANCELLED)
    with pytest.raises(RegistrationRefused, match="This event was cancelled"):
        accept(line[1], at)


def test_accepting_after_an_event_that_was_moved_forward_began_is_refused(event, line, at):
    cancel(line[0], at)
    change(event, starts_at=at + HOUR)
    with pytest.raises(RegistrationRefused, match="already begun"):
        accept(line[1], at + HOUR)


def test_declining_an_offer_passes_it_on(line, at):
    cancel(line[0], at)
    cancel(line[1], at)
    assert states(line) == [State.CANCELLED, State.DECLINED, State.OFFERED, State.WAITLISTED]


def test_expiry_passes_the_seat_on_and_tells_both(line, at):
    cancel(line[0], at)
    answers.tell_due(at=at)
    assert waiting.expire_offers(at=at + 48 * HOUR) == 1
    assert states(line) == [State.CANCELLED, State.EXPIRED, State.OFFERED, State.WAITLISTED]
    assert end_of(line[2]) == at + 96 * HOUR
    assert answers.tell_due(at=at + 48 * HOUR) == 2
    assert kinds_for(line[1]) == ["offered", "offer_expired"]
    assert kinds_for(line[2]) == ["waitlisted", "offered"]


def test_expiry_is_nothing_before_its_time_and_nothing_twice(line, at):
    cancel(line[0], at)
    assert waiting.expire_offers(at=at + 48 * HOUR - timedelta(seconds=1)) == 0
    assert [waiting.expire_offers(at=at + 48 * HOUR) for _ in range(2)] == [1, 0]


def test_several_offers_of_several_events_expire_at_once(event, line, at, bo):
    other = WorkshopFactory.create(capacity=0, makes_offers=True).event_ptr
    registrations.register(event=other, member=line[0].member, by=line[0].member, at=at)
    registrations.change_capacity(event=event, capacity=3, by=bo, at=at)
    registrations.change_capacity(event=other, capacity=1, by=bo, at=at)
    assert states(line) == [State.CONFIRMED, State.OFFERED, State.OFFERED, State.WAITLISTED]
    assert waiting.expire_offers(at=at + 48 * HOUR) == 3
    assert states(line) == [State.CONFIRMED, State.EXPIRED, State.EXPIRED, State.OFFERED]


def test_expiry_when_the_event_has_begun_passes_nothing_on(event, line):
    late = event.starts_at - HOUR
    cancel(line[0], late)
    assert end_of(line[1]) == event.starts_at
    assert waiting.expire_offers(at=event.starts_at + HOUR) == 1
    assert states(line) == [State.CANCELLED, State.EXPIRED, State.WAITLISTED, State.WAITLISTED]


def test_who_let_an_offer_expire_comes_back_to_the_end_of_the_list(event, line, at):
    cancel(line[0], at)
    waiting.expire_offers(at=at + 48 * HOUR)
    again = registrations.register(event=event, member=line[1].member, by=line[1].member, at=at + 49 * HOUR)
    assert (again.state, registrations.position(again)) == (State.WAITLISTED, 2)


def test_offers_stand_when_the_event_stops_making_them(event, line, at):
    cancel(line[0], at)
    change(event, makes_offers=False)
    assert waiting.expire_offers(at=at + 48 * HOUR) == 1
    assert states(line) == [State.CANCELLED, State.EXPIRED, State.CONFIRMED, State.WAITLISTED]


def test_end_of_an_offer_is_said_in_her_own_zone(line, at):
    line[1].member.zone = "America/Lima"
    line[1].member.save(update_fields=["zone"])
    cancel(line[0], at)
    row = Registration.objects.get(pk=line[1].pk)
    assert (waiting.ends_for(row).clock, waiting.ends_for(row).city) == ("04:00", "Lima")
