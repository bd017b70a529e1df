"""The two small forms of the join page: coming in, and typing the check-in code."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.actions.joining import MOST_BESIDE
from events.joining import each_once
from forestallies.lib import text
from jobs.forms import SubmissionForm

NAME_LENGTH = 120
_BETWEEN = re.compile(r"[\r\n,;]+")


class JoinForm(SubmissionForm):
    """How she comes in: into which room, how many they are at one device, and who the others are."""

    people = forms.IntegerField(
        label=_("How many are you at this device?"),
        min_value=1,
        max_value=1 + MOST_BESIDE,
        required=False,
        error_messages={
            "invalid": _("Please write a whole number."),
            "min_value": _("Please write a number from 1 to 20."),
            "max_value": _("Please write a number from 1 to 20."),
        },
    )
    companions = forms.CharField(
        label=_("Names of the others"), required=False, max_length=3000, help_text=_("One name on each line.")
    )
    room = forms.IntegerField(required=False)

    def clean_people(self) -> int:
        return self.cleaned_data["people"] or 1

    def clean_companions(self) -> list[str]:
        """The names, each once, tidied; a comma or semicolon parts them as well."""
        names = [text.clean(part) for part in _BETWEEN.split(self.cleaned_data["companions"])]
        names = list(each_once(name for name in names if name).values())
        if len(names) > MOST_BESIDE:
            raise ValidationError(_("Please write at most 19 names."))
        if any(len(name) > NAME_LENGTH for name in names):
            raise ValidationError(_("Please use at most 120 characters for each name."))
        return names


class CodeForm(SubmissionForm):
    """The check-in code, as loosely as people type."""

    code = forms.CharField(label=_("Check-in code"), max_length=40)
