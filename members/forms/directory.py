"""Looking for people and organisations, and what one opens of oneself."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forestallies.lib import languages, text, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.directory import Search
from members.models import DirectoryEntry, Organisation

LONGEST_NAME = 120


class SearchForm(forms.Form):
    """What somebody looks for, in the address of the page."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=LONGEST_NAME,
        validators=[text.check_printable],
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    stakeholder = forms.ChoiceField(label=_("Stakeholder type"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "country").choices = [("", _("All")), *zones.country_choices()]
        field_of(self, "stakeholder").choices = [("", _("All")), *Organisation.Kind.choices]

    def search(self) -> Search:
        """What is looked for; nothing of it where the form is not valid."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if "theme" in given:
            given["theme"] = int(given["theme"])
        return Search(**given)


class PeopleForm(SearchForm):
    """What people may open of themselves can be looked for as well."""

    language = forms.ChoiceField(label=_("Speaks"), required=False)
    theme = forms.ChoiceField(label=_("Interested in"), required=False)

    def __init__(self, *args: Any, themes: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "language").choices = [("", _("All")), *languages.spoken_choices()]
        field_of(self, "theme").choices = [("", _("All")), *themes.items()]


class EntryForm(SubmissionForm, forms.ModelForm):
    """One's entry in the directory: whether one is listed, what is said, and who sees each part of it."""

    class Meta:
        model = DirectoryEntry
        fields = (
            "is_listed",
            "about",
            "themes",
            "languages",
            "shows_organisation",
            "shows_country",
            "shows_stakeholder",
            "shows_about",
            "shows_themes",
            "shows_languages",
        )
        widgets = {"about": forms.Textarea({"rows": 4}), "themes": forms.CheckboxSelectMultiple}
        help_texts = {
            "is_listed": _("Until you tick this, nobody finds you there and nothing of this page is shown."),
            "about": _("What you do and what you would like to talk about, in two or three sentences."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Languages I speak"),
            required=False,
            choices=languages.spoken_choices(),
            widget=forms.CheckboxSelectMultiple,
        )
        for name in DirectoryEntry.OPENABLE:
            self.fields[f"shows_{name}"].label = _("Show this to members of my communities")

    @property
    def parts(self) -> list[tuple[str, Any, Any]]:
        """What is written here, each with the tick that opens it: name, field, tick."""
        return [(name, self[name], self[f"shows_{name}"]) for name in ("about", "themes", "languages")]
