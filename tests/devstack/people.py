"""Processes for the tests to watch: recipes of small ones, and who is still there."""

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


def marked(mark: str) -> list[str]:
    """The command lines of all processes with `mark` in their environment, this one's and its tools' left out."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                if f"FA_TEST_MARK={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue  # it ended, or is not ours
    return found
