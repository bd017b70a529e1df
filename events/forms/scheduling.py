"""The staff admin's form of an event: its words, when it takes place, and what somebody else changed meanwhile."""

import json
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Entry
from events.actions.schedule import LONGEST
from events.forms.opening import OpeningFields
from events.forms.questions import fingerprints
from events.models import Event, Question
from forestallies.lib import clock, text, zones
from forestallies.lib.form_fields import field_of
from members.models import Member

WHEN = ("wall_date", "wall_time", "zone", "minutes")
HIDDEN = ("seen", "opened")
QUESTIONS = "questions"  # stands beside the fields in `opened`
TITLES = tuple(f"title_{code.replace('-', '_')}" for code, _name in settings.LANGUAGES)


def version(event: Event) -> str:
    """Name the state of a row, to tell whether it is still the one that somebody has on her screen."""
    return event.updated_at.isoformat(timespec="microseconds")


class EventForm(OpeningFields):
    """What a facilitator writes. Times, seats and state are only read here; the actions decide on them.

    Attributes:
        refusal: what an action refused at the first try, as field (or None) and sentence; drawn beside the field.
        editor: who is writing.
        countries: of the local times, for an event that has none yet.
        seen, opened: the version and the values that were on the screen, for the comparison on the way back.
    """

    refusal: tuple[str | None, str] | None = None
    editor: Member
    countries: tuple[str, ...] = ()

    wall_date = forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    wall_time = forms.TimeField(widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    zone = forms.ChoiceField(help_text=gettext_lazy("The date and the time above are those of this zone."))
    minutes = forms.IntegerField(
        min_value=1,
        max_value=LONGEST,
        error_messages={
            "min_value": gettext_lazy("An event lasts at least one minute."),
            "max_value": gettext_lazy("An event lasts at most 24 hours."),
        },
    )
    state = forms.ChoiceField(
        choices=[(state.value, state.label) for state in (Event.State.DRAFT, Event.State.SCHEDULED)],
        initial=Event.State.DRAFT,
        help_text=gettext_lazy("A draft is seen by the team only. A scheduled event is seen by its whole audience."),
    )
    interpretation = forms.MultipleChoiceField(
        choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple, required=False
    )
    reminders = forms.MultipleChoiceField(
        choices=Event.Reminder.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy(
            "To everybody with a seat, at each person's own local time. One whose hour is past is not made up for."
        ),
    )
    join_url = forms.URLField(
        required=False,
        assume_scheme="https",
        max_length=200,
        help_text=gettext_lazy("People with a seat get it shortly before the start, on the page of the event."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and not self.instance.countries:
            self.instance.countries = list(self.countries)
        for name, field in self.fields.items():
            if name not in HIDDEN and not field.label:
                field.label = capfirst(str(self._meta.model._meta.get_field(name).verbose_name))
        if "zone" in self.fields:
            field_of(self, "zone").choices = self._zones()
        self._ask_for_one_title()
        self.draw_opening(clock.now())
        if self.instance.pk:
            self.initial.update(seen=version(self.instance), opened=json.dumps(self.as_sent()))

    def _zones(self) -> list[tuple[str, str]]:
        """Every zone with its offset at the time of the event, and the event's own one whatever it is."""
        offered = dict(zones.zone_choices(self.instance.starts_at or clock.now()))
        own = [zone for zone in ("UTC", self.instance.zone) if zone and zone not in offered]
        return [*((zone, zone) for zone in dict.fromkeys(own)), *offered.items()]

    def _ask_for_one_title(self) -> None:
        for name in TITLES:
            if name in self.fields:
                self.fields[name].required = False
        if TITLES[0] in self.fields:
            self.fields[TITLES[0]].help_text = _("One language is enough. Readers of the others see the English title.")

    def is_valid(self) -> bool:
        """Somebody who goes back from the question gets her form again, as she filled it in."""
        return super().is_valid() and "_back" not in self.data

    @cached_property
    def changed_data(self) -> list[str]:
        """Name the fields that really differ from the row: line ends alone do not, nor do the hidden fields."""
        changed = [name for name in super().changed_data if name not in HIDDEN and not self._says_the_same(name)]
        return changed + self.moved_with_zone(changed)

    def _says_the_same(self, name: str) -> bool:
        before, after = self.initial.get(name), getattr(self, "cleaned_data", {}).get(name)
        if isinstance(before, str) and isinstance(after, str):
            return text.tidy(before, lines=True) == text.tidy(after, lines=True)
        return False

    def clean_wall_date(self) -> date:
        day: date = self.cleaned_data["wall_date"]
        if day.year not in zones.YEARS:
            raise ValidationError(_("Enter a valid date."), code="invalid")
        return day

    def clean_reminders(self) -> list[str]:
        """In the order in which they come, each once."""
        return [code for code in Event.Reminder.values if code in self.cleaned_data["reminders"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and cleaned.get("seen") != version(self.instance):
            self._show_what_changed_meanwhile()
        if TITLES[0] in self.fields and not any(name in self.errors for name in TITLES):
            written = [cleaned[name] for name in TITLES if cleaned.get(name)]
            if not written:
                self.add_error(TITLES[0], _("Please give a title, in at least one language."))
            elif not cleaned.get(TITLES[0]):
                cleaned[TITLES[0]] = written[0]
        self.clean_opening(cleaned)
        if self.refusal:
            field, words = self.refusal
            self.add_error(field if field in self.fields else None, words)
        return cleaned

    def as_sent(self) -> dict[str, list[str]]:
        """What a browser would send for the stored values, by field."""
        sent = {}
        for name, field in self.fields.items():
            if name in HIDDEN:
                continue
            widget: Any = field.widget
            value = widget.format_value(field.prepare_value(self.get_initial_for_field(field, name)))
            values = value if isinstance(value, list | tuple) else [value]
            sent[name] = [str(one) for one in values if one not in (None, "")]
        return {**sent, QUESTIONS: fingerprints(self.instance)} if self.instance.pk else sent

    def _show_what_changed_meanwhile(self) -> None:
        """Keep what she wrote, take over what only somebody else changed, and name both; nothing is saved."""
        opened, now = self._opened(), type(self)(instance=self.instance).as_sent()
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        theirs = []
        for name, current in now.items():
            if name == QUESTIONS:
                continue
            typed = [text.tidy(one, lines=True) for one in self.data.getlist(name) if one]  # type: ignore[attr-defined]  # a QueryDict
            if current == opened.get(name) or current == typed:
                continue
            theirs.append(str(self.fields[name].label))
            if typed == opened.get(name):
                data.setlist(name, current)
            else:
                self.add_error(name, _("Now it says: %(value)s") % {"value": self._shown(name, current)})
        if now[QUESTIONS] != opened.get(QUESTIONS):
            theirs.append(str(Question._meta.verbose_name_plural))
            asked = ", ".join(f"“{question}”" for question in Question.objects.filter(event=self.instance.pk)) or "–"
            self.add_error(None, _("It asks now: %(questions)s") % {"questions": asked})
        data["seen"], data["opened"] = version(self.instance), json.dumps(now)
        self.data = data
        self.add_error(None, self._conflict(theirs))

    def _opened(self) -> dict[str, Any]:
        try:
            opened = json.loads(self.data.get("opened", ""))
        except ValueError:
            return {}
        return opened if isinstance(opened, dict) else {}

    def _shown(self, name: str, values: list[str]) -> str:
        """Say a field's values as a reader knows them."""
        choices = {str(value): str(label) for value, label in getattr(self.fields[name], "choices", [])}
        return ", ".join(choices.get(value, value) for value in values) or "–"

    def _conflict(self, theirs: list[str]) -> str:
        entries = Entry.objects.filter(subject_type__in=self._audited_as(), subject_id=self.instance.pk)
        actor = Member.objects.filter(pk__in=entries.order_by("-id").values("actor_id")[:1]).first()
        if actor is None:
            words = _("Somebody changed this while you were writing: %(fields)s.")
        elif actor == self.editor:
            words = _("You changed this in another window meanwhile: %(fields)s.")
        else:
            words = _("%(name)s changed this while you were writing: %(fields)s.")
        said = words % {"name": actor.name if actor else "", "fields": ", ".join(theirs) or "–"}
        return (
            said + " " + _("Nothing is saved yet, and what you wrote is still here. Please look at it and save again.")
        )

    def _audited_as(self) -> list[str]:
        return [Event._meta.label_lower, type(self.instance)._meta.label_lower]


class CancellationForm(forms.Form):
    """Why an event does not take place, for those who wanted to come."""

    reason = forms.CharField(
        label=gettext_lazy("What shall they read?"),
        help_text=gettext_lazy(
            "Why it does not take place, and what comes instead. Everybody gets these words as they are."
        ),
        max_length=600,
        widget=forms.Textarea({"rows": 4}),
        validators=[text.check_printable],
    )

    def clean_reason(self) -> str:
        return text.tidy(self.cleaned_data["reason"], lines=True)
