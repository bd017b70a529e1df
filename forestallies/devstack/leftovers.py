"""What a killed supervisor left running."""

from __future__ import annotations

import json
import os
import signal

from forestallies.devstack.processes import birth_of
from forestallies.devstack.state import State

PATIENCE = 20.0  # seconds for all leftovers to end


def end(state: State, *, kill: bool) -> None:
    """Ask the recorded children of an earlier run to stop, or kill them with all they started.

    Linux ends them by itself in a moment; this is for the rest. Safe to call again and again: a process
    counts only when number and start agree with the record.
    """
    try:
        rows = json.loads(state.children.read_text())
    except (OSError, ValueError):
        return
    for row in rows:
        if row["birth"] is None or birth_of(row["pid"]) != row["birth"]:
            continue
        try:
            if kill:
                os.killpg(row["pid"], signal.SIGKILL)
            else:
                os.kill(row["pid"], row["signal"])
        except (ProcessLookupError, PermissionError):
            continue
