"""The messages that go out at their hour. Each sender asks anew every minute who is to be written to now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from events import feedback_requests, material_digest, reminders, role_reminders


@dataclass(frozen=True)
class Sender:
    """One kind of timed message.

    Attributes:
        send_due: posts what is due at an instant and gives how many that were; safe to run twice.
        count_due: how many that would be.
        words: what they are called, after a number.
    """

    send_due: Callable[..., int]
    count_due: Callable[..., int]
    words: str


SENDERS = {
    "reminders": Sender(reminders.send_due, reminders.count_due, "reminders"),
    "role_mails": Sender(role_reminders.send_due, role_reminders.count_due, "mails to those with a part"),
    "feedback": Sender(feedback_requests.send_due, feedback_requests.count_due, "requests for feedback"),
    "materials": Sender(material_digest.send_due, material_digest.count_due, "mails about new materials"),
}


def send_due(*, at: datetime) -> dict[str, int]:
    """Let every sender post what is due; give how many each posted. Safe to run twice.

    Raises:
        ExceptionGroup: when all had their turn, what went wrong with some.
    """
    posted, problems = {}, []
    for name, sender in SENDERS.items():
        try:
            posted[name] = sender.send_due(at=at)
        except Exception as problem:  # raised below: one kind that fails must not keep the others from going out
            problems.append(problem)
    if problems:
        raise ExceptionGroup("some timed messages could not be posted", problems)
    return posted


def count_due(*, at: datetime) -> dict[str, int]:
    """How many messages of each sender would be posted."""
    return {name: sender.count_due(at=at) for name, sender in SENDERS.items()}
