"""The one search of the outbox: what a button does "with all that this search finds" is what the page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from events.models import Event
from events.telling import label
from forestallies.lib import zones
from forestallies.lib.database import Fold
from forestallies.lib.form_fields import field_of
from members.models import Mailing
from notices import kinds
from notices.models import Notice

YEARS = zones.YEARS


@dataclass(frozen=True)
class Search:
    """Which messages are wanted; what is empty wants all. `kinds` are names of kinds that have one label."""

    kinds: tuple[str, ...] = ()
    event: Event | None = None
    who: str = ""
    language: str = ""
    since: datetime | None = None
    until: datetime | None = None
    letter: int | None = None

    def narrow(self, notices: QuerySet[Notice]) -> QuerySet[Notice]:
        """Those of the messages that fit."""
        wanted = Q()
        if self.kinds:
            wanted &= Q(kind__in=self.kinds)
        if self.event:
            wanted &= Q(about__contains=[label(self.event.pk)])
        if self.letter:
            wanted &= Q(about__contains=[Mailing.label_of(self.letter)])
        if self.language:
            wanted &= Q(language=self.language)
        if self.who:
            notices = notices.alias(folded=Fold("recipient__name"))
            wanted &= Q(folded__contains=Fold(Value(self.who))) | Q(address__icontains=self.who)
        if self.since or self.until:
            notices = notices.alias(when=Coalesce("finished_at", "next_attempt_at"))
            wanted &= Q(when__gte=self.since) if self.since else Q()
            wanted &= Q(when__lt=self.until) if self.until else Q()
        return notices.filter(wanted)

    @property
    def is_of_people(self) -> bool:
        """It asks for somebody or for one letter, which what is only planned cannot answer."""
        return bool(self.who or self.language or self.letter)


class SearchForm(forms.Form):
    """Everything one may ask of the outbox."""

    who = forms.CharField(label=gettext_lazy("Name or address"), max_length=120, required=False)
    kind = forms.ChoiceField(label=pgettext_lazy("of a message", "Kind"), required=False)
    event = forms.ChoiceField(label=gettext_lazy("Event"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    since = forms.DateField(
        label=pgettext_lazy("period", "From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    until = forms.DateField(
        label=pgettext_lazy("period", "Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    letter = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)  # from the letter's own page

    def __init__(self, data: object, *, events: Iterable[Event]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict, of which the stubs know no use here
        self.events = {str(event.pk): event for event in events}
        self.names: dict[str, list[str]] = {}
        for kind in kinds.known():
            self.names.setdefault(str(kind.label), []).append(kind.name)
        every = ("", pgettext_lazy("no filter", "All"))
        labels = sorted(self.names.items(), key=lambda pair: zones.unaccented(pair[0]))
        field_of(self, "kind").choices = [every, *((names[0], words) for words, names in labels)]
        field_of(self, "event").choices = [every, *((pk, _named(event)) for pk, event in self.events.items())]
        field_of(self, "language").choices = [every, *settings.LANGUAGES]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("since", "until"):
            if (day := cleaned.get(name)) and day.year not in YEARS:
                self.add_error(name, _("Please give a day of these years."))
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The period ends before it begins."))
        return cleaned

    def search(self) -> Search:
        """What was asked for; call it when the form is valid."""
        data = self.cleaned_data
        of_label = next((names for names in self.names.values() if data["kind"] in names), [])
        return Search(
            kinds=tuple(of_label),
            event=self.events.get(data["event"]),
            who=data["who"],
            letter=data["letter"],
            language=data["language"],
            since=_begins(data["since"]) if data["since"] else None,
            until=_begins(data["until"] + timedelta(days=1)) if data["until"] else None,
        )


def _begins(day: date) -> datetime:
    """When a day begins on the reader's own clock."""
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def _named(event: Event) -> str:
    return f"{event.title} ({event.wall_date:%Y-%m-%d})"
