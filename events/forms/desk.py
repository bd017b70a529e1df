"""What the team ticks and presses at the registrations of an event."""

import re
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms.registration import LineInput
from events.registration_desk import GROUPS
from jobs.forms import SubmissionForm

REASON_LENGTH = 300  # as long as a transition keeps
CHOSEN_AT_MOST = 500
ACTS = ("approve", "decline", "move_up", "cancel", "add")
WANT_REASON = ("decline", "move_up", "cancel")
_ID = re.compile(r"[1-9][0-9]{0,17}")


class DeskSearch(forms.Form):
    """Which registrations to show, and whom to look for in the audience; nonsense shows everything."""

    state = forms.ChoiceField(choices=[(group.name, group.label) for group in GROUPS], required=False)
    name = forms.CharField(max_length=80, required=False)
    find = forms.CharField(max_length=80, required=False)

    def asked(self, field: str) -> str:
        """What was asked for in a field; empty when it made no sense."""
        self.is_valid()
        return str(self.cleaned_data.get(field, ""))


class DeskForm(SubmissionForm):
    """Some people, one button, and a reason where one is due. What was ticked and written stays when it is refused.

    Attributes:
        chosen: ids of the registrations ticked, or of the people to add.
    """

    do = forms.CharField(required=False)
    reason = LineInput(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Needed to decline, to move up and to cancel. Who is declined or cancelled reads it in the e-mail;"
            " of moving up it stands in the history only."
        ),
        required=False,
        max_length=REASON_LENGTH,
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        values = data.getlist("chosen") if data is not None and hasattr(data, "getlist") else []
        self.chosen = [int(value) for value in dict.fromkeys(values) if _ID.fullmatch(value)]

    @property
    def act(self) -> str:
        """Which button was pressed; one of `ACTS` when the form is valid."""
        return str(self.data.get("do", ""))

    @property
    def is_back(self) -> bool:
        """Somebody comes back from the question, with everything as she chose it."""
        return "back" in self.data

    @property
    def asks_first(self) -> bool:
        """Several people would lose their places at one press."""
        return self.act == "cancel" and len(self.chosen) > 1 and "sure" not in self.data

    @property
    def kind(self) -> str:
        """Of the submission: the same key with other people or words is another form."""
        said = f"{sorted(self.chosen)} {self.cleaned_data['reason']}"
        return f"{self.act}:{crc32(said.encode()):x}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.act not in ACTS:
            self.add_error(None, _("Please press one of the buttons. Nothing was changed."))
        elif not self.chosen:
            self.add_error(None, _("Please tick somebody first. Nothing was changed."))
        elif len(self.chosen) > CHOSEN_AT_MOST:
            words = _("Please tick at most %(number)d people at a time. Nothing was changed.")
            self.add_error(None, words % {"number": CHOSEN_AT_MOST})
        if self.act in WANT_REASON and "reason" not in self.errors and not cleaned.get("reason"):
            self.add_error("reason", _("Please give a reason."))
        return cleaned
