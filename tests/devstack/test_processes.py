"""Children die with the supervisor and stop in order."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from forestallies.devstack.console import Interrupted, Refused
from forestallies.devstack.processes import Children, Recipe, birth_of, stop_together
from forestallies.devstack.state import ROOT, State
from tests.devstack.people import STUBBORN, sleeper, wait_for

# Under xdist the test process has a thread that talks to the controller; the forked child runs one C call before exec.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

FAILING = [sys.executable, "-c", "print('no more paper'); raise SystemExit(3)"]


def test_child_that_stops_is_named_with_its_last_words(children: Children) -> None:
    children.start(Recipe("printer", FAILING))
    with pytest.raises(Refused, match=r"(?s)^printer stopped unexpectedly \(exit code 3\).*no more paper$"):
        children.wait_until(lambda: False, seconds=10, what="paper")


def test_request_to_stop_ends_the_waiting(children: Children) -> None:
    children.listen()
    os.kill(os.getpid(), signal.SIGHUP)
    with pytest.raises(Interrupted):
        children.wait_until(lambda: False, seconds=10, what="nothing")


def test_waiting_gives_up(children: Children) -> None:
    with pytest.raises(Refused, match="Gave up after 0 s waiting for Godot"):
        children.wait_until(lambda: False, seconds=0, what="Godot")


def test_failed_task_is_refused_with_its_last_words(children: Children) -> None:
    with pytest.raises(Refused, match=r"(?s)^printer failed \(exit code 3\).*no more paper$"):
        children.run_to_end(Recipe("printer", FAILING))


def test_portal_stops_before_the_services(children: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[list[str]] = []
    monkeypatch.setattr(
        "forestallies.devstack.processes.stop_together",
        lambda group, *, seconds: order.append([c.recipe.name for c in group]) or stop_together(group, seconds=seconds),
    )
    for recipe in (sleeper("postgres"), sleeper("web", kind="portal"), sleeper("worker", kind="portal")):
        children.start(recipe)
    children.stop()
    assert order == [["worker", "web"], ["postgres"]]


def test_deaf_child_is_killed_when_time_is_up(children: Children) -> None:
    child = children.start(Recipe("deaf", STUBBORN))
    wait_for(lambda: child.log.read_text() == "deaf\n")
    stop_together([child], seconds=0.1)
    assert child.process.returncode == -signal.SIGKILL


def test_what_a_child_started_is_killed_with_it(children: Children) -> None:
    shell = children.start(replace(sleeper("shell"), command=["sh", "-c", "sleep 60 & echo $!; wait"]))
    wait_for(lambda: shell.log.read_text() != "")
    grandchild = int(shell.log.read_text())
    stop_together([shell], seconds=5)
    wait_for(lambda: birth_of(grandchild) is None)


def test_log_of_the_run_before_is_kept(children: Children) -> None:
    for _ in range(2):
        children.run_to_end(Recipe("hello", ["echo", "hello"]))
    assert [path.name for path in sorted(children.state.log.iterdir())] == ["hello.log", "hello.old.log"]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal exists on Linux only")
def test_child_dies_with_a_killed_supervisor(state: State) -> None:
    code = (
        "import sys, time\n"
        "from forestallies.devstack.processes import *\n"
        "from forestallies.devstack.state import portal_state\n"
        "children = Children(portal_state(), 1)\n"
        "print(children.start(Recipe('x', ['sleep', '60'])).process.pid, flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert birth_of(child) is not None
        supervisor.kill()
    wait_for(lambda: birth_of(child) is None)


def test_birth_tells_processes_apart() -> None:
    first = birth_of(os.getpid())
    time.sleep(0.02)
    with subprocess.Popen(["sleep", "60"]) as other:
        assert first == birth_of(os.getpid()) != birth_of(other.pid) is not None
        other.kill()
    assert birth_of(other.pid) is None
