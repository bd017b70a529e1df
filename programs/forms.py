"""The staff admin's forms of a session and of a partner."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms.scheduling import EventForm
from forestallies.lib import zones
from forestallies.lib.links import check_web_link
from programs import pictures
from programs.models import Partner, Session
from programs.pictures import Picture


class SessionForm(EventForm):
    """A session has one number in its edition, and a module of its edition's programme."""

    class Meta:
        labels = {
            "edition": gettext_lazy("Edition"),
            "number": gettext_lazy("Number in the edition"),
            "module": gettext_lazy("Module"),
            "session_audience": gettext_lazy("For whom"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        edition = cleaned.get("edition") or getattr(self.instance, "edition", None)
        number, module = cleaned.get("number"), cleaned.get("module")
        if edition and number is not None:
            others = Session.objects.filter(edition=edition, number=number).exclude(pk=self.instance.pk)
            if others.exists():
                self.add_error("number", _("This edition has a session with that number already."))
        if edition and module and module.programme_id != edition.programme_id:
            self.add_error("module", _("That module belongs to another programme."))
        return cleaned


class PartnerForm(forms.ModelForm):
    """A partner with its role, and its logo with who allowed it."""

    link = forms.URLField(
        label=gettext_lazy("link"), required=False, max_length=300, assume_scheme="https", validators=[check_web_link]
    )
    logo_file = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        help_text=gettext_lazy("A .png or .jpg of at most 20 kB. It replaces the one before."),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the picture"), required=False)

    class Meta:
        model = Partner
        fields = (
            "programme", "community", "name", "role", "country", "text", "link", "position", "is_shown",
            "logo_allowed_by", "logo_allowed_on", "logo_allowed_until",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "country" in self.fields:
            choices = [("", "—"), *zones.country_choices()]
            label, words = self.fields["country"].label, _("Only for a country team.")
            self.fields["country"] = forms.ChoiceField(label=label, choices=choices, required=False, help_text=words)
        if "logo_allowed_by" in self.fields:
            self.fields["logo_allowed_by"].help_text = _("Name and office of the person who said yes, in writing.")

    def clean_logo_file(self) -> Picture | None:
        file = self.cleaned_data["logo_file"]
        return pictures.check(file) if file else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("programme")) == bool(cleaned.get("community")):
            self.add_error("programme", _("Please choose a programme or a community, one of the two."))
        if bool(cleaned.get("logo_allowed_by")) != bool(cleaned.get("logo_allowed_on")):
            self.add_error("logo_allowed_on", _("Please write down both: who allowed the logo, and on which day."))
        if cleaned.get("logo_file") and not cleaned.get("logo_allowed_by"):
            self.add_error("logo_allowed_by", _("Before a logo is kept, please write down who allowed it."))
        return cleaned
