"""A project on the ground, as staff write of it in the admin."""

from typing import Any

from django import forms

from forestallies.lib import zones
from forestallies.lib.form_fields import field_of
from members.models import Project


class ProjectForm(forms.ModelForm):
    """Offers the countries by name."""

    class Meta:
        model = Project
        fields = ("community", "name", "summary", "country", "landscape", "supporters", "is_shown")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "country" in self.fields:
            label = self.fields["country"].label
            self.fields["country"] = forms.ChoiceField(label=label, choices=[("", "—"), *zones.country_choices()])
        if "supporters" in self.fields:
            field_of(self, "supporters").help_text = ""
