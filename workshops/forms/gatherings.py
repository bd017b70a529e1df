"""Forms of the planner: a gathering made from another one, and a gathering changed."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forestallies.lib import text, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.models import Community
from workshops import planning
from workshops.actions.gatherings import CHANGEABLE
from workshops.models import Gathering, OpenPoint, in_each_language

NAMES, SUMMARIES = in_each_language("name"), in_each_language("summary")
EMPTY = "empty-"  # before a community's id: a gathering without workshops to begin with
A_DAY = {"type": "date"}


class Words(forms.CharField):
    """Words that may be empty, tidied as they are stored."""

    default_validators = [text.check_printable]

    def to_python(self, value: Any) -> str:
        return text.tidy(super().to_python(value) or "", lines=isinstance(self.widget, forms.Textarea))


class NamedForm(SubmissionForm):
    """What both forms ask: the name in each language, the season, the first day and the zone."""

    season = forms.ChoiceField(label=gettext_lazy("Season"), choices=Gathering.Season.choices)
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=zones.YEARS[0], max_value=zones.YEARS[-1])
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(A_DAY, format="%Y-%m-%d"))
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "zone").choices = _zones(at, self.initial.get("zone"))
        for name, (code, _language) in zip(NAMES, settings.LANGUAGES, strict=True):
            self.fields[name] = Words(label=text.in_language(_("Name"), code), required=False, max_length=120)
            self.fields[name].widget.attrs["lang"] = code

    def names(self) -> list[BoundField]:
        return [self[name] for name in NAMES]

    def clean_starts_on(self) -> date:
        return _checked(self.cleaned_data["starts_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(name in self.errors for name in NAMES):
            written = [cleaned[name] for name in NAMES if cleaned.get(name)]
            if not written:
                self.add_error(NAMES[0], _("Please give a name, in at least one language."))
            else:
                cleaned[NAMES[0]] = cleaned[NAMES[0]] or written[0]
        return cleaned

    def key(self) -> UUID:
        """The key of this sending: going back and sending other words is another one."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "submission"}
        return uuid5(self.cleaned_data["submission"], repr(sorted(given.items(), key=lambda pair: pair[0])))


class CloneForm(NamedForm):
    """A new gathering: which one it follows, what it is called, when it begins, and which workshops come along.

    Args:
        sources: the gatherings that may be followed, the latest first.
        communities: those for which an empty one may be made.
        chosen: the one that is proposed; without it the latest.
    """

    source = forms.ChoiceField(label=gettext_lazy("Made from"))

    def __init__(
        self,
        *args: Any,
        sources: list[Gathering],
        communities: Iterable[Community],
        chosen: Gathering | None,
        at: datetime,
        **kwargs: Any,
    ) -> None:
        self.sources = {str(one.pk): one for one in sources}
        self.communities = {f"{EMPTY}{one.pk}": one for one in communities}
        chosen = chosen or next(iter(sources), None)
        first = str(chosen.pk) if chosen else next(iter(self.communities), "")
        kwargs["initial"] = {"source": first, **(planning.proposal(chosen) if chosen else _from_nothing(at))}
        super().__init__(*args, at=at, **kwargs)
        named = [(key, one.name) for key, one in self.sources.items()]
        empty = [(key, _("Nothing: without workshops (%(community)s)") % {"community": one.name})
                 for key, one in self.communities.items()]  # fmt: skip
        field_of(self, "source").choices = [*named, *empty]

    @property
    def follows(self) -> Gathering | None:
        """The gathering whose workshops are copied; None for none."""
        return self.sources.get(str(self["source"].value()))

    def copies(self) -> list[planning.Copy]:
        """The workshops at their new times, as far as day and zone are known."""
        if self.follows is None:
            return []
        if not self.is_bound:
            starts_on, zone = self.initial["starts_on"], self.initial["zone"]
        elif {"starts_on", "zone"} & set(self.errors):
            return []
        else:
            starts_on, zone = self.cleaned_data["starts_on"], self.cleaned_data["zone"]
        return planning.copies(self.follows, starts_on=starts_on, zone=zone)

    def ticked(self, copies: Iterable[planning.Copy]) -> set[int]:
        """The workshops to be copied: all of them, until somebody unticked some of this very list."""
        every = {copy.workshop.pk for copy in copies}
        if not self.is_bound or self.data.get("listed") != str(self["source"].value()):
            return every
        sent = set(self.data.getlist("workshops"))  # type: ignore[attr-defined]  # a form's data is a QueryDict here
        return {pk for pk in every if str(pk) in sent}

    def points(self) -> list[OpenPoint]:
        """The open actions and drafts of the gathering that is followed."""
        if self.follows is None:
            return []
        rows = OpenPoint.objects.open().filter(workshop__gathering=self.follows)
        return list(rows.select_related("workshop", "owner", "organisation").order_by("workshop__starts_at", "pk"))

    def carried(self, points: Iterable[OpenPoint]) -> set[int]:
        """Those that come along into the copies of their workshops: all, until somebody unticked some of this list."""
        every = {point.pk for point in points}
        if not self.is_bound or self.data.get("listed") != str(self["source"].value()):
            return every
        sent = set(self.data.getlist("points"))  # type: ignore[attr-defined]  # a form's data is a QueryDict here
        return {pk for pk in every if str(pk) in sent}

    def key(self) -> UUID:
        data: Any = self.data  # a QueryDict
        return uuid5(super().key(), repr([sorted(data.getlist(name)) for name in ("workshops", "points")]))

    def gathering(self) -> Gathering:
        """The new one, unsaved."""
        said, source = self.cleaned_data, self.follows
        community = source.community if source else self.communities[said["source"]]
        plain = ("season", "year", "starts_on", "zone")
        values = {name: said[name] for name in (*NAMES, *plain)}
        return Gathering(community=community, name=said[NAMES[0]], ends_on=said["starts_on"], **values)


class GatheringForm(NamedForm):
    """What is said of a gathering, and whether members and visitors see it.

    Args:
        gathering: the one that is changed. When somebody else changed it meanwhile, nothing is overwritten unseen.
    """

    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(A_DAY, format="%Y-%m-%d"))
    held = forms.ChoiceField(label=gettext_lazy("How it is held"), choices=Gathering.Held.choices)
    place = Words(
        label=gettext_lazy("Place"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Town and country; empty when it is online."),
    )
    is_published = forms.BooleanField(
        label=gettext_lazy("Members and visitors see it"),
        required=False,
        help_text=gettext_lazy("Of its workshops they see those that are scheduled."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, gathering: Gathering, **kwargs: Any) -> None:
        self.present = _fingerprint(gathering)
        kwargs["initial"] = {**{name: getattr(gathering, name) for name in CHANGEABLE}, "seen": self.present}
        super().__init__(*args, **kwargs)
        for name, (code, _language) in zip(SUMMARIES, settings.LANGUAGES, strict=True):
            self.fields[name] = Words(
                label=text.in_language(_("Summary"), code), required=False, max_length=1000,
                widget=forms.Textarea({"rows": 3, "lang": code}),
            )  # fmt: skip

    def summaries(self) -> list[BoundField]:
        return [self[name] for name in SUMMARIES]

    def clean_ends_on(self) -> date:
        return _checked(self.cleaned_data["ends_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("seen") != self.present:
            self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            self.data["seen"] = self.present  # type: ignore[index]  # a QueryDict
            self.add_error(
                None,
                _("Somebody changed this gathering meanwhile. Nothing is saved yet, and what you wrote is still here. "
                  "Save again to replace it."),
            )  # fmt: skip
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in CHANGEABLE}


def _fingerprint(gathering: Gathering) -> str:
    values = repr([str(getattr(gathering, name) or "") for name in CHANGEABLE])
    return hashlib.sha256(values.encode()).hexdigest()[:32]


def _from_nothing(at: datetime) -> dict[str, Any]:
    """A first gathering: half a year from now."""
    starts_on = at.date() + planning.HALF_A_YEAR
    season = Gathering.Season.SPRING if starts_on.month <= 6 else Gathering.Season.AUTUMN
    names = planning.names(season, starts_on.year)
    return {**names, "season": season, "year": starts_on.year, "starts_on": starts_on, "zone": "UTC"}


def _zones(at: datetime, own: str | None) -> list[tuple[str, str]]:
    """The zones of the countries that members come from, UTC, and the gathering's own: a short list for a phone."""
    near = {zone for listed in zones.COUNTRY_ZONES.values() for zone in listed} | {own}
    found = [(zone, words) for zone, words in zones.zone_choices(at) if zone in near]
    unknown = [zone for zone in dict.fromkeys(("UTC", own)) if zone and zone not in dict(found)]
    return [*((zone, zone) for zone in unknown), *found]


def _checked(day: date) -> date:
    if day.year not in zones.YEARS:
        raise ValidationError(_("Enter a valid date."), code="invalid")
    return day
