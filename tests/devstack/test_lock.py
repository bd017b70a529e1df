"""One supervisor per state folder."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from forestallies.devstack.console import Refused
from forestallies.devstack.lock import StateLock
from forestallies.devstack.processes import Children
from forestallies.devstack.state import ROOT, State
from tests.devstack.people import sleeper

HOLD_AND_START_A_CHILD = """
import sys, time
from forestallies.devstack.lock import StateLock
from forestallies.devstack.processes import Children, Recipe
from forestallies.devstack.state import portal_state
lock = StateLock(portal_state())
lock.take_or_refuse("demo")
children = Children(lock.state, lock.descriptor)
children.start(Recipe("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"]))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def other(state: State) -> Iterator[subprocess.Popen[str]]:
    """Another supervisor with one child, holding the lock."""
    command = [sys.executable, "-c", HOLD_AND_START_A_CHILD]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_second_start_is_refused_with_the_process_of_the_first(state: State, other: subprocess.Popen[str]) -> None:
    with pytest.raises(Refused, match=rf"^`./run demo` is already running here as process {other.pid}; stop it first"):
        StateLock(state).take_or_refuse("demo")


def test_lock_is_free_again_after_kill_9(lock: StateLock, other: subprocess.Popen[str]) -> None:
    other.kill()
    lock.take_or_refuse("demo")
    holder = lock.holder()
    assert holder is not None
    assert holder.pid == os.getpid()


def test_lock_is_held_by_the_last_child(state: State, lock: StateLock) -> None:
    supervisors = StateLock(state)
    assert supervisors.try_take("demo")
    child = Children(state, supervisors.descriptor).start(sleeper())
    supervisors.release()
    assert not lock.try_take("demo")
    child.kill_group()
    assert lock.try_take("demo")


def test_waiting_ends_when_the_other_does(
    lock: StateLock, other: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]
) -> None:
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.5; kill -9 {other.pid}"])
    assert lock.take_or_wait("test") is None
    assert capsys.readouterr().err == f"Waiting for `./run demo` (process {other.pid})…\n"
    killer.wait()


def test_waiting_is_given_up_for_what_is_found(state: State, other: subprocess.Popen[str]) -> None:
    assert StateLock(state).take_or_wait("manage", unless=lambda: "services") == "services"


def test_holder_with_a_reused_process_number_is_not_alive(state: State) -> None:
    state.lock.write_text(f'{{"pid": {os.getpid()}, "birth": "1", "what": "demo"}}')
    assert StateLock(state).living_holder() is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "\0"])
def test_unreadable_lock_file_has_no_holder(lock: StateLock, content: str) -> None:
    lock.state.lock.write_text(content)
    assert lock.living_holder() is None
    assert lock.try_take("demo")
