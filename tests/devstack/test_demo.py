"""The whole portal, started and ended in every way. Slow: these are drills."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Self

import pytest

from forestallies.devstack.console import Refused
from forestallies.devstack.demo import wanted_port
from forestallies.devstack.services import published
from forestallies.devstack.state import ROOT, State
from tests.devstack.people import marked, wait_for

drill = pytest.mark.drills
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal exists on Linux only")
CACHE = "__import__('django.core.cache').core.cache.cache"  # it lives in the database
DEVSTACK = [sys.executable, "-m", "forestallies.devstack"]


class Demo:
    """A demo on a free port and a state folder of its own, ended with the `with` block."""

    def __init__(self, state: State, mark: str) -> None:
        self.mark = mark
        environment = {**os.environ, "PORT": "0", "FA_STATE": str(state.folder), "FA_TEST_MARK": mark}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [*DEVSTACK, "demo"], cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True
        )

    def __enter__(self) -> Self:
        first = self.read_line()
        if not first.startswith("READY http://127.0.0.1:"):
            pytest.fail(self.process.communicate(timeout=30)[1])
        self.url = first.removeprefix("READY ").strip()
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def read_line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def end(self, number: signal.Signals) -> tuple[int, float]:
        """Send a signal; return the exit code and the seconds until the end."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return self.process.returncode, time.monotonic() - started


@pytest.fixture
def mark(tmp_path: object) -> str:
    return f"{tmp_path}-{time.time_ns()}"


@pytest.fixture
def demo(state: State, mark: str) -> Iterator[Demo]:
    with Demo(state, mark) as demo:
        yield demo


def manage(state: State, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FA_STATE": str(state.folder)}
    return subprocess.run([*DEVSTACK, "manage", *words], cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("port", ["web", "-1", "65536", "8000.0", "８０００"])
def test_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Refused, match=f"^PORT={port} is not a port: "):
        wanted_port()


@drill
def test_demo_serves_and_tells_who_lives_there(demo: Demo) -> None:
    from forestallies.demo.accounts import ACCOUNTS

    lines = [demo.read_line() for _ in ACCOUNTS]
    assert [line.split()[0] for line in lines] == [account.email for account in ACCOUNTS]
    with urllib.request.urlopen(f"{demo.url}/healthz/", timeout=5) as answer:
        assert answer.status == 200


@drill
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_demo_stops_in_order(demo: Demo, number: signal.Signals) -> None:
    code, seconds = demo.end(number)
    assert code == 0
    assert seconds < 15
    assert marked(demo.mark) == []


@drill
def test_second_demo_is_refused(demo: Demo, state: State) -> None:
    second = subprocess.run([*DEVSTACK, "demo"], cwd=ROOT, capture_output=True, text=True)
    assert second.returncode == 1
    assert second.stderr == (
        f"`./run demo` is already running here as process {demo.process.pid}; stop it first (Ctrl-C in its terminal).\n"
    )


@drill
@on_linux
def test_killed_demo_leaves_no_process_behind(demo: Demo) -> None:
    demo.end(signal.SIGKILL)
    wait_for(lambda: marked(demo.mark) == [], seconds=5)


@drill
@on_linux
def test_start_after_kill_9_of_everything_has_lost_nothing(demo: Demo, state: State, mark: str) -> None:
    manage(state, "shell", "-v0", "-c", f"{CACHE}.set('promise', 'kept', None)")
    for pid in marked(mark):
        os.kill(pid, signal.SIGKILL)
    demo.process.wait()
    with Demo(state, mark):
        assert manage(state, "shell", "-v0", "-c", f"print({CACHE}.get('promise'))").stdout == "kept\n"


@drill
def test_child_that_dies_is_named(demo: Demo) -> None:
    web = subprocess.run(["pgrep", "-P", str(demo.process.pid), "-f", "gunicorn"], capture_output=True, text=True)
    os.kill(int(web.stdout), signal.SIGKILL)
    _, error = demo.process.communicate(timeout=30)
    assert demo.process.returncode == 1
    assert error.startswith("web stopped unexpectedly (killed by SIGKILL). The end of ")


@drill
def test_reader_that_goes_away_is_no_reason_to_stop(demo: Demo) -> None:
    assert demo.process.stdout
    demo.process.stdout.close()
    time.sleep(1)
    assert demo.process.poll() is None


@drill
def test_manage_uses_the_services_of_the_running_demo(demo: Demo, state: State) -> None:
    services = published(state)
    assert services
    asked = ("shell", "-v0", "-c", "import os; print(os.environ['EMAIL_URL'], os.environ['SITE_URL'])")
    assert manage(state, *asked).stdout == f"{services['EMAIL_URL']} {demo.url}\n"


@drill
def test_manage_alone_migrates_and_passes_the_exit_code_on(state: State) -> None:
    asked = f"raise SystemExit(41 if {CACHE}.get('promise') is None else 40)"
    assert manage(state, "shell", "-v0", "-c", asked).returncode == 41
