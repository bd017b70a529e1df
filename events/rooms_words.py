"""What the page of the rooms says after a button was pressed."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Room


def said_of(result: dict[str, Any], room: Room | None) -> Iterator[tuple[int, str]]:
    """Say with numbers what was done, as levels and sentences."""
    if "moved" in result:
        yield _moved(result["moved"], room)
    elif "out" in result:
        yield _out(result["out"])
    else:
        yield from _filled(result)


def _moved(number: int, room: Room | None) -> tuple[int, str]:
    if not number:
        return messages.INFO, _("Nothing was changed: everybody you chose was in this room already.")
    words = ngettext("%(number)d person is now in %(room)s.", "%(number)d people are now in %(room)s.", number)
    return messages.SUCCESS, words % {"number": number, "room": room.name if room else ""}


def _out(number: int) -> tuple[int, str]:
    if not number:
        return messages.INFO, _("Nothing was changed: nobody of them was in a room.")
    words = ngettext("%(number)d person was taken out.", "%(number)d people were taken out.", number)
    return messages.SUCCESS, words % {"number": number}


def _filled(result: dict[str, Any]) -> Iterator[tuple[int, str]]:
    if result["placed"]:
        words = ngettext("%(number)d person got a room.", "%(number)d people got a room.", result["placed"])
        yield messages.SUCCESS, words % {"number": result["placed"]}
    elif not result["full"] and not result["not_for"]:
        yield messages.INFO, _("Nothing was changed: everybody with a confirmed place has a room.")
    if result["full"]:
        words = ngettext(
            "%(number)d person could not be placed: the rooms for them are full.",
            "%(number)d people could not be placed: the rooms for them are full.",
            result["full"],
        )
        yield messages.WARNING, words % {"number": result["full"]}
    if result["not_for"]:
        words = ngettext(
            "%(number)d person could not be placed: no room is for their group.",
            "%(number)d people could not be placed: no room is for their group.",
            result["not_for"],
        )
        yield messages.WARNING, words % {"number": result["not_for"]}
