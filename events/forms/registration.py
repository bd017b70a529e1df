"""What somebody says when she registers: interpretation, accessibility needs, and the event's own questions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from events import needs, seats
from events.ledger import Wishes
from events.models import Answer, Event, Question, Registration
from forestallies.lib import text
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.models import Member

QUESTION = "question-"
LONGEST = 300


class LineInput(forms.CharField):
    """One line of text, tidied before its length is looked at, as the database will hold it."""

    default_validators = [text.check_printable]

    def to_python(self, value: Any) -> str:
        return text.tidy(super().to_python(value) or "")


class RegistrationForm(SubmissionForm):
    """The short form of one event for one member; it offers what the event has, and takes nothing else.

    Args:
        registration: hers, if she has one: what she said before stands in the form.
    """

    needs = forms.MultipleChoiceField(
        label=gettext_lazy("What helps you to take part"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Please choose from the list.")},
    )
    note = LineInput(label=gettext_lazy("Anything else we should know"), required=False, max_length=LONGEST)

    def __init__(
        self, *args: Any, event: Event, member: Member, registration: Registration | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(Question.objects.filter(event=event.pk))
        field_of(self, "needs").choices = needs.choices()
        self.fields["note"].widget.attrs["autocomplete"] = "off"
        if event.interpretation:
            self.fields["interpretation"] = _interpretation(event)
        for question in self.questions:
            self.fields[_name(question)] = _field(question)
        self.initial.update(_said(event, member, registration))

    def unfolded(self) -> list[BoundField]:
        """What everybody should see: the interpretation, and what has to be answered."""
        names = ["interpretation"] if "interpretation" in self.fields else []
        return [self[name] for name in [*names, *self._questions(required=True)]]

    def folded(self) -> list[BoundField]:
        """What few people need."""
        return [self[name] for name in ["needs", *self._questions(required=False), "note"]]

    def unfolds(self) -> bool:
        """Whether something of the folded part has to be looked at."""
        return any(field.errors for field in self.folded())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.data.get("interpretation") and "interpretation" not in self.fields:
            self.add_error(None, _("There is no interpretation in this event."))
        if any(name.startswith(QUESTION) and name not in self.fields for name in self.data):
            self.add_error(None, _("The questions have changed meanwhile. Please look at them again."))
        return cleaned

    def wishes(self) -> Wishes:
        """What was said, for the seat service."""
        said = self.cleaned_data
        return Wishes(
            interpretation=said.get("interpretation", ""),
            needs=tuple(said["needs"]),
            note=said["note"],
            answers={question.pk: said[_name(question)] for question in self.questions if said[_name(question)]},
        )

    def _questions(self, *, required: bool) -> Iterable[str]:
        return [_name(question) for question in self.questions if question.required == required]


def language_words(code: str) -> str:
    """Name a language in the reader's own, with a capital."""
    return str(get_language_info(code)["name_translated"]).capitalize()


def _name(question: Question) -> str:
    return f"{QUESTION}{question.pk}"


def _interpretation(event: Event) -> forms.ChoiceField:
    none = _("None (floor language: %(language)s)") % {"language": language_words(event.floor_language)}
    return forms.ChoiceField(
        label=_("Interpretation"),
        required=False,
        choices=[("", none), *((code, language_words(code)) for code in event.interpretation)],
        error_messages={"invalid_choice": _("Interpretation into this language is not offered here.")},
    )


def _field(question: Question) -> forms.Field:
    missing = {"required": _("Please answer this question."), "invalid_choice": _("Please choose from the list.")}
    if question.kind == Question.Kind.TEXT:
        return LineInput(
            label=question.words, required=question.required, max_length=LONGEST, error_messages=missing,
            widget=forms.TextInput({"autocomplete": "off"}),
        )  # fmt: skip
    options = question.options() if question.kind == Question.Kind.CHOICE else [("yes", _("Yes")), ("no", _("No"))]
    return forms.ChoiceField(
        label=question.words, required=question.required, choices=[("", _("Choose…")), *options], error_messages=missing
    )


def _said(event: Event, member: Member, registration: Registration | None) -> dict[str, Any]:
    """What stands in the form when it is opened: what she said before, and her language where nothing was said."""
    if registration is None:
        return {"interpretation": seats.usual_interpretation(event, member)}
    answers = Answer.objects.filter(registration=registration).values_list("question", "value")
    return {
        "interpretation": registration.interpretation
        if registration.stands
        else seats.usual_interpretation(event, member),
        "needs": registration.needs,
        "note": registration.note,
        **{f"{QUESTION}{question}": value for question, value in answers},
    }
