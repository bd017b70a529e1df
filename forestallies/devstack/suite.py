"""`./run test [pytest arguments]`: the checks, then the tests, on embedded services of their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from forestallies.devstack import catalogues, foreground
from forestallies.devstack.checks import Check, checks
from forestallies.devstack.console import Interrupted, note, say
from forestallies.devstack.lock import StateLock
from forestallies.devstack.processes import Children
from forestallies.devstack.services import Services, portal_environment
from forestallies.devstack.state import suite_state

TWO_AT_ONCE = ("-n", "2", "--dist", "loadfile")  # two files of tests side by side, each on a database of its own
PERSONAL = ("DEMO", "SITE_URL", "SECRET_KEY", "PORT")  # what a person may have set for the demo


def test(arguments: Sequence[str]) -> int:
    """Run everything and return the exit code of the first part that fails, 0 when none does.

    With pytest arguments only pytest runs: they are for the quick loop and for chosen suites.
    """
    state = suite_state()
    lock = StateLock(state)
    lock.take_or_wait("test")
    children = Children(state, lock.descriptor)
    children.listen()
    for name in PERSONAL:
        os.environ.pop(name, None)
    try:
        catalogues.compile_stale()
        services = Services(state, children, disposable=True)
        services.start()
        environment = portal_environment(state, services.urls, SITE_URL="http://127.0.0.1:8000")
        return run_in_order(parts(arguments), environment)
    except Interrupted:
        return 130
    finally:
        children.stop()


def parts(arguments: Sequence[str]) -> list[Check]:
    """What runs for these pytest arguments."""
    pytest = Check("Tests", [sys.executable, "-m", "pytest", *(arguments or TWO_AT_ONCE)])
    return [pytest] if arguments else [*checks(), pytest]


def run_in_order(wanted: Sequence[Check], environment: Mapping[str, str]) -> int:
    """Run each part under its heading and stop at the first that fails."""
    for part in wanted:
        if len(wanted) > 1:
            say(f"\n== {part.heading} ==")
        if code := foreground.run(part.command, environment):
            if len(wanted) > 1:
                note(f"Failed: {part.heading}")
            return code
    return 0
