"""What the team's page says after a button was pressed: how many people, and what became of them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def said_of(act: str, result: Mapping[str, Any]) -> str:
    """Say what was done, as in "3 approved: 2 have a seat, 1 waits."

    Args:
        act: the button.
        result: with the numbers `done`, `seats` and `waiting`.
    """
    done = result["done"]
    match act:
        case "approve":
            return _with_outcome(ngettext("%(count)d approved", "%(count)d approved", done), result)
        case "add":
            return _with_outcome(ngettext("%(count)d added", "%(count)d added", done), result)
        case "decline":
            words = ngettext("%(count)d declined.", "%(count)d declined.", done)
        case "move_up":
            words = ngettext(
                "%(count)d moved to the head of the waiting list.",
                "%(count)d moved to the head of the waiting list.",
                done,
            )
        case _:
            words = ngettext("%(count)d cancelled.", "%(count)d cancelled.", done)
    return words % {"count": done}


def _with_outcome(words: str, result: Mapping[str, Any]) -> str:
    parts = []
    if seats := result["seats"]:
        parts.append(ngettext("%(count)d has a seat", "%(count)d have a seat", seats) % {"count": seats})
    if waiting := result["waiting"]:
        parts.append(ngettext("%(count)d waits", "%(count)d wait", waiting) % {"count": waiting})
    return _("%(done)s: %(outcome)s.") % {"done": words % {"count": result["done"]}, "outcome": ", ".join(parts)}
