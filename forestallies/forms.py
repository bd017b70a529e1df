"""Forms of pages that join several apps."""

from django import forms
from django.utils.translation import gettext_lazy as _

from forestallies.lib import text
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm

KEEP, GO = "keep", "go"
USE_A_BUTTON = _("Please use one of the buttons.")


class EraseForm(SubmissionForm):
    """What becomes of certificates when their holder is erased."""

    certificates = forms.ChoiceField(
        label=_("Your certificates"),
        choices=[
            (KEEP, _("They stay, with my name, so that others can verify them")),
            (GO, _("They go, and can no longer be verified")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one."), "invalid_choice": _("Please choose one.")},
    )

    @property
    def keeps_certificates(self) -> bool:
        return bool(self.cleaned_data["certificates"] == KEEP)


class EraseForForm(EraseForm):
    """The same for somebody else, with the reason."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        validators=[text.check_printable],
        widget=forms.Textarea({"rows": 3}),
        help_text=_("How she or he asked for it, and when. It is deleted with everything else."),
    )
    field_order = ("reason", "certificates", "submission")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments, passed on
        certificates = field_of(self, "certificates")
        certificates.label = _("The certificates")
        certificates.choices = [
            (KEEP, _("They stay, with the name, so that others can verify them")),
            (GO, _("They go, and can no longer be verified")),
        ]


class WishForm(SubmissionForm):
    """One of the buttons on the page of a wish to be erased."""

    CONFIRM, TAKE_BACK = "confirm", "take_back"

    act = forms.ChoiceField(
        choices=[(CONFIRM, CONFIRM), (TAKE_BACK, TAKE_BACK)],
        error_messages={"required": USE_A_BUTTON, "invalid_choice": USE_A_BUTTON},
    )
