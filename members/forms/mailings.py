"""Writing a letter: to whom, and what in each language."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forestallies.lib import links, text, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members import letters
from members.audiences import Selection, Spread, Target
from members.models import Mailing
from members.models.mailings import LANGUAGES, SUBJECT_LENGTH, TEXT_LENGTH, Words, columns


class Line(forms.CharField):
    """One line that may be empty, tidied as it is stored."""

    def to_python(self, value: Any) -> str:
        return text.tidy(super().to_python(value) or "", lines=isinstance(self.widget, forms.Textarea))


class MailingForm(SubmissionForm):
    """A letter, finished or not: a draft may be empty, but what is there has to be fit to be read.

    Args:
        target: whose people it is for.
        spread: all of them in numbers, for the countries and languages that can be chosen.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Whom you write to"), required=False, widget=forms.CheckboxSelectMultiple
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Only from these countries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: from all countries."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Only who read these languages"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: whatever they read."),
    )
    english_instead = forms.BooleanField(
        label=gettext_lazy("English instead: who reads a language without a text gets the English one"), required=False
    )
    is_important = forms.BooleanField(
        label=gettext_lazy("Important: leaves at once, day or night, and reaches people who want no letters as well"),
        required=False,
        help_text=gettext_lazy("For what people would be angry to have missed. Otherwise it waits for their morning."),
    )

    def __init__(
        self, *args: Any, target: Target, spread: Spread, mailing: Mailing | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"groups": target.chosen, **_initial(mailing), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.target, self.spread = target, spread
        self.present_version: int | None = None  # set when another person's is in the way: the next sending replaces it
        field_of(self, "groups").choices = list(target.groups.items())
        kept = kwargs["initial"]
        countries = {*spread.countries, *kept.get("countries", ())}
        by_name = sorted(((code, _country(code)) for code in countries), key=lambda pair: zones.unaccented(pair[1]))
        field_of(self, "countries").choices = _with_numbers(by_name, spread.countries)
        names = [(code, letters.language_name(code)) for code in LANGUAGES]
        field_of(self, "languages").choices = _with_numbers(names, spread.languages)
        for code in LANGUAGES:
            subject, body = columns(code)
            named = [text.in_language(words, code) for words in (_("Subject"), _("Text"))]
            self.fields[subject] = Line(label=named[0], required=False, max_length=SUBJECT_LENGTH)
            self.fields[body] = Line(
                label=named[1], required=False, max_length=TEXT_LENGTH, widget=forms.Textarea({"rows": 9})
            )
            for name in (subject, body):
                field_of(self, name).validators.append(text.check_printable)
                field_of(self, name).widget.attrs["lang"] = code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        known = letters.placeholders_of(self.target.of)
        for name in (name for code in LANGUAGES for name in columns(code)):
            words = cleaned.get(name) or ""
            for unknown in letters.unknown_placeholders(words, known):
                self.add_error(name, _unknown(unknown, known))
            if links.holds_personal(words):
                self.add_error(name, _("There is a link in it that opens one person’s own page. Please take it out."))
        if self.target.needs_group and not cleaned.get("groups") and "groups" not in self.errors:
            self.add_error("groups", _("Please tick at least one group."))
        return cleaned

    def selection(self) -> Selection:
        chosen = {name: tuple(self.cleaned_data[name]) for name in ("groups", "countries", "languages")}
        return Selection(of=self.target.of, id=self.target.id, **chosen)

    def words(self) -> dict[str, Words]:
        return {code: Words(*(self.cleaned_data[name] for name in columns(code))) for code in LANGUAGES}

    def options(self) -> dict[str, bool]:
        return {name: self.cleaned_data[name] for name in ("english_instead", "is_important")}

    def key(self) -> UUID:
        """The key of this sending. A page that was sent once may be sent again with other words: they count as well."""
        given = [self.selection(), self.words(), self.options(), self.cleaned_data["version"]]
        return uuid5(self.cleaned_data["submission"], repr(given))

    @property
    def version_to_send(self) -> Any:
        return self.present_version or self["version"].value() or ""

    def parts(self) -> list[dict[str, Any]]:
        """The fields of each language, with how many of all the people read it; those to write first are open."""
        readers = self.spread.languages
        most = max(LANGUAGES, key=lambda code: readers[code])
        made = []
        for code in LANGUAGES:
            subject, body = (self[name] for name in columns(code))
            is_written = bool(subject.value() or body.value())
            made.append({
                "code": code,
                "name": letters.language_name(code),
                "subject": subject,
                "text": body,
                "readers": readers[code],
                "is_written": is_written,
                "opens": is_written or bool(subject.errors or body.errors) or code in (most, "en"),
            })  # fmt: skip
        return made

    @property
    def is_filtered(self) -> bool:
        """Whether countries or languages are chosen, or were refused."""
        return any(_holds(self[name]) for name in ("countries", "languages"))


def _holds(field: BoundField) -> bool:
    return bool(field.value() or field.errors)


def _initial(mailing: Mailing | None) -> dict[str, Any]:
    if mailing is None:
        return {}
    selection = Selection.parse(mailing.audience)
    return {
        "version": mailing.version,
        "groups": selection.groups,
        "countries": selection.countries,
        "languages": selection.languages,
        "english_instead": mailing.english_instead,
        "is_important": mailing.is_important,
        **initial_words(mailing.all_words()),
    }


def initial_words(words: dict[str, Words]) -> dict[str, str]:
    """Subjects and texts as a form begins with them."""
    pairs = [zip(columns(code), (one.subject, one.text), strict=True) for code, one in words.items()]
    return {name: value for pair in pairs for name, value in pair}


def _country(code: str) -> str:
    return zones.country_name(code) if code else _("no country given")


def _with_numbers(named: list[tuple[str, str]], numbers: Counter[str]) -> list[tuple[str, str]]:
    return [(code, f"{name} ({numbers[code]})") for code, name in named]


def _unknown(placeholder: str, known: tuple[str, ...]) -> ValidationError:
    words = _("{%(unknown)s} is not known here. Between braces you can write %(known)s.")
    return ValidationError(words % {"unknown": placeholder, "known": letters.in_braces(known)})


class SendForm(SubmissionForm):
    """The button that sends, with the number of people that its reader was shown."""

    expected = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class TrialForm(SubmissionForm):
    """In which language to try a letter on oneself; empty: in all that are written."""

    language = forms.ChoiceField(required=False, label=gettext_lazy("In which language"))

    def __init__(self, *args: Any, mailing: Mailing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.written = [code for code, words in mailing.all_words().items() if words.are_complete]
        field_of(self, "language").choices = [
            ("", _("All that are written")),
            *((code, letters.language_name(code)) for code in self.written),
        ]

    def languages(self) -> list[str]:
        chosen = self.cleaned_data["language"]
        return [chosen] if chosen else self.written
