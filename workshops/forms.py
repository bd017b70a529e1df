"""The staff admin's form of a workshop, and a member's choice among the workshops of a gathering."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms.scheduling import EventForm
from events.seats import Place
from jobs.forms import SubmissionForm


class WorkshopForm(EventForm):
    """A workshop of a gathering, on one theme."""

    class Meta:
        labels = {"gathering": gettext_lazy("Gathering"), "theme": gettext_lazy("Theme")}


class ChoiceForm(SubmissionForm):
    """The ticks beside the workshops: `workshops`, and in `may_wait` those for which a waiting list will do.

    Args:
        places: what the member may see of the gathering; nothing else can be ticked.
    """

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(place.event.pk): place for place in places}

    def sent(self, name: str) -> list[str]:
        """Ids as they came, each once."""
        return list(dict.fromkeys(self.data.getlist(name)))  # type: ignore[attr-defined]

    def chosen(self) -> list[Place]:
        """The workshops that are ticked, in their order."""
        ticked = set(self.sent("workshops"))
        return [place for key, place in self.places.items() if key in ticked]

    def may_wait(self) -> set[int]:
        """For which of them the waiting list will do; none unless she pressed the button that says so."""
        if "wait" not in self.data:
            return set()
        return {self.places[key].event.pk for key in self.sent("may_wait") if key in self.places}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.sent("workshops"):
            raise ValidationError(_("Please tick at least one workshop."))
        if any(key not in self.places for key in self.sent("workshops")):
            raise ValidationError(
                _("Something you chose is not a workshop of this gathering, or is not open to you. Nothing was booked.")
            )
        for place in self.chosen():
            if place.asks and place.may_register:
                words = _("“%(title)s” has a question for you; please register on its own page. Nothing was booked.")
                self.add_error(None, words % {"title": place.event.title})
        return cleaned
