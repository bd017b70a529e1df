"""What the supervisor says to the person at the keyboard."""

from __future__ import annotations

import os
import sys
from typing import TextIO


class Refused(Exception):
    """The command cannot go on; the message is one sentence for the person who typed it."""


class Interrupted(Exception):
    """The person, the terminal or the system asked the command to stop."""


def say(text: str = "") -> None:
    """Print a line of the answer. A reader that went away is no reason to stop serving."""
    _write(sys.stdout, text)


def note(text: str) -> None:
    """Print a line about progress or trouble, beside the answer."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    try:
        print(text, file=stream, flush=True)
    except OSError:
        # Closed pipe: point the stream at nothing, or the interpreter complains again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
