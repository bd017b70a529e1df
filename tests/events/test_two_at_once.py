"""Two at the same moment, in either order: the second waits for the first one's outcome and decides by it.

The first acts and keeps its transaction open; the second acts over a connection of its own; only when the database says
that it waits for the first does the first one commit.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, time, timedelta
from queue import SimpleQueue

import pytest
from django.db import connection, connections, transaction

from events import answers
from events.actions import automatic, desk, registrations, schedule, waiting
from events.invariants import violations
from events.models import Event, Registration, Transition
from events.refusals import RegistrationRefused
from members.models import Member
from notices.models import Notice
from tests.conftest import NOW
from tests.factories import MemberFactory, WorkshopFactory, join
from tests.processes import wait_for

Act = Callable[[], object]
HOUR = timedelta(hours=1)
ENDS = NOW + 48 * HOUR

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(act: Act, backend: "SimpleQueue[int] | None" = None) -> object:
    """Act over this thread's connection, saying first which one that is; a refusal is an outcome too."""
    try:
        connection.ensure_connection()
        if backend:
            backend.put(connection.connection.info.backend_pid)
        return act()
    except RegistrationRefused as refusal:
        return str(refusal)
    finally:
        if backend:
            connections.close_all()


def waits_for_us(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid() = ANY (pg_blocking_pids(%s))", [pid])
        return bool(cursor.fetchone()[0])


def meet(first: Act, second: Act, *, waits: bool = True) -> object:
    """Let two meet; give what the second one got.

    Args:
        waits: the second has to wait for the first; otherwise it comes through meanwhile.
    """
    backend: SimpleQueue[int] = SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            running: Future[object] = pool.submit(outcome, second, backend)
            pid = backend.get(timeout=30)
            if not waits:
                return running.result(timeout=30)
            wait_for(lambda: running.done() or waits_for_us(pid), "the second one to wait", patience=2.5)
            assert not running.done(), "the second one did not wait"
        return running.result(timeout=30)


@pytest.fixture
def event(community) -> Event:
    return WorkshopFactory.create(capacity=1).event_ptr


@pytest.fixture
def people(event) -> list[Member]:
    return [join(MemberFactory.create(), event.home) for _ in range(3)]


def register(event: Event, who: Member, at: datetime = NOW) -> Registration:
    return registrations.register(event=event, member=who, by=who, at=at)


def cancel(event: Event, who: Member) -> Registration:
    row = Registration.objects.select_related("member").get(event=event, member=who)
    return registrations.cancel(registration=row, by=who, at=NOW)


def states(people: list[Member]) -> list[str]:
    found = dict(Registration.objects.values_list("member", "state"))
    return [found.get(who.pk, "") for who in people]


def test_two_who_want_the_last_seat(event, people):
    meet(lambda: register(event, people[0]), lambda: register(event, people[1]))
    assert states(people[:2]) == ["confirmed", "waitlisted"]


def test_one_person_in_two_windows(event, people):
    meet(lambda: register(event, people[0]), lambda: register(event, people[0]))
    assert Transition.objects.count() == 1


def test_registering_while_the_seat_is_given_up(event, people):
    register(event, people[0])
    meet(lambda: cancel(event, people[0]), lambda: register(event, people[1]))
    assert states(people[:2]) == ["cancelled", "confirmed"]


def test_giving_the_seat_up_while_somebody_joins_the_list(event, people):
    register(event, people[0])
    meet(lambda: register(event, people[1]), lambda: cancel(event, people[0]))
    assert states(people[:2]) == ["cancelled", "confirmed"]
    assert Transition.objects.filter(from_state="waitlisted", to_state="confirmed").count() == 1


def change_capacity(event: Event, by: Member, capacity: int) -> Event:
    return registrations.change_capacity(event=event, capacity=capacity, by=by, at=NOW)


def test_fewer_seats_while_one_is_given_up_and_passed_on(event, people, bo):
    change_capacity(event, bo, 2)
    for who in people:
        register(event, who)
    said = meet(lambda: cancel(event, people[0]), lambda: change_capacity(event, bo, 1))
    assert said == "2 seats are taken; there cannot be fewer. Cancel registrations first."
    assert states(people) == ["cancelled", "confirmed", "confirmed"]


def test_giving_a_seat_up_while_there_are_more(event, people, bo):
    for who in people:
        register(event, who)
    meet(lambda: change_capacity(event, bo, 2), lambda: cancel(event, people[0]))
    assert states(people) == ["cancelled", "confirmed", "confirmed"]


@pytest.fixture
def offered(event, people) -> Registration:
    """The second person is offered the seat until `ENDS`, the third waits."""
    Event.objects.update(makes_offers=True)
    for who in people:
        register(event, who)
    cancel(event, people[0])
    return Registration.objects.get(member=people[1])


def accept(row: Registration) -> Registration:
    return waiting.accept_offer(registration=row, by=row.member, at=ENDS - timedelta(seconds=1))


def test_offer_that_ends_while_it_is_taken_in_time(offered, people):
    assert meet(lambda: accept(offered), lambda: waiting.expire_offers(at=ENDS)) == 0
    assert states(people) == ["cancelled", "confirmed", "waitlisted"]


def test_offer_that_is_taken_while_it_ends(offered, people):
    said = meet(lambda: waiting.expire_offers(at=ENDS), lambda: accept(offered))
    assert said == "This offer has ended, and the seat went to the next person on the list."
    assert states(people) == ["cancelled", "expired", "offered"]


def test_two_ticks_that_end_the_same_offer(offered, people):
    assert meet(lambda: waiting.expire_offers(at=ENDS), lambda: waiting.expire_offers(at=ENDS)) == 0
    assert states(people) == ["cancelled", "expired", "offered"]


@pytest.fixture
def wish(event, people) -> Registration:
    Event.objects.update(needs_approval=True)
    return register(event, people[0])


def approve(wish: Registration, by: Member) -> list[Registration]:
    return desk.approve(event=wish.event, ids=[wish.pk], by=by, at=NOW)


def test_wish_that_is_taken_back_while_it_is_approved(event, people, wish, bo):
    meet(lambda: approve(wish, bo), lambda: cancel(event, people[0]))
    assert states(people[:1]) == ["cancelled"]
    assert Transition.objects.filter(from_state="confirmed", to_state="cancelled").count() == 1


def test_wish_that_is_approved_while_it_is_taken_back(event, people, wish, bo):
    said = meet(lambda: cancel(event, people[0]), lambda: approve(wish, bo))
    assert "Nothing was changed" in str(said)
    assert states(people[:1]) == ["cancelled"]


def move(event: Event, by: Member) -> Event:
    return schedule.move(
        event=event, wall_date=event.wall_date, wall_time=time(17), minutes=90, zone=event.zone, by=by, at=NOW
    )


def test_registering_while_the_event_is_moved_sees_the_new_time(event, people, bo):
    mine = meet(lambda: move(event, bo), lambda: register(event, people[0]))
    assert (mine.event.starts_at.hour, mine.event.sequence) == (17, 1)


def test_event_that_is_moved_while_somebody_registers_keeps_her(event, people, bo):
    moved = meet(lambda: register(event, people[0]), lambda: move(event, bo))
    assert (moved.starts_at.hour, moved.sequence) == (17, 1)
    assert states(people[:1]) == ["confirmed"]


def test_two_ticks_that_tell_leave_nobody_told_twice(event, people):
    register(event, people[0])
    assert meet(lambda: answers.tell_due(at=NOW), lambda: answers.tell_due(at=NOW), waits=False) == 0
    assert Notice.objects.get().kind == "registration_confirmed"


def test_two_ticks_that_register_a_circle_make_one_place_each(event, people):
    event.automatic.add(event.home)
    made = meet(lambda: automatic.register_circles(at=NOW), lambda: automatic.register_circles(at=NOW))
    assert made == 0
    assert Registration.objects.count() == Transition.objects.count() == 3


def test_without_the_lock_the_seat_stays_empty_beside_her_who_waits(event, people, monkeypatch):
    """The negative control: somebody gives her seat up without the event's lock, and sees nobody who waits."""
    register(event, people[0])
    monkeypatch.setattr(registrations, "lock_event", lambda pk: Event.objects.get(pk=pk))
    meet(lambda: register(event, people[1]), lambda: cancel(event, people[0]), waits=False)
    assert states(people[:2]) == ["cancelled", "waitlisted"]
    assert list(violations(at=NOW)) == [f"event {event.pk} has a free seat while somebody waits"]
