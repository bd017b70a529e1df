"""The cockpit of an event: everything about its day on pages of their own, and who opens which."""

from dataclasses import dataclass, replace
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.policies import Work

Near = Literal["always", "desk", ""]


@dataclass(frozen=True)
class Tab:
    """One page of the cockpit: the name of its address, its title, and the work that opens it.

    Attributes:
        near: whether it stands beside the others always, on a wide screen, or only under "More pages".
        within: names of further addresses that belong to it.
    """

    name: str
    label: str | Promise
    work: Work
    near: Near = ""
    within: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.within)


TABS = (
    Tab("event_cockpit", _("Overview"), "help", "always"),
    Tab("registration_list", _("People"), "schedule", "desk", within=("registration_detail",)),
    Tab("role_list", _("Roles"), "schedule", "desk", within=("role_invite", "role_change")),
    Tab("segment_list", _("Run of show"), "run", "always", within=("segment_edit", "segment_move", "segment_copy")),
    Tab("segment_live", _("Now and next"), "help", "always", within=("segment_print",)),
    Tab(
        "room_list",
        pgettext_lazy("pages of an event", "Rooms"),
        "run",
        "desk",
        within=("room_create", "room_edit", "room_print", "room_notes"),
    ),
    Tab("my_room", pgettext_lazy("pages of an event", "My room"), "help"),
    Tab("material_list", _("Materials"), "run", "desk", within=("material_change",)),
    Tab("speaker_question_list", _("Questions"), "help"),
    Tab("event_messages", _("Messages"), "schedule"),
    Tab("check_in_code", _("Check-in code"), "help"),
    Tab("attendance_edit", _("Attendance"), "help", "desk"),
    Tab("feedback_results", _("Feedback"), "run"),
    Tab("event_history", _("History"), "schedule"),
)


HELPERS = ("event_cockpit", "segment_live", "my_room")  # what who only helps has at hand on a phone


def tabs_for(works: frozenset[Work]) -> list[Tab]:
    """The pages of an event's cockpit that somebody with this work in it opens, in their order."""
    found = [tab for tab in TABS if tab.work in works]
    if "run" in works:
        return found
    return [replace(tab, near="always" if tab.name in HELPERS else "desk") for tab in found]
