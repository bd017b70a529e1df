"""The one search of a report: what the page shows is what the file holds."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import Attendance, Registration
from forestallies.lib import zones
from forestallies.reports.people import GENDERS
from forestallies.reports.scopes import Scope
from members.models import Member
from programs.models import Cohort, Enrolment

NOT_RECORDED = "none"
NO_GROUP = "none"
GENDER_WORDS = [
    ("woman", pgettext_lazy("in reports", "women")),
    ("man", pgettext_lazy("in reports", "men")),
    ("other_or_undisclosed", _("other or not said")),
]


@dataclass(frozen=True)
class Search:
    """Which rows are wanted; an empty field wants all. Words are codes, as the file has them."""

    event_id: int | None = None
    group: str = ""
    country: str = ""
    status: str = ""
    gender: str = ""
    state: str = ""

    def narrows(self) -> dict[str, Any]:
        """What is set, for the audit: an id and codes, nothing that a person wrote."""
        return {key: value for key, value in vars(self).items() if value}

    def people(self) -> Q:
        """The condition on a row's person; wants the names that `people.facts` gives."""
        wanted = Q()
        if self.group:
            wanted &= Q(p_group__isnull=True) if self.group == NO_GROUP else Q(p_group=self.group)
        if self.country:
            wanted &= Q(p_country=self.country)
        if self.gender:
            wanted &= Q(p_gender__in=GENDERS[self.gender])
        return wanted


class SearchForm(forms.Form):
    """Everything one may ask for within a scope, as far as the report `asks` for it."""

    session = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    group = forms.ChoiceField(label=_("Group"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    status = forms.ChoiceField(label=_("Attendance"), required=False)
    gender = forms.ChoiceField(label=_("Gender"), required=False)
    state = forms.ChoiceField(label=_("Registration"), required=False)

    def __init__(self, *args: Any, scope: Scope, asks: Container[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_edition = scope.edition is not None
        self.fields["session"].label = _("Session") if is_edition else _("Workshop")
        names = [(one.event_id, f"{one.number}. {one.label}") for one in scope.occasions]
        self._offer("session", names)
        if is_edition:
            self._offer("group", [*Cohort.Kind.choices, (NO_GROUP, _("neither group"))])
        else:
            del self.fields["group"]
        self._offer("country", countries(scope))
        self._offer("status", [*Attendance.Status.choices, (NOT_RECORDED, _("not recorded"))])
        self._offer("gender", GENDER_WORDS)
        self._offer("state", [one for one in Registration.State.choices if one[0] != Registration.State.MERGED])
        for name in [name for name in self.fields if name not in asks]:
            del self.fields[name]

    def _offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [("", pgettext_lazy("no filter", "All")), *choices]

    def search(self) -> Search:
        """What was asked for; call it when the form is valid."""
        data = self.cleaned_data
        return Search(
            event_id=data["session"],
            group=data.get("group", ""),
            country=data["country"],
            status=data.get("status", ""),
            gender=data.get("gender", ""),
            state=data.get("state", ""),
        )


def countries(scope: Scope) -> list[tuple[str, str]]:
    """The countries of a scope's people as choices, by name, in two queries at most."""
    inside = Q(registrations__event__in=scope.event_ids) | Q(attendances__event__in=scope.event_ids)
    codes = set(Member.objects.filter(inside).order_by().values_list("country", flat=True).distinct())
    if scope.edition:
        enrolled = Enrolment.objects.filter(cohort__edition=scope.edition)
        codes |= set(enrolled.order_by().values_list("country", flat=True).distinct())
    named = [(code, zones.country_name(code)) for code in codes if code]
    return sorted(named, key=lambda pair: zones.unaccented(pair[1]))
