"""Commands that own the terminal."""

import os
import signal
import subprocess
import sys

import pytest

from forestallies.devstack import foreground
from forestallies.devstack.checks import Check
from forestallies.devstack.state import ROOT
from forestallies.devstack.suite import parts, run_in_order

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.mark.parametrize(("command", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137)])
def test_exit_code_is_passed_on(command: str, code: int) -> None:
    assert foreground.run(["sh", "-c", command], os.environ) == code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_request_to_stop_is_passed_on(number: signal.Signals) -> None:
    script = f"trap 'echo told; exit 3' {number.name[3:]}; echo ready; sleep 30 & wait"
    code = f"from forestallies.devstack.foreground import *; exit(run(['sh', '-c', {script!r}], os.environ))"
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=pipe, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "told\n"
    assert process.returncode == 3


def test_plain_run_checks_everything_and_then_tests() -> None:
    assert [part.heading for part in parts([])] == [
        "Lint",
        "Format",
        "Templates",
        "Types",
        "Import contracts",
        "Missing migrations",
        "Catalogues",
        "Tests",
    ]


def test_plain_run_takes_two_files_at_once() -> None:
    assert list(parts([])[-1].command[-4:]) == ["-n", "2", "--dist", "loadfile"]


def test_arguments_go_straight_to_pytest() -> None:
    (part,) = parts(["-m", "drills"])
    assert list(part.command[1:]) == ["-m", "pytest", "-m", "drills"]


def test_first_failure_ends_the_run(capfd: pytest.CaptureFixture[str]) -> None:
    wanted = [Check("One", ["true"]), Check("Two", ["sh", "-c", "exit 4"]), Check("Three", ["echo", "never"])]
    assert run_in_order(wanted, os.environ) == 4
    assert capfd.readouterr() == ("\n== One ==\n\n== Two ==\n", "Failed: Two\n")
