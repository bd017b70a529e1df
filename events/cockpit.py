"""The cockpit of an event: everything about its day on pages of their own, and who opens which."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.policies import Work


@dataclass(frozen=True)
class Tab:
    """One page of the cockpit: the name of its address, its title, and the work that opens it.

    Attributes:
        within: names of further addresses that belong to it.
    """

    name: str
    label: str | Promise
    work: Work
    within: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.within)


TABS = (
    Tab("event_cockpit", _("Overview"), "help"),
    Tab("registration_list", _("People"), "schedule", within=("registration_detail",)),
    Tab("role_list", _("Roles"), "schedule", within=("role_invite", "role_change")),
    Tab("segment_list", _("Run of show"), "run", within=("segment_edit", "segment_move", "segment_copy")),
    Tab("segment_live", _("Now and next"), "help", within=("segment_print",)),
    Tab(
        "room_list",
        pgettext_lazy("pages of an event", "Rooms"),
        "run",
        within=("room_create", "room_edit", "room_print", "room_notes"),
    ),
    Tab("my_room", pgettext_lazy("pages of an event", "My room"), "help"),
    Tab("material_list", _("Materials"), "run", within=("material_change",)),
    Tab("speaker_question_list", _("Questions"), "help"),
    Tab("event_messages", _("Messages"), "schedule"),
    Tab("check_in_code", _("Check-in code"), "help"),
    Tab("attendance_edit", _("Attendance"), "help"),
    Tab("feedback_results", _("Feedback"), "run"),
    Tab("event_history", _("History"), "schedule"),
)


def tabs_for(works: frozenset[Work]) -> list[Tab]:
    """The pages of an event's cockpit that somebody with this work in it opens, in their order."""
    return [tab for tab in TABS if tab.work in works]
