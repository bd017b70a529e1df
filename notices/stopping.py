"""The way out of optional messages: a link that stops one kind of them for one person, without signing in.

It names person and kind, not a message: the words of a message are drawn before it has a number.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from forestallies.lib import links
from forestallies.lib.links import SignedLink, WrongLink
from notices import kinds
from notices.kinds import Kind

STOP = SignedLink(name="messages_stop", salt="notices.stop")  # of "<member>:<kind>"
ONE_CLICK = "List-Unsubscribe=One-Click"  # what mail programs send to that link (RFC 8058)


@dataclass(frozen=True)
class Choice:
    """What stands under an optional message, the same for all its readers.

    Attributes:
        wish: what the reader has chosen to get, in her words.
        page: of all her choices, with sign-in.
    """

    wish: str | Promise
    page: str


def choice(kind: str) -> Choice:
    """What stands under messages of a kind that go out with a `link`."""
    return Choice(kinds.get(kind).wish, links.absolute(reverse("my_messages")))


def link(kind: str, member_id: int | None) -> str:
    """The address behind which one person stops messages of one kind, without signing in.

    Empty for a kind that nobody can be spared, and for somebody without an account.
    """
    if member_id is None or not kinds.get(kind).is_optional:
        return ""
    return STOP.address(f"{member_id}:{kind}")


def read(token: str) -> tuple[int, Kind]:
    """Read out whom a link is for, and which kind of messages it stops.

    Raises:
        WrongLink: cut off, altered or made up, or of a kind that is not optional (any more).
    """
    member_id, _separator, name = STOP.read_text(token).partition(":")
    kind = kinds.get(name)
    if not kind.is_optional or not member_id.isdecimal():
        raise WrongLink
    return int(member_id), kind
