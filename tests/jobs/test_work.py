"""Long work: taken by one process, resumed after a death, never asked for twice."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection

from jobs import work
from jobs.models import Job
from jobs.queue import enqueue, jobs_about
from jobs.work import LEASE, SLICE, Step

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(monkeypatch):
    """Workers of this test alone; gives the registry."""
    registry: dict = {}
    monkeypatch.setattr(work, "_WORKERS", registry)
    return registry


def ask(about: str = "test.thing:1", at: datetime = NOW, total: int = 3) -> Job:
    return enqueue(kind="counting", about=about, payload={}, total=total, by=None, at=at)


def counting(job: Job):
    yield from (Step(number, 3, problem="2 is odd" if number == 2 else "") for number in (1, 2, 3))


def test_job_is_done_with_its_progress_and_problems(worker):
    worker["counting"] = counting
    job = ask()
    assert work.run_waiting(clock=lambda: NOW) == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.problem, job.finished_at) == ("done", 3, 3, "2 is odd", NOW)
    assert work.run_waiting(clock=lambda: NOW) == 0


def test_asking_twice_gives_the_open_job_and_a_new_one_when_it_is_over(worker):
    worker["counting"] = counting
    first = ask()
    assert ask() == first
    assert ask("test.thing:2") != first
    work.run_waiting(clock=lambda: NOW)
    second = ask()
    assert second != first
    assert list(jobs_about("counting", "test.thing:1")) == [second, first]


def test_job_in_a_living_hand_is_left_alone_and_taken_over_from_a_dead_one(worker):
    worker["counting"] = counting
    job = ask()
    assert work.claim(at=NOW) == job
    assert work.claim(at=NOW + LEASE) is None
    assert work.claim(at=NOW + LEASE + timedelta(seconds=1)) == job


def test_job_whose_process_dies_each_time_is_given_up(worker):
    worker["counting"] = counting
    job = ask()
    for attempt in range(3):
        assert work.claim(at=NOW + attempt * 2 * LEASE)
    work.run_waiting(clock=lambda: NOW + 9 * LEASE)
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", "Its process died again and again.")


def test_silent_worker_whose_job_was_taken_over_writes_nothing_more(worker):
    def slow(job):
        yield Step(1, 3)
        assert work.claim(at=NOW + 2 * LEASE) == job
        yield Step(2, 3)

    worker["counting"] = slow
    job = ask()
    work.run_waiting(clock=lambda: NOW)
    job.refresh_from_db()
    assert (job.state, job.done, job.attempts) == ("running", 1, 2)


def test_long_job_gives_way_and_goes_on_with_the_next_tick(worker):
    times = iter([NOW, NOW, NOW, NOW + SLICE, NOW + SLICE, NOW + SLICE])
    worker["counting"] = counting
    job = ask()
    work.run_waiting(clock=lambda: next(times))
    job.refresh_from_db()
    assert (job.state, job.done, job.attempts) == ("queued", 1, 0)
    work.run_waiting(clock=lambda: NOW + 2 * SLICE)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 3)


def test_broken_worker_fails_its_job_and_the_next_one_is_done(worker, caplog):
    def broken(job):
        raise ValueError("no such thing")
        yield

    worker.update(counting=counting, broken=broken)
    bad = enqueue(kind="broken", about="x", payload={}, total=1, by=None, at=NOW)
    good = ask()
    assert work.run_waiting(clock=lambda: NOW) == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.problem, good.state) == ("failed", "ValueError: no such thing", "done")


def test_bad_moment_of_the_database_is_tried_again(worker, caplog):
    moments = [OperationalError("lock timeout")]

    def unlucky(job):
        if moments:
            raise moments.pop()
        yield Step(3, 3)

    worker["counting"] = unlucky
    job = ask()
    work.run_waiting(clock=lambda: NOW)
    job.refresh_from_db()
    assert job.state == "done"


def test_kind_that_this_process_does_not_know_waits_for_one_that_does(worker):
    ask()
    assert work.run_waiting(clock=lambda: NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_take_each_job_once(worker):
    seen, start = [], Barrier(2)
    worker["counting"] = lambda job: seen.append(job.pk) or iter([Step(3, 3)])
    asked = [ask(f"test.thing:{number}").pk for number in range(10)]

    def run():
        start.wait()
        work.run_waiting(clock=lambda: NOW)
        connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(asked)
