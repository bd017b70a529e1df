"""The forms of an import: the file, what its columns mean, and what only a person can decide."""

from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forestallies.lib import tables, uploads, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.importing import dates, fields
from members.models import Community, ImportOrganisation, ImportRow, MemberImport, Organisation

ORDERS = ((dates.DMY, gettext_lazy("day first: 31/12/2026")), (dates.MDY, gettext_lazy("month first: 12/31/2026")))


class UploadForm(SubmissionForm):
    """A file, and the community its people come into.

    Args:
        communities: those the reader coordinates; a choice is offered among several only.
        cut_off: the file was too large to come in.
    """

    community: Any = forms.ModelChoiceField(
        label=gettext_lazy("Community"), queryset=Community.objects.none(), empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("File"), widget=forms.FileInput({"accept": tables.accepted()}), max_length=1_000
    )

    def __init__(self, *args: Any, communities: list[Community], cut_off: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cut_off, self.only = cut_off, communities[0] if len(communities) == 1 else None
        if self.only:
            del self.fields["community"]
        else:
            field_of(self, "community").queryset = Community.objects.filter(pk__in=[one.pk for one in communities])
        words = _("CSV or XLSX, at most %(most)s MB and %(rows)s rows. The first row holds the headings.")
        values = {"most": f"{settings.MATERIAL_MAX_MB:g}", "rows": number_format(tables.ROWS, force_grouping=True)}
        self.fields["file"].help_text = words % values

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.cut_off:
            self.errors.pop("file", None)
            self.add_error("file", uploads.too_large())
        if self.only:
            cleaned["community"] = self.only
        return cleaned


class ColumnsForm(SubmissionForm):
    """What each column means, and what counts where a row says nothing."""

    stakeholder = forms.ChoiceField(label=gettext_lazy("Stakeholder type"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language of our messages"), required=False)
    overwrites = forms.BooleanField(
        label=gettext_lazy("Also replace what people changed in their own profile"), required=False
    )
    invites = forms.BooleanField(label=gettext_lazy("Send invitations to the new people"), required=False)

    def __init__(self, *args: Any, batch: MemberImport, **kwargs: Any) -> None:
        names = ("stakeholder", "country", "language", "overwrites", "invites")
        kwargs["initial"] = {name: getattr(batch, name) for name in names}
        super().__init__(*args, **kwargs)
        self.batch = batch
        nothing = _("List such rows as wrong")
        field_of(self, "stakeholder").choices = [("", nothing), *Organisation.Kind.choices]
        field_of(self, "country").choices = [("", _("None")), *zones.country_choices()]
        field_of(self, "language").choices = [("", _("As in the country")), *settings.LANGUAGES]
        self.fields["invites"].help_text = _("Without this nobody gets a mail because of the list.")
        targets = [("", _("Leave out")), *fields.LABELS.items()]
        for number, column in enumerate(batch.columns):
            label = _("Column “%(heading)s”") % {"heading": column["heading"]}
            self.fields[f"field_{number}"] = forms.ChoiceField(
                label=label, choices=targets, required=False, initial=column["field"]
            )
            if column["order"]:
                self.fields[f"order_{number}"] = forms.ChoiceField(
                    label=_("Days in this column"), choices=ORDERS, initial=column["order"]
                )

    def lines(self) -> list[dict[str, Any]]:
        """Each column with its two fields, for the page."""
        return [
            {
                "heading": column["heading"],
                "samples": column["samples"],
                "is_phone": fields.is_phone(column["heading"]),
                "field": self[f"field_{number}"],
                "order": self._order(number),
            }
            for number, column in enumerate(self.batch.columns)
        ]

    def _order(self, number: int) -> BoundField | None:
        return self[f"order_{number}"] if f"order_{number}" in self.fields else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = [column["field"] for column in self.columns()]
        for field in dict.fromkeys(name for name in chosen if name and chosen.count(name) > 1):
            words = _("Two columns cannot both be “%(field)s”.") % {"field": fields.LABELS[field]}
            self.add_error(f"field_{chosen.index(field)}", words)
        if not {fields.NAME, fields.FIRST, fields.LAST} & set(chosen):
            self.add_error(None, _("Please say which column holds the names."))
        return cleaned

    def columns(self) -> list[dict[str, str]]:
        """As `actions.imports.choose_columns` takes them."""
        numbers = range(len(self.batch.columns))
        return [
            {"field": self.cleaned_data.get(f"field_{n}", ""), "order": self.cleaned_data.get(f"order_{n}", "")}
            for n in numbers
        ]

    def options(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name] for name in ("stakeholder", "country", "language", "overwrites", "invites")
        }


class DecideForm(SubmissionForm):
    """Which rows are somebody known, and which organisations are one that is known."""

    def __init__(
        self, *args: Any, rows: list[ImportRow], organisations: list[ImportOrganisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows, self.organisations = rows, organisations
        for row in rows:
            self.fields[f"row_{row.pk}"] = forms.ChoiceField(
                label=row.values.get("name", ""), choices=ImportRow.Decision.choices, required=False,
                widget=forms.RadioSelect, initial=row.decision,
            )  # fmt: skip
        for one in organisations:
            assert one.near is not None  # noqa: S101 (for the type checker; the page asks about such only)
            same = _("It is “%(name)s”") % {"name": one.near.name}
            self.fields[f"organisation_{one.pk}"] = forms.ChoiceField(
                label=one.name, choices=[("new", _("A new organisation")), ("near", same)],
                widget=forms.RadioSelect, initial="near" if one.is_near else "new",
            )  # fmt: skip

    def asked_rows(self) -> list[tuple[ImportRow, BoundField]]:
        return [(row, self[f"row_{row.pk}"]) for row in self.rows]

    def asked_organisations(self) -> list[tuple[ImportOrganisation, BoundField]]:
        return [(one, self[f"organisation_{one.pk}"]) for one in self.organisations]

    def people(self) -> dict[int, str]:
        return {row.pk: self.cleaned_data[f"row_{row.pk}"] for row in self.rows}

    def chosen_organisations(self) -> dict[int, bool]:
        return {one.pk: self.cleaned_data[f"organisation_{one.pk}"] == "near" for one in self.organisations}
