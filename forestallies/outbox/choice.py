"""What the team ticks and presses in the outbox."""

import re
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from django import forms
from django.utils.translation import gettext as _

from jobs.forms import SubmissionForm
from notices.actions.outbox import AT_MOST

ACTS = ("cancel", "resend")
_ID = re.compile(r"[1-9][0-9]{0,17}")


class ChoiceForm(SubmissionForm):
    """Some messages, or all that the search finds, and one button.

    Attributes:
        chosen: ids of the messages ticked. The page that asks "sure?" sends them back in one field.
    """

    do = forms.CharField(required=False)
    everything = forms.BooleanField(required=False)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        values = data.getlist("chosen") if data is not None and hasattr(data, "getlist") else []
        words = [word for value in values for word in value.split()]
        self.chosen = [int(word) for word in dict.fromkeys(words) if _ID.fullmatch(word)]

    @property
    def act(self) -> str:
        """Which button was pressed; one of `ACTS` when the form is valid."""
        return str(self.data.get("do", ""))

    @property
    def is_sure(self) -> bool:
        return "sure" in self.data

    @property
    def kind(self) -> str:
        """Of the submission: the same key with other messages is another form."""
        return f"outbox:{self.act}:{crc32(str(sorted(self.chosen)).encode()):x}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.act not in ACTS:
            self.add_error(None, _("Please press one of the buttons. Nothing was changed."))
        elif not self.chosen and not cleaned.get("everything"):
            self.add_error(None, _("Please tick a message first. Nothing was changed."))
        elif len(self.chosen) > AT_MOST:
            words = _("That is more than %(number)d messages at a time. Please narrow the search.")
            self.add_error(None, words % {"number": AT_MOST})
        return cleaned
