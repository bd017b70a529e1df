"""`./run manage ARGS…`: Django's manage.py on the embedded services."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from forestallies.devstack import catalogues, foreground, portal
from forestallies.devstack.console import Interrupted
from forestallies.devstack.lock import StateLock
from forestallies.devstack.processes import Children
from forestallies.devstack.services import Services, all_given, portal_environment, published
from forestallies.devstack.state import State, portal_state

SITE_URL = "http://127.0.0.1:8000"
WITHOUT_TABLES = {"check", "help", "makemigrations", "migrate", "showmigrations", "sqlmigrate"}


def manage(arguments: Sequence[str]) -> int:
    """Run manage.py and return its exit code.

    Uses the services of the running demo; without one, starts them for as long as the command runs, and waits
    while another command does so. An empty embedded database is migrated first, unless the command is about just that.
    """
    state = portal_state()
    catalogues.compile_stale()
    if all_given():
        return _command(arguments, environment(state, {}))
    lock = StateLock(state)
    running = lock.take_or_wait("manage", unless=lambda: published(state))
    if running is not None:
        return _command(arguments, environment(state, running))
    children = Children(state, lock.descriptor)
    children.listen()
    try:
        services = Services(state, children)
        services.start()
        ready = environment(state, services.urls)
        if services.database_is_empty() and WITHOUT_TABLES.isdisjoint(arguments[:1]):
            children.run_to_end(portal.prepare(ready, seed=False))
        return _command(arguments, ready)
    except Interrupted:
        return 130
    finally:
        children.stop()


def environment(state: State, urls: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command: the demo's, and the services that the person has named."""
    given = {name: value for name, value in os.environ.items() if name in urls}
    site = {"SITE_URL": os.environ.get("SITE_URL") or SITE_URL}
    return portal_environment(state, {**site, **urls, **given}, DEMO="1")


def _command(arguments: Sequence[str], ready: Mapping[str, str]) -> int:
    return foreground.run([sys.executable, "manage.py", *arguments], ready)
