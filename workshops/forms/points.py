"""Actions and drafts of a group: written down, and carried to the next gathering or dropped."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forestallies.lib import text
from forestallies.lib.form_fields import field_of
from forestallies.lib.links import check_web_link
from forestallies.lib.zones import YEARS
from jobs.forms import SubmissionForm
from members.models import Member, Organisation
from workshops.actions.points import WRITTEN, Choice
from workshops.models import OpenPoint, Workshop

DROP = "drop"
WORDS = gettext_lazy("Please say why it is dropped, in a few words.")


class PointForm(SubmissionForm, forms.ModelForm):
    """What, who and by when.

    Args:
        people: who can be named to do it, with the one who is named now.
        organisations: the same of organisations.
    """

    who = forms.ChoiceField(label=gettext_lazy("Who does it?"), required=False)
    link = forms.URLField(
        label=gettext_lazy("Link to the draft"),
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[check_web_link],
        widget=forms.URLInput({"inputmode": "url", "placeholder": "https://"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    class Meta:
        model = OpenPoint
        fields = ("kind", "what", "owner_words", "due_on", "text", "link")
        widgets = {
            "due_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "text": forms.Textarea({"rows": 3}),
        }
        labels = {
            "kind": gettext_lazy("Action or draft"),
            "what": gettext_lazy("What is to be done, or what the draft is called"),
            "owner_words": gettext_lazy("Or somebody else, in words"),
            "due_on": gettext_lazy("By when"),
            "text": gettext_lazy("More about it, or the text so far"),
        }

    def __init__(
        self, *args: Any, people: Iterable[Member], organisations: Iterable[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        now = self.instance
        self.people = {f"member:{one.pk}": one for one in (*people, *filter(None, [now.owner]))}
        self.organisations = {
            f"organisation:{one.pk}": one for one in (*organisations, *filter(None, [now.organisation]))
        }
        who = field_of(self, "who")
        who.choices = [
            ("", _("Nobody yet, or somebody else")),
            (_("People of this workshop"), [(key, one.name) for key, one in self.people.items()]),
            (_("Organisations"), [(key, one.name) for key, one in self.organisations.items()]),
        ]
        who.initial = (now.owner_id and f"member:{now.owner_id}") or (
            now.organisation_id and f"organisation:{now.organisation_id}"
        )
        self.fields["version"].initial = now.version
        self.fields["kind"].initial = now.kind or OpenPoint.Kind.ACTION
        field_of(self, "kind").choices = OpenPoint.Kind.choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("who") and cleaned.get("owner_words"):
            self.add_error("owner_words", _("Please choose somebody from the list or write a name, one of the two."))
        due_on = cleaned.get("due_on")
        if due_on and due_on.year not in YEARS:
            self.add_error("due_on", _("Enter a valid date."))
        return cleaned

    def take_version(self, version: int) -> None:
        """Let the next sending replace a version that somebody else made meanwhile."""
        data: Any = self.data  # a QueryDict
        self.data = data.copy()
        self.data["version"] = str(version)  # type: ignore[index]  # a QueryDict

    def values(self) -> dict[str, Any]:
        """What was written, by field name of `OpenPoint`."""
        said = self.cleaned_data
        named = {"owner": self.people.get(said["who"]), "organisation": self.organisations.get(said["who"])}
        return {name: named[name] if name in named else said[name] for name in WRITTEN}

    def key(self) -> UUID:
        """The key of this sending: going back and sending other words is another one."""
        return uuid5(self.cleaned_data["submission"], repr(sorted(self.values().items(), key=lambda pair: pair[0])))


class StateForm(SubmissionForm):
    """Done, dropped or open again."""

    state = forms.ChoiceField(choices=OpenPoint.State.choices)
    reason = forms.CharField(required=False, max_length=300, validators=[text.check_printable])

    def clean_reason(self) -> str:
        return text.tidy(self.cleaned_data["reason"])


class CarryForm(SubmissionForm):
    """For each open point of earlier gatherings a workshop of this one, or that it is dropped and why.

    Args:
        points: those that wait.
        workshops: where they can go.
    """

    def __init__(self, *args: Any, points: Iterable[OpenPoint], workshops: Iterable[Workshop], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = list(points)
        targets = [(str(one.pk), one.title) for one in workshops]
        choices = [("", _("Leave it open for now")), *targets, (DROP, _("Drop it"))]
        for point in self.points:
            self.fields[f"to_{point.pk}"] = forms.ChoiceField(label=_("Goes to"), choices=choices, required=False)
            words = _("Where “%(what)s” goes") % {"what": point.what}
            self.fields[f"to_{point.pk}"].widget.attrs["aria-label"] = words
            self.fields[f"reason_{point.pk}"] = forms.CharField(
                label=_("Why it is dropped"), required=False, max_length=300, validators=[text.check_printable]
            )

    def rows(self) -> list[tuple[OpenPoint, forms.BoundField, forms.BoundField]]:
        return [(point, self[f"to_{point.pk}"], self[f"reason_{point.pk}"]) for point in self.points]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for point in self.points:
            reason = f"reason_{point.pk}"
            if cleaned.get(f"to_{point.pk}") == DROP and reason not in self.errors and not cleaned.get(reason):
                self.add_error(reason, str(WORDS))
        if not self.errors and not self.choices():
            self.add_error(None, _("Please choose for at least one of them."))
        return cleaned

    def choices(self) -> list[Choice]:
        """What was decided; what stays open is not among it."""
        said = self.cleaned_data
        made = []
        for point in self.points:
            where = said.get(f"to_{point.pk}")
            if where == DROP:
                made.append(Choice(point.pk, reason=text.tidy(said[f"reason_{point.pk}"])))
            elif where:
                made.append(Choice(point.pk, target=int(where)))
        return made
