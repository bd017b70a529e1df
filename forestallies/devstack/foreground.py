"""A command that owns the terminal while it runs, as `manage.py shell` and pytest do."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from types import FrameType

from forestallies.devstack.processes import STOP_SIGNALS, dies_with_parent
from forestallies.devstack.state import ROOT

GRACE = 5  # seconds between asking the command to stop and killing it


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command on this terminal and return its exit code (128 + n when signal n ended it).

    Requests to stop are passed on; Ctrl-C reaches the command by itself, which decides what it means.
    """
    asked: list[int] = []
    process: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT and os.isatty(0):
            return  # the terminal has told the command already
        asked.append(number)
        if process is not None:
            ask(process, asked)

    before = {number: signal.signal(number, pass_on) for number in STOP_SIGNALS}
    try:
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), preexec_fn=dies_with_parent(signal.SIGTERM)
        )
        before[signal.SIGALRM] = signal.signal(signal.SIGALRM, lambda *_: process.kill())
        ask(process, asked)  # what came while it was being started
        code = process.wait()
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def ask(process: subprocess.Popen[bytes], asked: list[int]) -> None:
    """Pass requests to stop on, and give the command GRACE seconds for the firm ones."""
    while asked:
        number = asked.pop()
        process.send_signal(number)
        if number != signal.SIGINT:
            signal.alarm(GRACE)
