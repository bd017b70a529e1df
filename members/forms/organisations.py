"""What is written of an organisation, looking for organisations, and for which one somebody speaks."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forestallies.lib import links, text, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members import duplicates
from members.actions.organisations import Project
from members.models import Organisation

SHOWN = 4  # near names


class OrganisationForm(SubmissionForm):
    """An organisation's own data and the projects it supports; an emptied project goes.

    Args:
        allowed: the names of the fields that the writer may change.
    """

    name = forms.CharField(label=gettext_lazy("Name"), max_length=160, validators=[text.check_printable])
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Organisation.Kind.choices)
    country = forms.ChoiceField(label=gettext_lazy("Country"))

    def __init__(self, *args: Any, organisation: Organisation, allowed: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "country").choices = zones.country_choices()
        for name in ("name", "kind", "country"):
            if name in allowed:
                self.initial[name] = getattr(organisation, name)
            else:
                del self.fields[name]
        self.allowed = allowed
        before = list(organisation.projects.all())
        for number in range(Organisation.PROJECTS):
            one = before[number] if number < len(before) else None
            for part, field in _project_fields().items():
                self.fields[f"{part}_{number}"] = field
                self.initial[f"{part}_{number}"] = getattr(one, part) if one else ""

    @property
    def project_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each project, three by three; those of the filled ones and one more."""
        rows = [[self[f"{part}_{number}"] for part in _PARTS] for number in range(Organisation.PROJECTS)]
        filled = [number for number, row in enumerate(rows) if any(field.value() for field in row) or _errors(row)]
        return rows[: min((filled[-1] if filled else -1) + 2, len(rows))]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.allowed]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        names: set[str] = set()
        for number in range(Organisation.PROJECTS):
            name, country, link = (cleaned.get(f"{part}_{number}", "") for part in _PARTS)
            if (country or link) and not name and not self.has_error(f"name_{number}"):
                self.add_error(f"name_{number}", _("Please name the project, or empty its other fields."))
            if name and not country:
                self.add_error(f"country_{number}", _("Please choose a country."))
            if name and name in names:
                self.add_error(f"name_{number}", _("This project is named twice."))
            names.add(name)
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.allowed}

    def projects(self) -> list[Project]:
        rows = ([self.cleaned_data[f"{part}_{number}"] for part in _PARTS] for number in range(Organisation.PROJECTS))
        return [Project(name, country, link) for name, country, link in rows if name]


_PARTS = ("name", "country", "link")


def _errors(row: Sequence[forms.BoundField]) -> bool:
    return any(field.form.is_bound and field.errors for field in row)


def _project_fields() -> dict[str, forms.Field]:
    return {
        "name": forms.CharField(label=_("Project"), max_length=160, required=False, validators=[text.check_printable]),
        "country": forms.ChoiceField(
            label=_("Country"), required=False, choices=[("", _("Choose…")), *zones.country_choices()]
        ),
        "link": forms.CharField(label=_("Web page"), max_length=300, required=False, validators=[links.check_web_link]),
    }


class JoinForm(SubmissionForm):
    """The name of an organisation that the portal knows, and a role in it."""

    organisation = forms.CharField(
        label=gettext_lazy("Organisation"), max_length=160, validators=[text.check_printable]
    )
    role = forms.CharField(
        label=gettext_lazy("Role there"), max_length=120, required=False, validators=[text.check_printable]
    )

    def clean_organisation(self) -> Organisation:
        name = self.cleaned_data["organisation"]
        found = duplicates.organisation_of_this_name(name)
        if found:
            return found
        near = ", ".join(one.name for one in duplicates.organisations_to_ask_about(name)[:SHOWN])
        if near:
            raise forms.ValidationError(
                _("No one organisation has this name. Similar names: %(names)s"), params={"names": near}
            )
        raise forms.ValidationError(_("No one organisation has this name."))


class ContactForm(SubmissionForm):
    """Who of those that speak for an organisation becomes its contact."""

    member = forms.IntegerField(min_value=1)
