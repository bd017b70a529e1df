"""What a coordinator chooses before two records become one."""

from typing import Any

from django import forms

from forestallies.lib.form_fields import field_of
from forestallies.merging.fields import KEPT, OTHER, Compared
from jobs.forms import SubmissionForm

SIDES = ((KEPT, ""), (OTHER, ""))


class MergeForm(SubmissionForm):
    """One choice for each field in which the two differ: whose value stays."""

    def __init__(self, *args: Any, compared: list[Compared], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in compared:
            if one.differs:
                self.fields[one.name] = forms.ChoiceField(choices=SIDES, required=False, label=one.label)
                field_of(self, one.name).initial = one.chosen

    @property
    def chosen(self) -> dict[str, str]:
        """By field; empty where the form is wrong."""
        return {name: value for name, value in self.cleaned_data.items() if value in (KEPT, OTHER)}
