"""The queue of applications: what one looks for in it, and what one ticks and presses."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forestallies.lib import zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.actions.bulk_decisions import AT_MOST
from members.models import Application, Organisation
from members.models.applications import ApplicationQuerySet

ALL = "all"
FRESH = 3  # days
ACTS = ("approve", "decline")
_ID = re.compile(r"[1-9][0-9]{0,17}")


class QueueForm(forms.Form):
    """Everything one may ask of the queue. Without a state: all that wait for an answer."""

    who = forms.CharField(label=gettext_lazy("Name, organisation or address"), max_length=120, required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    stakeholder = forms.ChoiceField(label=gettext_lazy("Part of a"), required=False)
    waits = forms.ChoiceField(label=gettext_lazy("Sent"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "state").choices = [
            ("", _("waiting for an answer")), *Application.State.choices, (ALL, _("all applications"))
        ]  # fmt: skip
        field_of(self, "country").choices = [("", _("any")), *zones.country_choices()]
        field_of(self, "stakeholder").choices = [("", _("any")), *Organisation.Kind.choices]
        field_of(self, "waits").choices = [("", _("at any time")), *_ages()]

    def narrow(self, rows: ApplicationQuerySet, *, at: datetime) -> ApplicationQuerySet:
        """Those of the applications that fit; the form is valid."""
        wanted = self.cleaned_data
        if not wanted["state"]:
            rows = rows.open()
        elif wanted["state"] != ALL:
            rows = rows.filter(state=wanted["state"])
        if wanted["who"]:
            rows = rows.matching(wanted["who"])
        for name in ("country", "stakeholder"):
            rows = rows.filter(**{name: wanted[name]}) if wanted[name] else rows
        since, until = at - timedelta(days=FRESH), at - timedelta(days=settings.APPLICATION_ANSWER_DAYS)
        if wanted["waits"] == "fresh":
            return rows.filter(submitted_at__gt=since)
        if wanted["waits"] == "days":
            return rows.filter(submitted_at__lte=since, submitted_at__gt=until)
        return rows.filter(submitted_at__lte=until) if wanted["waits"] == "late" else rows

    @property
    def is_waiting(self) -> bool:
        """It lists what waits for an answer, the oldest first; otherwise the latest comes first."""
        return self.cleaned_data["state"] in ("", *Application.OPEN)


def _ages() -> list[tuple[str, str]]:
    days = settings.APPLICATION_ANSWER_DAYS
    return [
        ("fresh", ngettext("in the last %(n)d day", "in the last %(n)d days", FRESH) % {"n": FRESH}),
        ("days", _("%(least)d to %(most)d days ago") % {"least": FRESH, "most": days}),
        ("late", ngettext("more than %(n)d day ago", "more than %(n)d days ago", days) % {"n": days}),
    ]


class ChoiceForm(SubmissionForm):
    """Some applications and one button.

    Attributes:
        chosen: ids of those ticked. The page that asks "sure?" sends them back in one field.
    """

    do = forms.CharField(required=False)
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason, as the applicants will read it"),
        choices=[("", gettext_lazy("Choose…")), *Application.Reason.choices],
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        values = data.getlist("chosen") if data is not None and hasattr(data, "getlist") else []
        words = [word for value in values for word in value.split()]
        self.chosen = [int(word) for word in dict.fromkeys(words) if _ID.fullmatch(word)]

    @property
    def act(self) -> str:
        """Which button was pressed; one of `ACTS` when the form is valid."""
        return str(self.data.get("do", ""))

    @property
    def is_sure(self) -> bool:
        return "sure" in self.data

    @property
    def kind(self) -> str:
        """Of the submission: the same key with other applications is another form."""
        return f"queue:{self.act}:{crc32(str(sorted(self.chosen)).encode()):x}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.act not in ACTS:
            self.add_error(None, _("Please press one of the buttons. Nothing was changed."))
        elif not self.chosen:
            self.add_error(None, _("Please tick an application first. Nothing was changed."))
        elif len(self.chosen) > AT_MOST:
            words = _("That is more than %(number)d applications at a time. Nothing was changed.")
            self.add_error(None, words % {"number": AT_MOST})
        elif self.is_sure and self.act == "decline" and not cleaned.get("reason"):
            self.add_error("reason", _("Please choose a reason."))
        return cleaned
