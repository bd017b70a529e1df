"""One question with five answers, which may be left out."""

from django import forms
from django.utils.translation import gettext_lazy as _

from jobs.forms import SubmissionForm

SKIP = "skip"


class ConfidenceForm(SubmissionForm):
    """`do` is save or skip."""

    value = forms.TypedChoiceField(
        label=_("I am confident that our investment in forests will result in a better future."),
        choices=[(number, str(number)) for number in range(1, 6)],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Please choose one of the five.")},
    )
    do = forms.CharField(required=False, max_length=10)

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("do") == SKIP:
            data["value"] = None
        elif data.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("Please choose one of the five, or leave the question out."))
        return data
