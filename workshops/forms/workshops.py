"""The staff admin's form of a workshop, and a member's choice among the workshops of a gathering."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms.scheduling import EventForm
from events.seats import Place
from forestallies.lib import zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from workshops.models import BENEFIT_LENGTH, BENEFITS, Workshop, in_each_language
from workshops.readiness import words_for


class WorkshopForm(EventForm):
    """A workshop of a gathering, on one theme, with a sentence each on what its two sides gain."""

    commodities = forms.MultipleChoiceField(
        choices=Workshop.Commodity.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    about_countries = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)

    class Meta:
        labels = {"gathering": gettext_lazy("Gathering"), "theme": gettext_lazy("Theme")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "about_countries" in self.fields:
            codes = {*zones.COUNTRY_ZONES, *self.instance.about_countries}
            named = ((code, zones.country_name(code)) for code in codes)
            field_of(self, "about_countries").choices = sorted(named, key=lambda pair: zones.unaccented(pair[1]))
        for name in BENEFITS:
            if (english := f"{name}_en") in self.fields:
                self.fields[english].help_text = _("A sentence or two. It is needed before the workshop is scheduled.")
            for field in (self.fields[one] for one in in_each_language(name) if one in self.fields):
                field.widget.attrs |= {"rows": 2, "maxlength": BENEFIT_LENGTH}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in BENEFITS:
            self._clean_benefit(name, cleaned)
        return cleaned

    def _clean_benefit(self, name: str, cleaned: dict[str, Any]) -> None:
        """Needed to schedule it, and not taken away from what is scheduled."""
        columns = [column for column in in_each_language(name) if column in self.fields]
        if not columns or any(column in self.errors for column in columns):
            return
        if any(cleaned.get(column) for column in columns):
            return
        is_scheduled = self.instance.state == Workshop.State.SCHEDULED and name not in self.instance.missing_benefits()
        if cleaned.get("state") == Workshop.State.SCHEDULED or is_scheduled:
            self.add_error(columns[0], words_for(name))


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
        return list(dict.fromkeys(self.data.getlist(name)))  # type: ignore[attr-defined]  # a QueryDict

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
