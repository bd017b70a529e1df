"""Agreeing and declining, and writing the versions of a term."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from jobs.forms import SubmissionForm
from members import terms
from members.actions.consents import Then
from members.models import TermVersion
from members.terms import Standing


class AskForm(SubmissionForm):
    """One tick for each term that is asked about, none of them set beforehand.

    `shown` is the signature of the versions on the page.
    """

    shown = forms.CharField(max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, asked: Sequence[Standing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for one in asked:
            self.fields[one.term.value] = forms.BooleanField(required=False, label=_("I agree"))

    def chosen(self) -> list[str]:
        return [one.term.value for one in self.asked if self.cleaned_data.get(one.term.value)]

    def asked_with_ticks(self) -> list[tuple[Standing, BoundField]]:
        return [(one, self[one.term.value]) for one in self.asked]


class RefuseForm(SubmissionForm):
    """What becomes of the membership, where the term belongs to it."""

    then = forms.ChoiceField(choices=Then, widget=forms.RadioSelect, label=_("What becomes of your membership?"))

    def __init__(self, *args: Any, asks_then: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_then:
            del self.fields["then"]


class TermVersionForm(SubmissionForm, forms.ModelForm):
    """The next version of a term, finished or not; publishing asks for all of it."""

    class Meta:
        model = TermVersion
        fields = (
            "version",
            *(f"{column}_{code}" for code in terms.LANGUAGES for column in ("summary", "changes", "text")),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in ("version", "submission")
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 12 if name.startswith("text") else 3
        self.fields["version"].help_text = _("Such as the year and month: 2027-03.")

    def validate_unique(self) -> None:
        """The action says it in words."""

    def words(self) -> dict[str, str]:
        """The columns of the version; English stands where a page asks for none of the languages."""
        words = {name: self.cleaned_data.get(name) or "" for name in self.Meta.fields}
        return {**words, **{column: words[f"{column}_en"] for column in ("summary", "text", "changes")}}

    def parts(self) -> list[tuple[str, list[BoundField]]]:
        """The fields by language."""
        return [
            (code.replace("_", "-"), [self[f"{column}_{code}"] for column in ("summary", "changes", "text")])
            for code in terms.LANGUAGES
        ]


class PublishForm(SubmissionForm):
    """From which day on a version counts."""

    day = forms.DateField(
        label=_("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Today means at once; another day begins at midnight UTC."),
    )

    def instant(self, at: datetime) -> datetime:
        day: date = self.cleaned_data["day"]
        return at if day == at.date() else datetime.combine(day, time(), tzinfo=ZoneInfo("UTC"))
