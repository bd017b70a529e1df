"""Kinds of messages: what the team calls them, whether a person may switch them off, and when they may disturb her.

Apps make their kinds known when they are ready; delivery, preferences and the outbox page ask here.
"""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of message.

    Attributes:
        name: as notices store it.
        label: what the team reads.
        wish: what a person reads who chooses what she gets; empty: she cannot switch it off, and it has no
            List-Unsubscribe.
        waits_for_day: it leaves only between 8 and 20 by the recipient's own clock.
        keeps_distance: it leaves ten minutes after another message that does so, to the same person, at the earliest.
        for_coordinators: only they get it, so nobody else is asked whether she wants it.
    """

    name: str
    label: str | Promise
    wish: str | Promise = ""
    waits_for_day: bool = False
    keeps_distance: bool = False
    for_coordinators: bool = False

    @property
    def is_optional(self) -> bool:
        return bool(self.wish)


_KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Make kinds known; apps call it when they are ready."""
    for kind in kinds:
        _KINDS[kind.name] = kind


def get(name: str) -> Kind:
    """Give a kind; one that nobody registered goes at any hour, cannot be switched off and is named by its code."""
    return _KINDS.get(name) or Kind(name=name, label=name)


def known() -> list[Kind]:
    """All kinds, in the order in which they were registered."""
    return list(_KINDS.values())


def optional() -> list[Kind]:
    """The kinds that a person may switch off."""
    return [kind for kind in known() if kind.is_optional]
