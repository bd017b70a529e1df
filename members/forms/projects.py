"""A project on the ground, as staff write of it in the admin."""

from typing import Any

from django import forms

from forestallies.lib import zones
from members.models import Project


class ProjectForm(forms.ModelForm):
    """Offers the countries by name."""

    class Meta:
        model = Project
        fields = ("community", "name", "summary", "country", "landscape", "is_shown")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "country" in self.fields:
            label = self.fields["country"].label
            self.fields["country"] = forms.ChoiceField(label=label, choices=[("", "—"), *zones.country_choices()])
