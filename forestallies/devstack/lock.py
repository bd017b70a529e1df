"""One supervisor per state folder."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

from forestallies.devstack import leftovers
from forestallies.devstack.console import Refused, note
from forestallies.devstack.processes import birth_of
from forestallies.devstack.state import State

Found = TypeVar("Found")
DYING = 0.3  # seconds that a process may take to end after kill -9


@dataclass(frozen=True)
class Holder:
    """Who holds the lock: process number, its start, and what it runs (demo, manage, test)."""

    pid: int
    birth: str | None
    what: str

    @property
    def alive(self) -> bool:
        return self.birth is not None and birth_of(self.pid) == self.birth


class StateLock:
    """The lock of one state folder, held by the supervisor and inherited by its children.

    It is free again when the last of them is gone, however they ended.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.descriptor = -1  # of the locked file

    def try_take(self, what: str) -> bool:
        """Take the lock for `what` if it is free."""
        descriptor = os.open(self.state.lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.truncate(descriptor, 0)
        os.write(descriptor, json.dumps(asdict(Holder(os.getpid(), birth_of(os.getpid()), what))).encode())
        self.descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go of the lock; children that still run keep it."""
        os.close(self.descriptor)

    def holder(self) -> Holder | None:
        """Who wrote the lock file last; None when nobody readable did."""
        try:
            return Holder(**json.loads(self.state.lock.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def living_holder(self) -> Holder | None:
        holder = self.holder()
        return holder if holder and holder.alive else None

    def take_or_refuse(self, what: str) -> None:
        """Take the lock, ending what a killed run left behind.

        Raises `Refused`, naming the process, when another supervisor holds it.
        """
        started = time.monotonic()
        while not self.try_take(what):
            holder = self.living_holder()
            if holder is None:
                self._clear_leftovers(started + leftovers.PATIENCE)
            elif time.monotonic() > started + DYING:
                raise Refused(
                    f"`./run {holder.what}` is already running here as process {holder.pid}; "
                    "stop it first (Ctrl-C in its terminal)."
                )
            else:
                time.sleep(0.05)

    def take_or_wait(self, what: str, *, unless: Callable[[], Found | None] = lambda: None) -> Found | None:
        """Take the lock, waiting with one sentence for as long as another supervisor holds it.

        Gives up the wait as soon as `unless` finds something, and returns that; the lock is then not ours.
        """
        told = False
        deadline = time.monotonic() + leftovers.PATIENCE
        while not self.try_take(what):
            if (found := unless()) is not None:
                return found
            if holder := self.living_holder():
                if not told:
                    note(f"Waiting for `./run {holder.what}` (process {holder.pid})…")
                told = True
                time.sleep(0.2)
                deadline = time.monotonic() + leftovers.PATIENCE
            else:
                self._clear_leftovers(deadline)
        return None

    def _clear_leftovers(self, deadline: float) -> None:
        leftovers.end(self.state, kill=time.monotonic() > deadline - leftovers.PATIENCE / 2)
        time.sleep(0.1)
        if time.monotonic() > deadline:
            raise Refused(
                f"{self.state.folder} is still in use by processes of an earlier run that cannot be ended from "
                "here; end them, or set FA_STATE to another folder."
            )
