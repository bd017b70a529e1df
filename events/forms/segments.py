"""Forms of the run of show: one segment, where the list is pressed, and what is copied from elsewhere."""

import re
from typing import Any
from zlib import crc32

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from events.actions.segments import SegmentRefused
from events.models import Event, Material, Role, Segment
from events.models.segments import TITLES
from forestallies.lib import zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm

LISTED = 40  # events to copy from
_NAMED = (*TITLES, "lead_words", "language", "has_channel", "is_public", "note")
_PRESSED = re.compile(r"\A(up|down)-[1-9][0-9]{0,17}\Z")


class LeadField(forms.ModelChoiceField):
    def label_from_instance(self, role: Any) -> str:
        return _("%(name)s (%(state)s)") % {"name": role.member.name, "state": role.get_kind_display()}


class SegmentForm(SubmissionForm, forms.ModelForm):
    """One row of the run of show. Its title in the floor language comes first; one language is enough.

    Args:
        event: whose row it is; a new one unless an instance is given.
        rows: how many rows the run of show has, for the choice of its place.
    """

    to = forms.TypedChoiceField(
        label=gettext_lazy("Place in the order"), required=False, coerce=int, empty_value=None
    )  # nothing chosen: a new row comes last, another one stays
    seen = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    class Meta:
        model = Segment
        fields = [
            *TITLES, "minutes", "lead", "lead_words", "language", "has_channel", "is_public", "note", "materials",
        ]  # fmt: skip
        field_classes = {"lead": LeadField}
        widgets = {"materials": forms.CheckboxSelectMultiple, "note": forms.Textarea({"rows": 3})}
        help_texts = {
            "has_channel": gettext_lazy("Untick it for breakouts and for videos with sound: “no channel here”."),
            "is_public": gettext_lazy("Participants read it. What is not public takes its time without being named."),
        }

    def __init__(self, *args: Any, event: Event, rows: list[Segment], **kwargs: Any) -> None:
        kwargs["instance"] = kwargs.get("instance") or Segment(event=event)
        super().__init__(*args, **kwargs)
        self.main = f"title_{event.floor_language.replace('-', '_')}"
        self.is_new = self.instance.pk is None
        self.fingerprint = _fingerprint(self.instance)
        self._draw_titles()
        self._draw_people(event)
        self._draw_place(rows)
        if not event.interpretation:
            del self.fields["has_channel"]
        self._draw_materials(event)

    def clean(self) -> dict[str, Any]:
        """Let readers of a language without a title read the first one: it stands for the English as well."""
        cleaned = super().clean() or self.cleaned_data
        written = cleaned.get(self.main)
        stood_in = self.initial.get(TITLES[0]) == self.initial.get(self.main)
        if written and (not cleaned.get(TITLES[0]) or (stood_in and TITLES[0] not in self.changed_data)):
            cleaned[TITLES[0]] = written
        return cleaned

    def check_fresh(self) -> None:
        """Raises SegmentRefused when somebody changed the row since its page was drawn. Sent again, it goes through."""
        if not self.is_new and self.cleaned_data["seen"] not in ("", self.fingerprint):
            words = _("Somebody changed this row meanwhile. Here is what you wrote; saving it again puts it in place.")
            raise SegmentRefused(words)

    def main_field(self) -> forms.BoundField:
        """Its title in the floor language."""
        return self[self.main]

    def other_titles(self) -> list[forms.BoundField]:
        return [self[name] for name in TITLES if name != self.main]

    def unfolds(self) -> bool:
        """Something among what is folded away has to be looked at."""
        return any(name in self.errors for name in ("note", "language", "materials", *TITLES) if name != self.main)

    def _draw_titles(self) -> None:
        for name in TITLES:
            self.fields[name].required = name == self.main
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields[self.main].help_text = _("In the floor language. Readers of other languages see it as well.")

    def _draw_people(self, event: Event) -> None:
        lead = self.fields["lead"]
        roles = Role.objects.filter(event=event.pk).select_related("member").order_by("kind", "member__name", "pk")
        kept = Role.objects.filter(
            pk=self.instance.lead_id or 0
        )  # who declined meanwhile, as long as nobody else leads
        lead.queryset = roles.standing() | roles.filter(pk__in=kept)  # type: ignore[attr-defined]  # a ModelChoiceField
        lead.empty_label = _("Nobody of the list")  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["lead_words"].widget.attrs["autocomplete"] = "off"
        floor = dict(settings.LANGUAGES)[event.floor_language]
        field_of(self, "language").choices = [
            ("", _("Floor language (%(language)s)") % {"language": floor}),
            *settings.LANGUAGES,
        ]

    def _draw_materials(self, event: Event) -> None:
        rows = Material.objects.filter(event=event.pk)
        choices = [(material.pk, material.title) for material in rows]
        if not choices:
            del self.fields["materials"]
            return
        field_of(self, "materials").queryset = rows
        self.fields["materials"].choices = choices  # type: ignore[attr-defined]  # asked for once, not at each drawing

    def _draw_place(self, rows: list[Segment]) -> None:
        others = [row for row in rows if row.pk != self.instance.pk]
        if not others:
            del self.fields["to"]
            return
        before, last = _("%(number)d: before “%(title)s”"), _("%(number)d: at the end")
        stays = last % {"number": len(rows) + 1}
        choices = [(number, before % {"number": number + 1, "title": row.title}) for number, row in enumerate(others)]
        if not self.is_new:
            stays = _("%(number)d: where it is now") % {"number": self.instance.position + 1}
            choices.append((len(others), last % {"number": len(rows)}))
            choices = [choice for choice in choices if choice[0] != self.instance.position]
        field_of(self, "to").choices = [("", stays), *choices]


class PressedForm(SubmissionForm):
    """Which arrow of the list was pressed, as `up-12` or `down-12`."""

    do = forms.RegexField(_PRESSED)

    def pressed(self) -> tuple[int, int]:
        """The segment's id, and by how many rows it moves."""
        way, pk = self.cleaned_data["do"].split("-")
        return int(pk), -1 if way == "up" else 1


class CopyForm(SubmissionForm):
    """Which event's run of show is taken over, and whether what is here already makes way.

    Args:
        sources: what may be copied; the first `LISTED` are on offer.
    """

    source: "forms.ModelChoiceField[Event]" = forms.ModelChoiceField(
        label=pgettext_lazy("run of show", "Copy from"),
        queryset=Event.objects.none(),
        error_messages={"invalid_choice": gettext_lazy("Please choose one of the events in the list.")},
    )
    replace = forms.BooleanField(label=gettext_lazy("Replace what is here already"), required=False)

    def __init__(self, *args: Any, sources: QuerySet[Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(one.pk, f"{one.title}, {zones.local(one.starts_at, one.zone).day}") for one in sources[:LISTED]]
        self.has_sources = bool(offered)
        field_of(self, "source").queryset = sources
        field_of(self, "source").choices = [("", _("Choose an event")), *offered]


def _fingerprint(segment: Segment) -> str:
    """Name the state of a row, to tell whether somebody else changed it meanwhile; its place does not count."""
    values = [segment.minutes, segment.lead_id, *(getattr(segment, name) for name in _NAMED)]
    return f"{crc32(repr(values).encode()):x}"
