"""Which messages somebody wants."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from notices.kinds import Kind


class MessagesForm(SubmissionForm):
    """One tick for each optional kind of message; what is ticked is wanted."""

    wanted = forms.MultipleChoiceField(
        label=_("Messages that you choose"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("One of these messages cannot be chosen. Nothing was changed.")},
    )

    def __init__(self, *args: Any, offered: Iterable[Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "wanted").choices = [(kind.name, kind.wish) for kind in offered]
