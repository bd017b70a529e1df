"""Asking to get in touch, and answering."""

from django import forms
from django.utils.translation import gettext_lazy as _

from forestallies.lib import text
from jobs.forms import SubmissionForm
from members.models import ContactRequest
from members.models.contacts import MESSAGE_LENGTH

State = ContactRequest.State


class AskForm(SubmissionForm):
    """A short message to somebody who does not know one's address."""

    message = forms.CharField(
        label=_("Your message"),
        max_length=MESSAGE_LENGTH,
        validators=[text.check_printable],
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Say who you are and what you would like to talk about. Your address is not sent along."),
    )


class AnswerForm(SubmissionForm):
    """One of the buttons beside a request."""

    act = forms.ChoiceField(
        choices=[(state.value, state.label) for state in State if state != State.OPEN],
        error_messages={
            "required": _("Please use one of the buttons."),
            "invalid_choice": _("Please use one of the buttons."),
        },
    )
