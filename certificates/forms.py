"""Forms about certificates."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates import codes
from forestallies.lib.text import check_printable, tidy
from jobs.forms import SubmissionForm


class CodeField(forms.CharField):
    """A code as somebody typed it; gives it as it is stored."""

    default_error_messages = {
        "malformed": _("A code has 16 letters and digits, like 7K3M-9Q2X-04TB-W8HN. Please compare it with the paper."),
    }

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        if not typed:
            return ""
        try:
            return codes.read(typed)
        except codes.MalformedCode:
            raise forms.ValidationError(self.error_messages["malformed"], code="malformed") from None


class VerifyForm(forms.Form):
    """The code of a certificate, as it stands beside the picture."""

    code = CodeField(
        label=_("Code of the certificate"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "inputmode": "text"}
        ),
        help_text=_("16 letters and digits beside the picture on the certificate. Blanks and hyphens do not matter."),
    )


class RevokeForm(SubmissionForm):
    """Why a certificate is void, for colleagues: the public page does not tell it."""

    reason = forms.CharField(label=_("Reason, for your colleagues"), max_length=200, validators=[check_printable])

    def clean_reason(self) -> str:
        return tidy(self.cleaned_data["reason"])
