"""The questions of an event in the staff admin's form: words and choices in each language."""

from typing import Any
from zlib import crc32

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.models import Answer, Event, Question
from forestallies.lib import text

FEWEST, MOST = 2, 10
LONGEST = 100  # characters of one choice
SUFFIXES = tuple(code.replace("-", "_") for code, _name in settings.LANGUAGES)
WORDS = tuple(f"words_{suffix}" for suffix in SUFFIXES)
CHOICES = tuple(f"choices_{suffix}" for suffix in SUFFIXES)


class QuestionForm(forms.ModelForm):
    """One question. What was answered already keeps its kind, and the choices that people made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*WORDS, *CHOICES):
            if name in self.fields:
                self.fields[name].required = False
        for name in CHOICES:
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = 4
        if WORDS[0] in self.fields:
            self.fields[WORDS[0]].help_text = _(
                "One language is enough. Readers of the others see the English question."
            )

        if CHOICES[0] in self.fields:
            self.fields[CHOICES[0]].help_text = _(
                "Only for one of several choices: two to ten, in the same order in every language."
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        written = [cleaned[name] for name in WORDS if cleaned.get(name)]
        if not written and not any(name in self.errors for name in WORDS):
            self.add_error(WORDS[0], _("Please write the question, in at least one language."))
        elif written and not cleaned.get(WORDS[0]):
            cleaned[WORDS[0]] = written[0]
        if cleaned.get("kind") == Question.Kind.CHOICE:
            self._clean_choices(cleaned)
        if self.instance.pk and {"kind", *CHOICES} & set(self.changed_data):
            self._keep_what_was_answered(cleaned)
        return cleaned

    def _clean_choices(self, cleaned: dict[str, Any]) -> None:
        """Hold each language to as many lines as the first one has; a language without any is fine."""
        lines = {name: _lines(cleaned.get(name) or "") for name in CHOICES}
        first = next((name for name in CHOICES if lines[name]), CHOICES[0])
        number = len(lines[first])
        if not FEWEST <= number <= MOST:
            self.add_error(first, _("Please give two to ten choices, one per line."))
        elif any(len(line) > LONGEST for line in lines[first]):
            self.add_error(first, _("A choice has at most %(number)d characters.") % {"number": LONGEST})
        elif len(set(lines[first])) < number:
            self.add_error(first, _("Two of these choices say the same."))
        for name in CHOICES:
            if lines[name] and len(lines[name]) != number:
                words = _(
                    "Here are %(here)d lines, but %(there)d in the first language. Please give each choice a line."
                )
                self.add_error(name, words % {"here": len(lines[name]), "there": number})
            else:
                cleaned[name] = "\n".join(lines[name])
        cleaned[CHOICES[0]] = cleaned.get(CHOICES[0]) or "\n".join(lines[first])

    def _keep_what_was_answered(self, cleaned: dict[str, Any]) -> None:
        """Refuse another kind, and choices without those that people made."""
        answered = set(Answer.objects.filter(question=self.instance.pk).values_list("value", flat=True))
        if not answered:
            return
        if "kind" in self.changed_data:
            self.add_error("kind", _("People have answered this question already, so it keeps its kind."))
        elif cleaned.get("kind") == Question.Kind.CHOICE and CHOICES[0] not in self.errors:
            gone = sorted(answered - set(_lines(cleaned.get(CHOICES[0]) or "")))
            if gone:
                words = _("People have chosen this already, so it stays as it is: %(choices)s")
                self.add_error(CHOICES[0], words % {"choices": ", ".join(gone)})


class QuestionFormSet(forms.BaseInlineFormSet):
    """The questions of one event; those that were answered cannot be taken away."""

    def clean(self) -> None:
        super().clean()
        going = [form.instance for form in self.initial_forms if self._should_delete_form(form)]  # type: ignore[attr-defined]  # of BaseModelFormSet, absent from the stubs
        kept = Question.objects.filter(pk__in=[one.pk for one in going if one.pk], answers__isnull=False).distinct()
        if kept:
            words = _("People have answered this already, so it cannot be deleted: %(questions)s")
            raise ValidationError(words % {"questions": ", ".join(f"“{question}”" for question in kept)})


def fingerprints(event: Event) -> list[str]:
    """Name the state of each question, to tell whether somebody else changed them meanwhile."""
    return [f"{row['id']}:{crc32(repr(row).encode()):x}" for row in Question.objects.filter(event=event.pk).values()]


def _lines(choices: str) -> list[str]:
    """The choices as they are stored: tidied as answers are, without empty lines."""
    return [line for line in map(text.tidy, choices.splitlines()) if line]
