"""Setting up a sign-in, and what a member changes about herself."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from forestallies.lib import zones
from jobs.forms import SubmissionForm
from members.models import Member


class WelcomeForm(forms.Form):
    """Choose a password, or none."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Leave it empty to sign in with a code by e-mail each time."),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if password:
            validate_password(password, user=self.member)
        return password


class ProfileForm(SubmissionForm, forms.ModelForm):
    """Name, language, country and zone: what decides how the portal speaks to a member."""

    class Meta:
        model = Member
        fields = ("name", "language", "country", "zone")

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(label=_("Country"), choices=zones.country_choices())
        known = dict(zones.zone_choices(at))
        known.setdefault(
            self.instance.zone, f"{zones.city(self.instance.zone)} ({zones.offset(at, self.instance.zone)})"
        )
        self.fields["zone"] = forms.ChoiceField(label=_("Time zone"), choices=list(known.items()))
