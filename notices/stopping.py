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
class WayOut:
    """What stands under an optional message.

    Attributes:
        wish: what the reader has chosen to get, in her words.
        link: stops messages of this kind; needs no sign-in.
        choices: the page of all her choices, with sign-in.
    """

    wish: str | Promise
    link: str
    choices: str


def link(member_id: int, kind: str) -> str:
    """The address behind which one person stops messages of one kind."""
    return STOP.address(f"{member_id}:{kind}")


def way_out(kind: str, member_id: int | None) -> WayOut | None:
    """What stands under a message; None where nobody can be spared it, or where nobody with an account reads it."""
    known = kinds.get(kind)
    if member_id is None or not known.is_optional:
        return None
    return WayOut(known.wish, link(member_id, kind), links.absolute(reverse("my_messages")))


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
