"""Why a membership pauses or ends, which memberships one looks for, and which are ticked."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zlib import crc32

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forestallies.lib import text, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.actions.life import AT_MOST, Why
from members.models import Community, Membership, Organisation
from members.models.communities import MembershipQuerySet

State, Reason = Membership.State, Membership.Reason
GIVEN_BY_THE_PORTAL = (Reason.NO_SIGN, Reason.TERMS)
_ID = re.compile(r"[1-9][0-9]{0,17}")


class WhyForm(SubmissionForm):
    """A reason to choose, and room for a few words. Coming back needs none, so both may be missing there."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), error_messages={"required": gettext_lazy("Please choose a reason.")}
    )
    words = forms.CharField(
        label=gettext_lazy("In a few words, if you like"),
        max_length=300,
        required=False,
        validators=[text.check_printable],
        help_text=gettext_lazy("Coordinators read this; nobody else does."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, state: str, reasons: Iterable[Membership.Reason] = tuple(Reason)
    ) -> None:
        super().__init__(data)
        if state == State.ACTIVE:
            del self.fields["reason"], self.fields["words"]
            return
        offered = [one for one in reasons if one not in GIVEN_BY_THE_PORTAL]
        field_of(self, "reason").choices = [
            ("", _("Choose…")),
            *((one.value, str(one.label).capitalize()) for one in offered),
        ]

    @property
    def why(self) -> Why:
        return Why(self.cleaned_data.get("reason", ""), self.cleaned_data.get("words", ""))


class MembersForm(forms.Form):
    """Everything one may ask of the list of memberships. Without a state: those that have not ended."""

    name = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=120, validators=[text.check_printable],
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )  # fmt: skip
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    community = forms.ChoiceField(label=gettext_lazy("Community"), required=False)
    stakeholder = forms.ChoiceField(label=gettext_lazy("Stakeholder type"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    checked = forms.ChoiceField(label=gettext_lazy("Data"), required=False)

    def __init__(self, *args: Any, communities: QuerySet[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [("", _("All"))]
        states = [(value, str(label).capitalize()) for value, label in State.choices]
        field_of(self, "state").choices = [("", _("All but ended")), *states]
        field_of(self, "community").choices = every + [(str(one.pk), one.name) for one in communities]
        field_of(self, "stakeholder").choices = [*every, *Organisation.Kind.choices]
        field_of(self, "country").choices = [*every, *zones.country_choices()]
        field_of(self, "checked").choices = [
            *every, ("yes", _("said to be right within a year")), ("no", _("not said to be right for a year"))
        ]  # fmt: skip

    def narrow(self, rows: MembershipQuerySet, *, at: datetime) -> MembershipQuerySet:
        """Those that fit, but for the name; the form is valid."""
        wanted = self.cleaned_data
        rows = rows.filter(state=wanted["state"]) if wanted["state"] else rows.standing()
        for name, field in (("community", "community"), ("stakeholder", "stakeholder"), ("country", "member__country")):
            rows = rows.filter(**{field: wanted[name]}) if wanted[name] else rows
        if wanted["checked"] == "yes":
            return rows.confirmed_lately(at)
        if wanted["checked"] == "no":
            return rows.filter(state=State.ACTIVE).not_confirmed_lately(at)
        return rows


class ChosenForm(WhyForm):
    """Some memberships and one button, which names the state they are to be in.

    Attributes:
        chosen: ids of those ticked. The page that asks "sure?" sends them back in one field.
    """

    do = forms.ChoiceField(
        choices=State.choices,
        error_messages={"required": gettext_lazy("Please press one of the buttons. Nothing was changed."),
                        "invalid_choice": gettext_lazy("Please press one of the buttons. Nothing was changed.")},
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, state=str((data or {}).get("do", "")))
        values = data.getlist("chosen") if data is not None and hasattr(data, "getlist") else []
        words = [word for value in values for word in value.split()]
        self.chosen = [int(word) for word in dict.fromkeys(words) if _ID.fullmatch(word)]
        if "reason" in self.fields:
            self.fields["reason"].required = self.is_sure

    @property
    def is_sure(self) -> bool:
        return "sure" in self.data

    @property
    def kind(self) -> str:
        """Of the submission: the same key with other memberships is another form."""
        return f"memberships:{self.cleaned_data['do']}:{crc32(str(sorted(self.chosen)).encode()):x}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.chosen:
            self.add_error(None, _("Please tick a member first. Nothing was changed."))
        elif len(self.chosen) > AT_MOST:
            words = _("That is more than %(number)d members at a time. Nothing was changed.")
            self.add_error(None, words % {"number": AT_MOST})
        return cleaned


class RoleForm(SubmissionForm):
    """The role somebody has in her organisation."""

    role = forms.CharField(
        label=gettext_lazy("Role there"), max_length=120, required=False, validators=[text.check_printable]
    )
