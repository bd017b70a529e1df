"""PostgreSQL is stopped at once while two hundred people register: whoever tries again is decided, nobody twice."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.drills.cluster import Cluster, own_cluster
from tests.drills.seats_crowd import Person, Scene, all_at_once, come
from tests.processes import web

PEOPLE, SEATS, DECIDED_BEFORE = 200, 50, 60
PREPARE = f"""
import dataclasses, json, django
django.setup()
from tests.drills.seats_crowd import prepare
print(json.dumps(dataclasses.asdict(prepare(people={PEOPLE}, seats={SEATS}))))
"""
STATES = "SELECT state, count(*) FROM events_registration GROUP BY state"
LINE = "SELECT queue_no FROM events_registration WHERE state = 'waitlisted' ORDER BY queue_no"
ROWS = """
    SELECT (SELECT count(DISTINCT member_id) FROM events_registration), (SELECT count(*) FROM events_transition),
           (SELECT count(*) FROM jobs_submission)
"""

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cluster(tmp_path) -> Iterator[Cluster]:
    with own_cluster(tmp_path) as made:
        yield made


@pytest.fixture
def scene(cluster) -> Scene:
    return Scene(**json.loads(cluster.python("-c", PREPARE)))


def test_database_that_restarts_in_the_middle_loses_nobody_and_seats_nobody_twice(tmp_path, cluster, scene):
    decided = threading.Semaphore(0)

    def restart() -> None:
        for _ in range(DECIDED_BEFORE):
            assert decided.acquire(timeout=60)
        cluster.stop_at_once()
        cluster.start()

    with web(tmp_path, DATABASE_URL=cluster.url) as address, ThreadPoolExecutor(1) as pool:
        people = come(address, scene)
        restarted = pool.submit(restart)
        answered = all_at_once(people, register, done=decided.release)
        restarted.result(timeout=60)
    assert answered["302"] == PEOPLE
    assert sum(answered.values()) > PEOPLE, "nobody noticed the restart"
    assert answered["500"] == 0
    assert dict(cluster.ask(STATES)) == {"confirmed": SEATS, "waitlisted": PEOPLE - SEATS}
    assert [number for (number,) in cluster.ask(LINE)] == list(range(1, PEOPLE - SEATS + 1))
    assert cluster.ask(ROWS) == [(PEOPLE, PEOPLE, PEOPLE)]
    assert json.loads(cluster.python("manage.py", "check_invariants", "--json"))["violations"] == 0


def register(person: Person) -> None:
    person.press("registration_create")
