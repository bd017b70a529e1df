"""The portal's own processes, as the demo runs them."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from forestallies.devstack.processes import Recipe

APPLICATION = "forestallies"


def prepare(environment: Mapping[str, str], *, seed: bool) -> Recipe:
    """Migrate, and load the demo data where there is none."""
    return _python("prepare", "forestallies.devstack.prepare", *(["--seed"] if seed else []), environment=environment)


def web(environment: Mapping[str, str], listener: int) -> Recipe:
    """The web server, on a listening socket of the supervisor."""
    options = ["--config=python:forestallies.devstack.web", f"--bind=fd://{listener}"]
    command = ["gunicorn", f"{APPLICATION}.wsgi:application", *options]
    return _python("web", *command, environment=environment, keep_open=(listener,))


def worker(environment: Mapping[str, str]) -> Recipe:
    """The Celery worker, on every queue and without the talk that only many workers need."""
    options = ["--concurrency=2", "--queues=default,mail,documents", "--without-gossip", "--without-mingle"]
    return _python("worker", "celery", "-A", APPLICATION, "worker", *options, environment=environment)


def beat(environment: Mapping[str, str]) -> Recipe:
    """The clock of the periodic tasks."""
    return _python("beat", "celery", "-A", APPLICATION, "beat", environment=environment)


def _python(
    name: str, module: str, *arguments: str, environment: Mapping[str, str], keep_open: tuple[int, ...] = ()
) -> Recipe:
    """A Python module as a child. An orphan is killed: its work is in the database, nothing needs finishing.

    What it has started dies with it: the pool of a Celery worker and the workers of gunicorn ask the kernel for that.
    """
    command = [sys.executable, "-m", module, *arguments]
    return Recipe(name, command, "portal", environment=environment, keep_open=keep_open)
