"""Processes for the tests to watch: recipes of small ones, and who is still there."""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from forestallies.devstack.processes import Recipe

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = ["sh", "-c", "trap '' INT TERM; echo deaf; sleep 60"]


def sleeper(name: str = "sleeper", **more: str) -> Recipe:
    return Recipe(name, SLEEPER, **more)


def wait_for(happened: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def marked(mark: str) -> list[int]:
    """All processes with `mark` in their environment, this one left out."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):  # it ended, or is not ours
                if f"FA_TEST_MARK={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found
