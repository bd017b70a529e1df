"""Two hundred people and thirty seats: with the lock it is right, without it it is not."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime

import pytest
from django.db import IntegrityError, OperationalError, connection, connections

from events.actions import registrations
from events.invariants import violations
from events.models import Event, Registration
from members.models import CircleMember, Member
from tests.conftest import NOW
from tests.factories import MemberFactory, RegistrationFactory, WorkshopFactory

PEOPLE, SEATS = 200, 30
LOCK = "FOR NO KEY UPDATE"
UNIQUE = "UNIQUE (event_id, member_id)"
COMES_BACK = r"ON CONFLICT[^;]*(?=RETURNING)"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event() -> Event:
    return WorkshopFactory.create(capacity=SEATS).event_ptr


@pytest.fixture
def people(event: Event) -> list[Member]:
    made = Member.objects.bulk_create(MemberFactory.build_batch(PEOPLE))
    CircleMember.objects.bulk_create(
        [
            CircleMember(circle=event.home, member=person, joined_at=datetime(2026, 1, 1, tzinfo=NOW.tzinfo))
            for person in made
        ]
    )
    return made


def all_at_once(people: list[Member], act: Callable[[Member], object]) -> None:
    """Let everybody act at the same moment, each over a connection of her own, and try again when told "busy"."""
    start = threading.Barrier(len(people))

    def run(person: Member) -> None:
        try:
            connection.ensure_connection()
            start.wait(60)
            while not answered(act, person):
                pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(run, people))


def answered(act: Callable[[Member], object], person: Member) -> bool:
    """Act; False when the portal was busy and the person has to try again."""
    try:
        act(person)
    except OperationalError as busy:
        if "lock timeout" not in str(busy):
            raise
        return False
    return True


def states(event: Event) -> Counter[str]:
    return Counter(Registration.objects.filter(event=event).values_list("state", flat=True))


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def register(event: Event, person: Member) -> Registration:
    return registrations.register(event=event, member=person, by=person, at=NOW)


def test_two_hundred_for_thirty_seats_fill_exactly_thirty(event, people):
    before = deadlocks()
    all_at_once(people, lambda person: register(event, person))
    assert states(event) == {"confirmed": SEATS, "waitlisted": PEOPLE - SEATS}
    queue = Registration.objects.filter(event=event).waiting().values_list("queue_no", flat=True)
    assert list(queue) == list(range(1, PEOPLE - SEATS + 1))
    assert deadlocks() == before


def test_without_the_lock_the_same_crowd_oversells(event, people):
    """The negative control: if this one fails, the test above proves nothing."""

    def register_or_fail(person: Member) -> None:
        with suppress(IntegrityError):  # two with the same number on the waiting list: the database's last word
            register(event, person)

    with coming_in(without=[LOCK]):
        all_at_once(people, register_or_fail)
    assert states(event)["confirmed"] > SEATS


@contextmanager
def coming_in(*, without: Iterable[str]) -> Iterator[None]:
    """Take some words (patterns) out of the database's function, and let everybody dwell on what she counted."""
    counted = "seats := events_seats(wanted);"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('events_enter'::regproc)")
        whole = changed = cursor.fetchone()[0]
        for words in without:
            changed, found = re.subn(words, "", changed)
            assert found == 1, words
        assert counted in whole
        cursor.execute(changed.replace(counted, f"{counted} PERFORM pg_sleep(0.2);"))
        try:
            yield
        finally:
            cursor.execute(whole)


def test_one_person_clicking_twenty_times_gets_one_seat(event, people):
    all_at_once([people[0]] * 20, lambda person: register(event, person))
    assert states(event) == {"confirmed": 1}
    assert Registration.objects.get().transitions.count() == 1


def test_without_lock_and_unique_key_one_person_gets_many_seats(event, people):
    """The negative control of the one above: each of the two alone would keep her to one."""
    with second_rows_allowed(), coming_in(without=[LOCK, COMES_BACK]):
        all_at_once([people[0]] * 20, lambda person: register(event, person))
        assert states(event)["confirmed"] > 1
        assert f"member {people[0].pk} has" in " ".join(violations(at=NOW))


def test_database_refuses_a_second_row_of_one_person(event, people):
    RegistrationFactory.create(event=event, member=people[0])
    with pytest.raises(IntegrityError, match="registration_once"):
        RegistrationFactory.create(event=event, member=people[0])


@contextmanager
def second_rows_allowed() -> Iterator[None]:
    """Take the unique key out, and put it back."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_registration DROP CONSTRAINT registration_once")
        try:
            yield
        finally:
            cursor.execute("TRUNCATE events_registration CASCADE")
            cursor.execute(
                "ALTER TABLE events_registration ADD CONSTRAINT registration_once UNIQUE (event_id, member_id)"
            )


def test_cancellations_in_a_crowd_leave_no_seat_empty(event, people):
    for person in people[: SEATS + 40]:
        register(event, person)
    leaving = people[:20] + people[SEATS + 20 : SEATS + 40]

    def cancel(person: Member) -> None:
        registrations.cancel(registration=Registration.objects.get(member=person), by=person, at=NOW)

    all_at_once(leaving, cancel)
    assert states(event) == {"confirmed": SEATS, "cancelled": 40}
    assert [*Registration.objects.filter(event=event).waiting()] == []
