"""Two hundred browsers for fifty seats, at a web server with two processes: exact counts, first come, first served."""

from collections import Counter

import pytest
from django.db import connection
from django.db.models import Min

from events.invariants import violations
from events.models import Registration, Transition
from forestallies.lib import clock
from jobs.models import Submission
from tests.drills.seats_crowd import Person, Scene, all_at_once, come, prepare
from tests.processes import web

PEOPLE, SEATS = 200, 50
DECIDED = {"302"}

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene() -> Scene:
    return prepare(people=PEOPLE, seats=SEATS)


def register(person: Person) -> None:
    person.press("registration_create")


def register_and_leave(person: Person) -> None:
    register(person)
    person.press("registration_cancel")


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def states() -> Counter[str]:
    return Counter(Registration.objects.values_list("state", flat=True))


def arrivals() -> list[int]:
    """The registrations in the order in which they came in."""
    return list(Registration.objects.annotate(came=Min("transitions")).order_by("came").values_list("pk", flat=True))


def test_two_hundred_browsers_fill_exactly_fifty_seats_in_their_order(tmp_path, scene):
    before = deadlocks()
    with web(tmp_path) as address:
        answered = all_at_once(come(address, scene), register)
    assert set(answered) == DECIDED
    assert states() == {"confirmed": SEATS, "waitlisted": PEOPLE - SEATS}
    waiting = list(Registration.objects.waiting().values_list("pk", "queue_no"))
    assert [number for _, number in waiting] == list(range(1, PEOPLE - SEATS + 1))
    assert [pk for pk, _ in waiting] == arrivals()[SEATS:]
    assert Submission.objects.count() == PEOPLE
    assert list(violations(at=clock.now())) == []
    assert deadlocks() == before


def test_everybody_pressing_three_times_has_one_place(tmp_path, scene):
    with web(tmp_path) as address:
        people = come(address, scene)[:60]
        answered = all_at_once([*people, *people, *people], register)
    assert set(answered) == DECIDED
    assert states() == {"confirmed": SEATS, "waitlisted": 10}
    assert Transition.objects.count() == 60


def test_every_second_one_leaving_again_keeps_the_seats_full_and_the_order(tmp_path, scene):
    before = deadlocks()
    with web(tmp_path) as address:
        people = come(address, scene)
        leaving = {person.session for person in people[::2]}
        answered = all_at_once(people, lambda one: (register_and_leave if one.session in leaving else register)(one))
    assert set(answered) == DECIDED
    assert states() == {"confirmed": SEATS, "waitlisted": PEOPLE // 2 - SEATS, "cancelled": PEOPLE // 2}
    assert moved_up_in_the_order_they_came()
    assert list(violations(at=clock.now())) == []
    assert deadlocks() == before


def moved_up_in_the_order_they_came() -> bool:
    """Who was moved up entered the list in the same order, and before everybody who still waits."""
    entered = dict(Transition.objects.filter(from_state="", to_state="waitlisted").values_list("registration", "pk"))
    moved = Transition.objects.filter(from_state="waitlisted", to_state="confirmed").order_by("pk")
    waiting = Registration.objects.waiting().values_list("pk", flat=True)
    line = [entered[pk] for pk in [*moved.values_list("registration", flat=True), *waiting]]
    return line == sorted(line)
