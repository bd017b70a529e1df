"""Drawers: write the words of a message when it is sent, from the facts that its row holds.

So nobody who holds a lock waits for templates, and a mail tells what is true when it leaves, not when it was posted.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from notices.models import Notice
from notices.render import Message

Facts = dict[str, Any]
Drawer = Callable[[Facts, datetime], Message]
DrawerOfMany = Callable[[Sequence[Facts], datetime], Sequence[Message]]

WORDS = ("subject", "text", "html", "calendar", "calendar_method")

_DRAWERS: dict[str, DrawerOfMany] = {}


def register(kind: str, drawer: Drawer) -> None:
    """Make the drawer of a kind of message known; apps call it when they are ready."""
    register_many(kind, lambda facts, at: [drawer(one, at) for one in facts])


def register_many(kind: str, drawer: DrawerOfMany) -> None:
    """Make a drawer known that writes a batch of messages, fetching what they need together."""
    _DRAWERS[kind] = drawer


def draw(kind: str, facts: Facts, *, at: datetime) -> Message:
    """Write the words of a message as it would leave at an instant; as `draw_many`."""
    [message] = draw_many(kind, [facts], at=at)
    return message


def draw_many(kind: str, facts: Sequence[Facts], *, at: datetime) -> Sequence[Message]:
    """Write the words of several messages of a kind, in the order of their facts.

    Raises:
        UnknownDrawer: the app that posted them is gone or has no words for this kind; they must fail visibly.
    """
    if kind not in _DRAWERS:
        raise UnknownDrawer(f"nobody draws messages of the kind {kind!r}")
    return _DRAWERS[kind](facts, at)


def complete(notice: Notice, *, at: datetime) -> dict[str, Any]:
    """Give a notice its words where they are not finished yet; return the fields that were set, unsaved."""
    if notice.facts is None:
        return {}
    return fill(notice, draw(notice.kind, notice.facts, at=at))


def fill(notice: Notice, message: Message) -> dict[str, Any]:
    """Set the words of a message on its notice, unsaved; return them."""
    words = {name: getattr(message, name) for name in WORDS}
    for name, value in words.items():
        setattr(notice, name, value)
    return words


class UnknownDrawer(LookupError):
    """A notice is of a kind that nobody registered a drawer for."""
