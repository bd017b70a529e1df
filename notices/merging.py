"""Mail merge: what many people of a batch read alike is drawn once, and each one's own words are set into it.

Templates need not know of it. While they are drawn, a word of one's own is represented by a slot: letters and digits
that nobody can guess, which no escaping changes.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.html import escape

from forestallies.lib.text import tidy
from notices.render import Message, Recipient, Words, words


class Merger:
    """The drawn words of one batch. Not to be kept: they are as true as the rows that the batch has read."""

    def __init__(self) -> None:
        self._token = secrets.token_hex(8)
        self._slot = re.compile(f"{self._token}([a-z_]+){self._token}")
        self._drawn: dict[Hashable, Words] = {}

    def render(
        self,
        kind: str,
        recipient: Recipient,
        *,
        alike: Hashable,
        context: Callable[[], dict[str, Any]],
        own: Mapping[str, str],
        **parts: Any,
    ) -> Message:
        """Draw a message as `notices.render.render` does, word for word.

        Args:
            alike: the same for all recipients who, with the same language and zone, read the same but for their own.
            context: gives what the templates need, besides the own words; asked once for all who are alike.
            own: words of this person alone by the name that templates know them by, lower case; addresses, mostly.
            parts: `calendar`, `calendar_method` and `about` of the `Message`.
        """
        own = {"name": recipient.name, **own}
        present = tuple(name for name, value in own.items() if value)
        key = (kind, recipient.language, recipient.zone, alike, present)
        if key not in self._drawn:
            slots = {name: self._in_slot(name) if name in present else "" for name in own}
            anybody = replace(recipient, name=slots.pop("name"), address="", member_id=None)
            self._drawn[key] = words(kind, anybody, {**context(), **slots})
        subject, text, html = self._drawn[key]
        return Message(
            kind,
            recipient,
            self._filled(subject, own, tidy),
            self._filled(text, own, str),
            self._filled(html, own, escape),
            **parts,
        )

    def _in_slot(self, name: str) -> str:
        return f"{self._token}{name}{self._token}"

    def _filled(self, drawn: str, own: Mapping[str, str], make: Callable[[str], str]) -> str:
        return self._slot.sub(lambda found: make(own[found[1]]), drawn)
