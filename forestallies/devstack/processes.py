"""Child processes: started so that they die with the supervisor, stopped in order."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from forestallies.devstack.console import Interrupted, Refused
from forestallies.devstack.state import ROOT, State

ON_LINUX = sys.platform == "linux"
LIBC = ctypes.CDLL(None)
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = {"portal": 7.0, "service": 6.0}  # seconds to stop by itself; together under the promised 15


@dataclass(frozen=True)
class Recipe:
    """How to start and stop one child.

    `kind` is "portal" or "service": the portal's processes stop before the services they use.
    `orphaned` is the signal the kernel sends the child when the supervisor is killed (Linux): even a child that
    somebody has suspended follows SIGKILL.
    """

    name: str
    command: Sequence[str]
    kind: str = "service"
    stop: signal.Signals = signal.SIGTERM
    orphaned: signal.Signals = signal.SIGKILL
    environment: Mapping[str, str] | None = None
    keep_open: Sequence[int] = ()
    user: int | None = None


@dataclass
class Child:
    recipe: Recipe
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def last_words(self, lines: int = 15) -> str:
        """The end of the child's log, for a person who asks why it stopped."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill_group(self) -> None:
        """Kill the child and whatever it started (each child leads a process group of its own)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Children:
    """The running children of one supervisor, in the order they were started.

    `lock` is inherited by every child, so the state folder stays locked until the last one is gone.
    """

    state: State
    lock: int
    members: list[Child] = field(default_factory=list)
    stop_requested: bool = False

    def listen(self) -> None:
        """Take Ctrl-C, a closed terminal and a polite kill as a request to stop in order."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._request_stop)

    def _request_stop(self, *_: object) -> None:
        self.stop_requested = True

    def start(self, recipe: Recipe) -> Child:
        log = self.state.log / f"{recipe.name}.log"
        if log.exists():
            log.replace(log.with_suffix(".old.log"))
        with log.open("wb") as output:
            process = subprocess.Popen(
                recipe.command,
                cwd=ROOT if recipe.user is None else "/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if recipe.environment is None else dict(recipe.environment),
                start_new_session=True,
                pass_fds=(self.lock, *recipe.keep_open),
                preexec_fn=dies_with_parent(recipe.orphaned),
                user=recipe.user,
                group=recipe.user,
                extra_groups=None if recipe.user is None else [],
            )
        child = Child(recipe, process, log)
        self.members.append(child)
        self._record()
        return child

    def _record(self) -> None:
        """Write down who is running, for the run after a killed one (see `leftovers`)."""
        rows = [
            {"pid": c.process.pid, "birth": birth_of(c.process.pid), "signal": int(c.recipe.stop)} for c in self.members
        ]
        fresh = self.state.children.with_suffix(".new")
        fresh.write_text(json.dumps(rows))
        fresh.replace(self.state.children)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait for something that the children bring about.

        Raises `Refused` when a child ends meanwhile or time is up, `Interrupted` on a request to stop.
        """
        deadline = time.monotonic() + seconds
        pause = 0.01
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise Refused(f"Gave up after {seconds:.0f} s waiting for {what}; see {self.state.log}.")
            time.sleep(pause)
            pause = min(pause * 1.3, 0.1)

    def check(self) -> None:
        """Raise `Interrupted` or `Refused` when the supervisor should stop."""
        if self.stop_requested:
            raise Interrupted
        for child in self.members:
            if not child.running:
                raise Refused(
                    f"{child.recipe.name} stopped unexpectedly ({how_it_ended(child.process.returncode)}). "
                    f"The end of {child.log}:\n{child.last_words()}"
                )

    def run_to_end(self, recipe: Recipe) -> None:
        """Run a child that finishes by itself. Raises `Refused` with its last words when it fails."""
        child = self.start(recipe)
        self.members.remove(child)  # its end is expected
        try:
            self.wait_until(lambda: not child.running, seconds=600, what=recipe.name)
        finally:
            child.kill_group()
        if child.process.returncode:
            raise Refused(
                f"{recipe.name} failed ({how_it_ended(child.process.returncode)}). "
                f"The end of {child.log}:\n{child.last_words(30)}"
            )

    def stop(self) -> None:
        """Stop everything: the portal's processes first, then the services. Takes 13 s at most."""
        for kind, seconds in PATIENCE.items():
            stop_together([c for c in reversed(self.members) if c.recipe.kind == kind], seconds=seconds)
        self.members.clear()
        self.state.children.unlink(missing_ok=True)


def stop_together(children: Sequence[Child], *, seconds: float) -> None:
    """Ask every child to stop, and kill what is left of it when time is up."""
    for child in children:
        if child.running:
            child.process.send_signal(child.recipe.stop)
    deadline = time.monotonic() + seconds
    while any(child.running for child in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    for child in children:
        child.kill_group()


def dies_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the child gets the signal `number` when this process dies (Linux only).

    The thread that starts the child counts as the parent, so call it from the main thread.
    """
    return partial(die_with, os.getpid(), number)


def die_with(parent: int, number: signal.Signals) -> None:
    """Have the kernel send this process `number` when its parent dies (Linux only)."""
    if not ON_LINUX:
        return
    LIBC.prctl(SET_DEATH_SIGNAL, int(number), 0, 0, 0)
    if os.getppid() != parent:  # it died before the request
        os.kill(os.getpid(), signal.SIGKILL)


def how_it_ended(code: int) -> str:
    """A return code in words: "exit code 3" or "killed by SIGKILL"."""
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def birth_of(pid: int) -> str | None:
    """When a running process started, in the system's own notation; None when there is no such process.

    A process number comes round again, number and start together do not.
    """
    if ON_LINUX:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]  # ended, and only its parent has yet to notice
    listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True)
    return listed.stdout.strip() or None
