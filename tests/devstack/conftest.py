"""Every test here has a state folder of its own, so a demo that is running meanwhile notices nothing."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from forestallies.devstack.lock import StateLock
from forestallies.devstack.processes import STOP_SIGNALS, Children
from forestallies.devstack.services import GIVEN
from forestallies.devstack.state import State, portal_state


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setenv("FA_STATE", str(tmp_path / "state"))
    for name in (*GIVEN, "PORT", "SITE_URL", "SECRET_KEY", "DEMO"):
        monkeypatch.delenv(name, raising=False)
    return portal_state()


@pytest.fixture
def lock(state: State) -> Iterator[StateLock]:
    lock = StateLock(state)
    yield lock
    if lock.descriptor >= 0:
        lock.release()


@pytest.fixture
def children(lock: StateLock) -> Iterator[Children]:
    """The children of a supervisor that this process plays; stopped when the test ends."""
    assert lock.try_take("test")
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    children = Children(lock.state, lock.descriptor)
    yield children
    children.stop()
    for number, handler in before.items():
        signal.signal(number, handler)
