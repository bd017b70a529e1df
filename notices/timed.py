"""The messages that go out at their hour. Each sender asks anew every minute who is to be written to now.

Apps make their senders known when they are ready; this app need not know of whom they write.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sender:
    """One kind of timed message, or several that belong together.

    Attributes:
        send_due: posts what is due at an instant and gives how many that were; safe to run twice.
        count_due: how many that would be.
        words: what they are called, after a number.
    """

    send_due: Callable[..., int]
    count_due: Callable[..., int]
    words: str


_SENDERS: dict[str, Sender] = {}


def register(name: str, sender: Sender) -> None:
    """Make a sender known by the name under which its numbers are reported."""
    _SENDERS[name] = sender


def words_for(name: str) -> str:
    return _SENDERS[name].words


def send_due(*, at: datetime) -> dict[str, int]:
    """Let every sender post what is due; give how many each posted. Safe to run twice.

    Raises:
        ExceptionGroup: when all had their turn, what went wrong with some.
    """
    posted: dict[str, int] = {}
    problems: dict[str, Exception] = {}
    for name, sender in _items():
        try:
            posted[name] = sender.send_due(at=at)
        except Exception as problem:  # raised below: one kind that fails must not keep the others from going out
            problems[name] = problem
    if problems:
        raise ExceptionGroup(f"could not be posted: {', '.join(problems)}", list(problems.values()))
    return posted


def count_due(*, at: datetime) -> dict[str, int]:
    """How many messages of each sender would be posted."""
    return {name: sender.count_due(at=at) for name, sender in _items()}


def _items() -> Iterable[tuple[str, Sender]]:
    return list(_SENDERS.items())
