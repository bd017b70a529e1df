"""Pick waiting jobs up and do them, step by step.

A job's kind names a worker: a function that takes the job and does one small piece of work per step, committed by
itself. What is done already must show in the database, so a worker that dies in the middle is simply run again.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q

from jobs.models import Job

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.JOB_LEASE_SECONDS)  # renewed with every step; silent for longer, its process died
SLICE = timedelta(seconds=45)  # a tick ends well within its time limit; the next one goes on
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Step:
    """How far a job is. `problem` is one line about what could not be done; the job goes on."""

    done: int
    total: int
    problem: str = ""


Worker = Callable[[Job], Iterator[Step]]
Clock = Callable[[], datetime]

_WORKERS: dict[str, Worker] = {}


def register(kind: str, worker: Worker) -> None:
    """Make a worker known by the kind that jobs store; apps call it when they are ready."""
    _WORKERS[kind] = worker


def run_waiting(*, clock: Clock, only: Job | None = None) -> int:
    """Do what waits, oldest first, until nothing does or the slice of time is over; return how many jobs were taken.

    Safe to run in any number of processes at once: each job is in the hand of one.

    Args:
        clock: tells the present instant; asked again at every step.
        only: do nothing but this job, however long it takes.
    """
    taken, began = 0, clock()
    until = None if only else began + SLICE
    while (until is None or clock() < until) and (job := claim(at=clock(), only=only)):
        taken += 1
        _do(job, clock=clock, until=until)
    return taken


@transaction.atomic
def claim(*, at: datetime, only: Job | None = None) -> Job | None:
    """Take the oldest job that waits, or whose worker has died, for this process."""
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, claimed_at__lt=at - LEASE)
    rows = Job.objects.filter(free, kind__in=_WORKERS)
    if only:
        rows = rows.filter(pk=only.pk)
    job = rows.select_for_update(skip_locked=True).order_by("created_at", "id").first()
    if job:
        job.state, job.claimed_at, job.attempts = Job.State.RUNNING, at, job.attempts + 1
        job.save(update_fields=["state", "claimed_at", "attempts"])
    return job


def _do(job: Job, *, clock: Clock, until: datetime | None) -> None:
    try:
        _run(job, clock=clock, until=until)
    except LostLease:
        logger.warning("job %s was taken over by another process", job.pk)
    except Exception as error:  # one broken job is marked and logged, the next ones go on
        logger.exception("job %s failed", job.pk)
        _fail(job, error, at=clock())


def _run(job: Job, *, clock: Clock, until: datetime | None) -> None:
    """Run a claimed job to its end, or to the end of the slice of time."""
    if job.attempts > MAX_ATTEMPTS:
        _write(job, state=Job.State.FAILED, finished_at=clock(), problem="Its process died again and again.")
        return
    problems: list[str] = []
    for step in _WORKERS[job.kind](job):
        problems += [step.problem] if step.problem else []
        progress = {"done": step.done, "total": step.total, "problem": "\n".join(problems)}
        if until and clock() >= until:
            # Work was done, so this was no failure: the next tick goes on where this one stops.
            _write(job, **progress, state=Job.State.QUEUED, attempts=0)
            return
        _write(job, **progress, claimed_at=clock())
    _write(job, state=Job.State.DONE, finished_at=clock())


def _fail(job: Job, error: Exception, *, at: datetime) -> None:
    """Try again what may have been the database's bad moment; anything else would fail again in the same way."""
    problem = f"{type(error).__name__}: {error}"
    again = isinstance(error, DatabaseError) and job.attempts < MAX_ATTEMPTS
    with suppress(LostLease):
        if again:
            _write(job, state=Job.State.QUEUED, problem=problem)
        else:
            _write(job, state=Job.State.FAILED, finished_at=at, problem=problem)


def _write(job: Job, **values: object) -> None:
    """Write down what is still ours: after a lost lease another process's word counts.

    Raises:
        LostLease: the job is in another hand.
    """
    ours = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, claimed_at=job.claimed_at, attempts=job.attempts)
    if not ours.update(**values):
        raise LostLease(f"job {job.pk}")
    for name, value in values.items():
        setattr(job, name, value)


class LostLease(RuntimeError):
    """Another process has taken the job over, because this one was silent for too long."""
