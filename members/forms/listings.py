"""Writing down what one needs or offers, looking for it, and partnerships that began."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forestallies.lib import languages, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.models import Community, Introduction, Listing, Partnership


class ListingForm(SubmissionForm, forms.ModelForm):
    """A need or an offer in one short page."""

    class Meta:
        model = Listing
        fields = ("kind", "what", "exchange", "theme", "country", "until", "languages", "details", "community")
        widgets = {
            "kind": forms.RadioSelect,
            "details": forms.Textarea({"rows": 4}),
            "until": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }
        labels = {"theme": _("Theme")}
        help_texts = {
            "what": _("One line, such as “buyer for certified cocoa” or “training in forest inventory”."),
            "until": _("After this day it is not shown any more. Leave it empty if there is no hurry."),
        }

    def __init__(self, *args: Any, communities: Iterable[Community], at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at, offered = at, list(communities)
        self.fields["kind"] = forms.ChoiceField(
            label=self.fields["kind"].label, choices=Listing.Kind.choices, widget=forms.RadioSelect
        )
        self.fields["country"] = forms.ChoiceField(
            label=_("Where"), required=False, choices=[("", _("Anywhere")), *zones.country_choices()]
        )
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("In which languages"),
            required=False,
            choices=languages.spoken_choices(),
            widget=forms.CheckboxSelectMultiple,
        )
        field_of(self, "theme").empty_label = _("Another theme")
        self.fields["community"] = forms.ChoiceField(
            label=_("Shown to the members of"), choices=[(one.pk, one.name) for one in offered]
        )
        if len(offered) == 1:
            self.fields["community"].widget = forms.HiddenInput()
            self.initial["community"] = offered[0].pk
        self.communities = {str(one.pk): one for one in offered}

    def clean_community(self) -> Community:
        return self.communities[self.cleaned_data["community"]]

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until and until < self.at.date():
            raise ValidationError(_("This day is over already."))
        return until


class ListingSearchForm(forms.Form):
    """Which needs and offers to show, in the address of the page."""

    kind = forms.ChoiceField(label=_("Needs or offers"), required=False)
    exchange = forms.ChoiceField(label=_("Kind of exchange"), required=False)
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    country = forms.ChoiceField(label=_("Where"), required=False)

    def __init__(self, *args: Any, themes: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(Listing.Kind.NEED.value, _("Needs")), (Listing.Kind.OFFER.value, _("Offers"))]
        field_of(self, "kind").choices = [("", _("All")), *kinds]
        field_of(self, "exchange").choices = [("", _("All")), *Listing.Exchange.choices]
        field_of(self, "theme").choices = [("", _("All")), *themes.items()]
        field_of(self, "country").choices = [("", _("All")), *zones.country_choices()]

    def filters(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class IntroduceForm(SubmissionForm):
    """The button beside a listing that fits."""

    other = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class YesNoForm(SubmissionForm):
    """Yes or no to an introduction."""

    act = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


class PartnershipForm(SubmissionForm, forms.ModelForm):
    """What began, between whom, how it stands, and what it came from.

    Args:
        events: labels of events it may have begun at, with their titles; empty: this is not asked.
        introductions: those it may have come from; empty: this is not asked.
    """

    class Meta:
        model = Partnership
        fields = ("parties", "what", "state", "started_on", "introduction", "about")
        widgets = {"started_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"parties": _("The names of the organisations or people.")}

    def __init__(
        self,
        *args: Any,
        events: Mapping[str, str] | None = None,
        introductions: Iterable[Introduction] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        known = list(introductions)
        if events is None:
            del self.fields["about"]
        else:
            choices = [("", _("No event")), *events.items()]
            self.fields["about"] = forms.ChoiceField(label=_("Began at"), required=False, choices=choices)
        if known:
            field = field_of(self, "introduction")
            field.queryset = Introduction.objects.filter(pk__in=[one.pk for one in known])
            field.choices = [
                ("", _("No introduction")),
                *((one.pk, f"{one.need.member.name} – {one.offer.member.name}: {one.need.what}") for one in known),
            ]
            field.label = _("Came from the introduction")
        else:
            del self.fields["introduction"]

    def values(self) -> dict[str, Any]:
        """What was written, by field name of `Partnership`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "submission"}
