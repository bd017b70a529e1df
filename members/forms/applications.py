"""Applying, and deciding on applications."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from forestallies.lib import zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.models import Application, Organisation


class ApplicationForm(SubmissionForm, forms.ModelForm):
    """One page, no account: twelve fields, three of them consents."""

    privacy = forms.BooleanField(label=_("I have read the privacy notice and agree that my data is used as it says."))
    code_of_conduct = forms.BooleanField(label=_("I will keep to the code of conduct."))
    commitment = forms.BooleanField(
        label=_("I will share what I learn with my own network, and I have read the competition-law notice.")
    )
    # Robots fill every field they find; people never see this one.
    website = forms.CharField(required=False, label=_("Leave this empty"))

    class Meta:
        model = Application
        fields = (
            "name",
            "email",
            "country",
            "zone",
            "language",
            "organisation_name",
            "stakeholder",
            "role",
            "why",
        )
        widgets = {"why": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "name": _("As you want it to be read on lists and certificates."),
            "email": _("We answer to this address."),
            "zone": _("Only needed where a country has several; otherwise leave it empty."),
            "organisation_name": _("Leave empty if you work independently."),
            "why": _("Two or three sentences are enough."),
        }

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            label=_("Country"), choices=[("", _("Choose…")), *zones.country_choices()]
        )
        self.fields["zone"] = forms.ChoiceField(
            label=_("Time zone"),
            required=False,
            help_text=self.fields["zone"].help_text,
            choices=[("", _("The one of my country")), *zones.zone_choices(at)],
        )
        kinds = [("", _("Choose…")), *Organisation.Kind.choices]
        self.fields["stakeholder"] = forms.ChoiceField(label=self.fields["stakeholder"].label, choices=kinds)
        self.fields["language"].initial = get_language()
        autocomplete = {"name": "name", "email": "email", "organisation_name": "organization", "role": "off"}
        for name, value in autocomplete.items():
            self.fields[name].widget.attrs["autocomplete"] = value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("country") and not cleaned.get("zone"):
            self._choose_zone(cleaned)
        independent = cleaned.get("stakeholder") == Organisation.Kind.INDIVIDUAL
        if not independent and cleaned.get("stakeholder") and not cleaned.get("organisation_name"):
            self.add_error(
                "organisation_name", _("Please name your organisation, or choose “independent practitioner”.")
            )
        return cleaned

    def _choose_zone(self, cleaned: dict[str, Any]) -> None:
        """Take a country's only zone; where there are several, the person has to say."""
        possible = zones.zones_of(cleaned["country"])
        if len(possible) == 1:
            cleaned["zone"] = possible[0]
            self.instance.zone = possible[0]
        else:
            self.add_error("zone", _("Your country has several time zones; please choose yours."))

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("Please leave this field empty."))
        return ""

    def answers(self) -> dict[str, Any]:
        """The applicant's words by field name of `Application`."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ApproveForm(SubmissionForm):
    """Approve, with the organisation the person belongs to."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        required=False,
        label=_("Organisation"),
        empty_label=_("Make a new one from the application"),
    )

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alike = Organisation.objects.named(application.organisation_name)
        field_of(self, "organisation").queryset = alike
        self.fields["organisation"].initial = alike.first()


class DeclineForm(SubmissionForm):
    """Decline, with a reason the applicant will read."""

    reason = forms.ChoiceField(label=_("Reason, as the applicant will read it"), choices=Application.Reason)
