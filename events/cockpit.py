"""The cockpit of an event: everything about its day on pages of their own, and who opens which."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
    Tab("registration_list", _("People"), "schedule", within=("registration_detail",)),
    Tab("check_in_code", _("Check-in code"), "help"),
    Tab("attendance_edit", _("Attendance"), "help"),
)


def tabs_for(works: frozenset[Work]) -> list[Tab]:
    """The pages of an event's cockpit that somebody with this work in it opens, in their order."""
    return [tab for tab in TABS if tab.work in works]
