"""Reporting a mistake in an attendance record, and answering such a report."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.actions.attendance import MARKS, Mark
from events.actions.disputes import Words
from events.models import Attendance, Dispute
from events.models.disputes import MINUTES_MOST, WORDS_LENGTH
from forestallies.lib import text
from jobs.forms import SubmissionForm

UPHOLD, DECLINE = "uphold", "decline"


class Prose(forms.CharField):
    """Several lines of text, tidied before their length is looked at."""

    default_validators = [text.check_printable]

    def __init__(self, *, label: Any, required: bool, help_text: Any = "") -> None:
        widget = forms.Textarea({"rows": 4})
        super().__init__(label=label, required=required, max_length=WORDS_LENGTH, widget=widget, help_text=help_text)

    def to_python(self, value: Any) -> str:
        return text.tidy(super().to_python(value) or "", lines=True)


class DisputeForm(SubmissionForm):
    """What was right, in her words."""

    claim = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=Dispute.Claim.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please choose what is wrong."),
            "invalid_choice": _("Please choose from the list."),
        },
    )
    minutes = forms.IntegerField(
        label=_("How many minutes were you there?"),
        required=False,
        min_value=0,
        max_value=MINUTES_MOST,
        help_text=_("If you know it; otherwise leave it empty."),
    )
    words = Prose(
        label=_("Tell us what was right"),
        required=True,
        help_text=_("For example: under which name you were in the meeting, by telephone or online, with whom."),
    )

    def said(self) -> Words:
        data = self.cleaned_data
        return Words(claim=data["claim"], words=data["words"], minutes=data["minutes"])


class DisputeAnswerForm(SubmissionForm):
    """Corrected, or left with a reason; `do` is the button."""

    do = forms.ChoiceField(
        choices=[(UPHOLD, UPHOLD), (DECLINE, DECLINE)],
        error_messages={
            "required": _("Please use one of the buttons."),
            "invalid_choice": _("Please use one of the buttons."),
        },
    )
    status = forms.ChoiceField(
        label=_("What is right"),
        choices=[(mark.value, mark.label) for mark in MARKS],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Please choose from the list.")},
    )
    minutes = forms.IntegerField(
        label=_("Minutes that count"),
        required=False,
        min_value=0,
        help_text=_("Leave it empty to keep what was measured."),
    )
    answer = Prose(
        label=_("Your words to her or him"),
        required=False,
        help_text=_("Needed when nothing is changed. They are in the mail that follows."),
    )

    def __init__(self, *args: Any, attendance: Attendance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.longest = attendance.event.minutes

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("do") == UPHOLD and not data.get("status") and "status" not in self.errors:
            self.add_error("status", _("Please choose what is right."))
        if data.get("do") == DECLINE and not data.get("answer") and "answer" not in self.errors:
            self.add_error("answer", _("Please say why nothing is changed. The person reads your words."))
        return data

    def clean_minutes(self) -> int | None:
        minutes: int | None = self.cleaned_data["minutes"]
        if minutes is not None and minutes > self.longest:
            sentence = _("The event lasted %(minutes)d minutes, so nobody was there for longer.")
            raise ValidationError(sentence % {"minutes": self.longest})
        return minutes

    def mark(self, attendance: Attendance) -> Mark:
        """What is to be on record; whoever was not there was there for no minute."""
        status, minutes = self.cleaned_data["status"], self.cleaned_data["minutes"]
        if minutes is None and status in (Attendance.Status.NO_SHOW, Attendance.Status.EXCUSED) and attendance.seconds:
            minutes = 0
        return Mark(status, seconds=None if minutes is None else minutes * 60)
