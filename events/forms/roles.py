"""Roles: what a guest sends from her page, and what the team sends to invite."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Literal
from zlib import crc32
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from events.actions.roles import LONGEST, Part
from events.models import Event, Role
from events.role_words import channel_words
from forestallies.lib import text, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.actions.people import Newcomer
from members.models import Member

Answer = Literal["accept", "decline", "minutes"]
ANSWERS: tuple[Answer, ...] = ("accept", "decline", "minutes")


class AnswerForm(SubmissionForm):
    """What somebody with a part sends from her page: yes, no, or how long she worked."""

    act = forms.ChoiceField(choices=[(act, act) for act in ANSWERS])
    reason = forms.CharField(
        label=gettext_lazy("Reason, if you like"), max_length=300, required=False, validators=[text.check_printable]
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes you worked"),
        min_value=1,
        max_value=LONGEST,
        required=False,
        error_messages={
            "invalid": gettext_lazy("Please give the minutes as a whole number, such as 90."),
            "min_value": gettext_lazy("Please give between 1 and 1440 minutes."),
            "max_value": gettext_lazy("Please give between 1 and 1440 minutes."),
        },
    )

    @property
    def is_incomplete(self) -> bool:
        """No form of this page sends this."""
        return bool({"act", "submission"} & set(self.errors))

    @property
    def kind(self) -> str:
        """Of the submission: the same key with other words is another form."""
        said = f"{self.cleaned_data['reason']} {self.cleaned_data['minutes']}"
        return f"{self.cleaned_data['act']}:{crc32(said.encode()):x}"

    def clean_reason(self) -> str:
        return text.tidy(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("act") == "minutes" and "minutes" not in self.errors and not cleaned.get("minutes"):
            self.add_error("minutes", _("Please give the minutes as a whole number, such as 90."))
        return cleaned


class PartForm(SubmissionForm):
    """What somebody has to know about her part; the rehearsal is on the clocks of the event's zone."""

    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    expectation = forms.CharField(
        label=gettext_lazy("What is expected"),
        help_text=gettext_lazy("She or he reads this in the invitation, as you write it."),
        max_length=1000,
        required=False,
        validators=[text.check_printable],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    rehearsal_on = forms.DateField(
        label=gettext_lazy("Rehearsal: day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    rehearsal_clock = forms.TimeField(
        label=gettext_lazy("Rehearsal: time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, event: Event, role: Role | None = None, at: datetime, **kwargs: Any) -> None:
        """Begin with what a role says already, when one is given."""
        kwargs["initial"] = {**(_said(role, event) if role else {}), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.event, self.at, self.role = event, at, role
        self.fields["rehearsal_clock"].help_text = _("On the clocks of %(city)s.") % {"city": zones.city(event.zone)}
        field_of(self, "channel").choices = [("", _("Choose…")), *_channels(event)]

    @property
    def kind_of_role(self) -> str:
        return self.role.kind if self.role else ""

    def clean_expectation(self) -> str:
        return text.tidy(self.cleaned_data["expectation"], lines=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.kind_of_role == Role.Kind.INTERPRETER and "channel" not in self.errors and not cleaned.get("channel"):
            self.add_error("channel", _("Please choose the channel."))
        self._clean_rehearsal(cleaned)
        return cleaned

    def _clean_rehearsal(self, cleaned: dict[str, Any]) -> None:
        day, clock = cleaned.get("rehearsal_on"), cleaned.get("rehearsal_clock")
        cleaned["rehearsal_at"] = None
        if {"rehearsal_on", "rehearsal_clock"} & set(self.errors) or not (day or clock):
            return
        if not day or clock is None:
            self.add_error("rehearsal_on", _("Please give the day and the time of the rehearsal, or neither."))
        elif zones.is_skipped(day, clock, self.event.zone):
            self.add_error(
                "rehearsal_clock", _("The clocks in this zone jump over that time. Please choose another one.")
            )
        else:
            self._take_rehearsal(cleaned, zones.instants(day, clock, 0, self.event.zone)[0])

    def _take_rehearsal(self, cleaned: dict[str, Any], instant: datetime) -> None:
        is_news = self.role is None or self.role.rehearsal_at != instant
        if instant >= self.event.starts_at:
            self.add_error("rehearsal_on", _("The rehearsal has to be before the event."))
        elif is_news and instant <= self.at:
            self.add_error("rehearsal_on", _("This time is over already."))
        else:
            cleaned["rehearsal_at"] = instant

    def part(self) -> Part:
        """What was said, for the action."""
        said = self.cleaned_data
        return Part(self.kind_of_role, said["channel"], said["expectation"], said["rehearsal_at"])


class InviteForm(PartForm):
    """Whom to invite and for what: somebody found by name, or a new person by her address.

    Attributes:
        found: the people the search gave; one of them may be chosen.
    """

    kind = forms.ChoiceField(label=gettext_lazy("Part"), choices=[("", gettext_lazy("Choose…")), *Role.Kind.choices])
    find = forms.CharField(label=gettext_lazy("Name or part of it"), max_length=80, required=False)
    member = forms.IntegerField(required=False)
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, required=False, validators=[text.check_printable]
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), max_length=254, required=False, validators=[text.check_printable]
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        required=False,
        help_text=gettext_lazy("The invitation is written in it."),
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        help_text=gettext_lazy("Only needed where a country has several; otherwise leave it empty."),
    )

    field_order = ("kind", "channel", "find", "member", "name", "email", "country", "language", "zone")

    def __init__(self, data: Mapping[str, Any] | None = None, *, people: Iterable[Member] = (), **kwargs: Any) -> None:
        """Take the people who may be chosen by name; `role`, when given, is the one that gets somebody else."""
        super().__init__(data, **kwargs)
        self.people = list(people)
        countries = [("", _("Choose…")), *zones.country_choices()]
        field_of(self, "country").choices = countries
        field_of(self, "zone").choices = [
            ("", pgettext_lazy("time zone", "The one of the country")),
            *((zone, words) for zone, words in zones.zone_choices(self.at) if zone in _ambiguous()),
        ]
        if self.role:
            self.fields["kind"].required = False

    @property
    def kind_of_role(self) -> str:
        return self.role.kind if self.role else str(self.cleaned_data.get("kind", ""))

    @property
    def chosen(self) -> Member | None:
        """Whom of the people found the reader chose."""
        wanted = self.data.get("member", "") if self.is_bound else ""
        return next((one for one in self.people if str(one.pk) == wanted), None)

    @property
    def types_somebody(self) -> bool:
        return bool(self.is_bound and (self.data.get("email") or self.data.get("name")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.role:
            cleaned["channel"] = self.role.channel
            self.errors.pop("channel", None)
        if self.chosen is None and cleaned.get("member"):
            self.add_error("find", _("This person is not among those found. Please search again."))
        elif self.chosen is None:
            self._check_newcomer(cleaned)
        return cleaned

    def _check_newcomer(self, cleaned: dict[str, Any]) -> None:
        if not self.types_somebody and not self.errors.get("email"):
            self.add_error("find", _("Please choose somebody you found, or give a name and an address."))
            return
        asked = {"name": _("Please give a name."), "email": _("Please give an e-mail address.")}
        asked |= {"country": _("Please choose the country."), "language": _("Please choose the language.")}
        for field, words in asked.items():
            if not cleaned.get(field) and field not in self.errors:
                self.add_error(field, words)
        possible = zones.zones_of(cleaned.get("country") or "")
        if not cleaned.get("zone") and possible:
            if len(possible) == 1:
                cleaned["zone"] = possible[0]
            else:
                self.add_error("zone", _("This country has several time zones; please choose one."))

    def who(self) -> Member | Newcomer:
        """The person to invite, for the action."""
        if self.chosen is not None:
            return self.chosen
        said = self.cleaned_data
        return Newcomer(text.tidy(said["name"]), said["email"], said["language"], said["zone"], said["country"])


def _said(role: Role, event: Event) -> dict[str, Any]:
    there = role.rehearsal_at.astimezone(ZoneInfo(event.zone)) if role.rehearsal_at else None
    return {
        "channel": role.channel,
        "expectation": role.expectation,
        "rehearsal_on": there.date() if there else None,
        "rehearsal_clock": there.time() if there else None,
    }


@cache
def _ambiguous() -> frozenset[str]:
    """The zones of countries that have several; of the others the country says enough."""
    several = (zones.zones_of(country) for country in zones.countries())
    return frozenset(zone for found in several if len(found) > 1 for zone in found)


def _channels(event: Event) -> list[tuple[str, str]]:
    """The event's channels first, then every other language that somebody may interpret into."""
    codes = [*event.interpretation, *(code for code, _name in settings.LANGUAGES if code not in event.interpretation)]
    return [(code, channel_words(event, code)) for code in codes if code != event.floor_language]
