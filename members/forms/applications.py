"""Applying, and deciding on applications."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from forestallies.lib import languages, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members import duplicates, terms
from members.duplicates import Found
from members.models import Application, Organisation, Question

NEW = "new"
KEPT_SIGNS = 4000  # of each field, when a form is continued later

Words = dict[str, list[str]]


class ApplicationForm(SubmissionForm, forms.ModelForm):
    """One page, no account: fourteen fields, four of them consents.

    A question appears when the name of the organisation resembles one that is there: "Did you mean …?"
    """

    organisation = forms.ChoiceField(required=False, widget=forms.RadioSelect, label=_("Did you mean one of these?"))
    privacy = forms.BooleanField(label=_("I have read the privacy notice and agree that my data is used as it says."))
    code_of_conduct = forms.BooleanField(label=_("I will keep to the code of conduct."))
    commitment = forms.BooleanField(label=_("I will share what I learn with my own network."))
    competition = forms.BooleanField(label=_("I have read the competition-law notice and will keep to it."))
    # Which versions the page showed: nobody agrees to words that she has not seen.
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
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
            "languages",
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
        self.at = at
        self.terms_shown = terms.signature(terms.in_force(at))
        self.near: list[Organisation] = []  # "Did you mean …?"
        country = str((self.data if self.is_bound else self.initial).get("country", ""))
        self.fields["country"] = forms.ChoiceField(
            label=_("Country"), choices=[("", _("Choose…")), *zones.country_choices()]
        )
        self.fields["zone"] = forms.ChoiceField(
            label=_("Time zone"),
            required=False,
            help_text=self.fields["zone"].help_text,
            choices=_zone_choices(country, at),
        )
        self.fields["languages"] = forms.MultipleChoiceField(
            label=self.fields["languages"].label,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=languages.spoken_choices,
        )
        kinds = [("", _("Choose…")), *Organisation.Kind.choices]
        self.fields["stakeholder"] = forms.ChoiceField(label=self.fields["stakeholder"].label, choices=kinds)
        self.fields["language"].initial = get_language()
        autocomplete = {"name": "name", "email": "email", "organisation_name": "organization", "role": "off"}
        for name, value in autocomplete.items():
            self.fields[name].widget.attrs["autocomplete"] = value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("country") and "zone" in cleaned:
            self._choose_zone(cleaned)
        if not cleaned.get("languages") and cleaned.get("language"):
            cleaned["languages"] = [cleaned["language"].partition("-")[0]]
        independent = cleaned.get("stakeholder") == Organisation.Kind.INDIVIDUAL
        if not independent and cleaned.get("stakeholder") and not cleaned.get("organisation_name"):
            self.add_error(
                "organisation_name", _("Please name your organisation, or choose “independent practitioner”.")
            )
        self._choose_organisation(cleaned)
        return cleaned

    def _choose_zone(self, cleaned: dict[str, Any]) -> None:
        """Take a country's only clock; where there are several, the person has to say."""
        possible = zones.short_list(cleaned["country"])
        if len(possible) == 1:
            cleaned["zone"] = self.instance.zone = possible[0]
        elif cleaned["zone"] not in possible:
            self.add_error("zone", _("Your country has several time zones; please choose yours."))

    def _choose_organisation(self, cleaned: dict[str, Any]) -> None:
        """Find the organisation that is meant, or ask about those with a name that is nearly this one."""
        name, chosen = cleaned.get("organisation_name", ""), self.data.get("organisation", "")
        self.near = duplicates.organisations_to_ask_about(name) if name else []
        near = {str(one.pk): one for one in self.near}
        field_of(self, "organisation").choices = [
            *((pk, f"{one.name} ({zones.country_name(one.country)})") for pk, one in near.items()),
            (NEW, _("None of these; ours is a new one")),
        ]
        self.errors.pop("organisation", None)  # of choices that nobody knew before the name was read
        cleaned["organisation"] = near.get(chosen)
        if near and chosen not in (*near, NEW):
            words = _("An organisation with a name like this one is known already. Please say whether it is yours.")
            self.add_error("organisation", words)
        elif name and not near:
            cleaned["organisation"] = duplicates.organisation_of_this_name(name)

    def clean_shown(self) -> str:
        shown: str = self.cleaned_data["shown"]
        if shown and shown != self.terms_shown:
            raise ValidationError(_("These words changed while you were reading. Please read them once more."))
        return shown

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("Please leave this field empty."))
        return ""

    def answers(self) -> dict[str, Any]:
        """The applicant's words by field name of `Application`."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "organisation")}


def _zone_choices(country: str, at: datetime) -> list[Any]:
    """The zones of a country that has several; before one is known those of the usual countries, by country."""
    if len(zones.short_list(country)) > 1:
        return [("", _("Choose…")), *_zones(country, at)]
    several = [code for code in zones.COUNTRY_ZONES if len(zones.short_list(code)) > 1]
    groups = sorted((zones.country_name(code), _zones(code, at)) for code in several)
    return [("", _("The one of my country")), *groups]


def _zones(country: str, at: datetime) -> list[tuple[str, str]]:
    return [(zone, f"{zones.city(zone)} ({zones.offset(at, zone)})") for zone in zones.short_list(country)]


class LaterForm(SubmissionForm):
    """What is needed to continue a form later: an address for the link. All else is kept as it was typed."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("We answer to this address."))
    website = forms.CharField(required=False, max_length=0)

    @staticmethod
    def typed(data: QueryDict) -> Words:
        """What stands in the fields of an application, unchecked. Consents are not kept: they are given on sending."""
        names = (*ApplicationForm.Meta.fields, "organisation")
        return {name: [value[:KEPT_SIGNS] for value in data.getlist(name)[:20]] for name in names if name in data}

    @staticmethod
    def as_initial(words: Mapping[str, list[str]]) -> dict[str, Any]:
        """What was kept, as the initial values of an `ApplicationForm`."""
        return {name: values if name == "languages" else (values or [""])[0] for name, values in words.items()}


class AnswerForm(SubmissionForm, forms.ModelForm):
    """The applicant's answer to a question."""

    class Meta:
        model = Question
        fields = ("answer",)
        widgets = {"answer": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = True


class AskForm(SubmissionForm, forms.ModelForm):
    """A coordinator's question, as the applicant will read it."""

    class Meta:
        model = Question
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"text": _("The mail leaves at once. Please write in the language of the applicant.")}


class ApproveForm(SubmissionForm):
    """Approve, with the organisation the person belongs to: one that looks alike, or a new one."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        required=False,
        label=_("Organisation"),
        empty_label=_("Make a new one from the application"),
    )

    def __init__(self, *args: Any, application: Application, offered: Iterable[Found], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = list(offered)
        field = field_of(self, "organisation")
        field.queryset = Organisation.objects.filter(pk__in=[one.pk for one in offered])
        empty = field.empty_label if application.organisation_name else _("None")
        field.choices = [
            ("", empty),
            *((one.pk, f"{one.name} ({zones.country_name(one.country)})") for one in offered),
        ]
        same = [one.pk for one in offered if one.why == duplicates.NAME or one.pk == application.organisation_id]
        self.fields["organisation"].initial = application.organisation_id or next(iter(same), None)


class DeclineForm(SubmissionForm):
    """Decline, with a reason the applicant will read."""

    reason = forms.ChoiceField(label=_("Reason, as the applicant will read it"), choices=Application.Reason)
