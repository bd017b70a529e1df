"""What somebody says after an event: a form of one minute in which everything may be left out."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.actions.feedback import SAID, Answers, Knowledge
from events.kinds import Topic
from events.models import Feedback
from forestallies.lib import text
from jobs.forms import SubmissionForm

SCALE = [(number, str(number)) for number in range(1, 6)]
WRONG = {"invalid_choice": _("Please choose from the list.")}


class ProseInput(forms.CharField):
    """Several lines of text, tidied before their length is looked at, as the database will hold them."""

    default_validators = [text.check_printable]

    def __init__(self, *, label: Any, max_length: int) -> None:
        widget = forms.Textarea({"rows": 2, "class": "form-control", "autocomplete": "off"})
        super().__init__(label=label, required=False, max_length=max_length, widget=widget)

    def to_python(self, value: Any) -> str:
        return text.tidy(super().to_python(value) or "", lines=True)


def _scale(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=SCALE, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect,
        error_messages=WRONG,
    )  # fmt: skip


def _choice(label: Any, choices: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=forms.RadioSelect, error_messages=WRONG
    )


class FeedbackForm(SubmissionForm):
    """The form about one event; the portal does not keep who wrote it while `anonymous` is ticked, as it is at first.

    Ticked, because candour should not need a decision, and because the more answers come without a name, the less each
    of them says of its writer.

    Args:
        topics: of the event, with the reader's words for them.
    """

    usefulness = _scale(_("How useful was it for you?"))
    pace = _choice(_("How was the pace?"), Feedback.Pace.choices)
    sound = _scale(_("How good were interpretation and sound?"))
    use = _choice(_("Can you use something from this event within three months?"), Feedback.Use.choices)
    use_words = ProseInput(label=_("What will you use?"), max_length=1000)
    most_useful = ProseInput(label=_("What was most useful?"), max_length=2000)
    to_improve = ProseInput(label=_("What should we improve?"), max_length=2000)
    may_quote = forms.BooleanField(label=_("You may quote my words."), required=False)
    anonymous = forms.BooleanField(label=_("Answer without my name"), required=False, initial=True)

    def __init__(self, *args: Any, topics: Iterable[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = list(topics)
        for number, topic in enumerate(self.topics):
            self.fields[f"before-{number}"] = _scale(_("%(topic)s: before") % {"topic": topic.label})
            self.fields[f"after-{number}"] = _scale(_("%(topic)s: after") % {"topic": topic.label})

    def knowledge(self) -> list[tuple[Topic, BoundField, BoundField]]:
        """Each topic with its two scales."""
        return [(topic, self[f"before-{number}"], self[f"after-{number}"]) for number, topic in enumerate(self.topics)]

    def answers(self) -> Answers:
        """What was said, for the action that keeps it."""
        said = self.cleaned_data
        told = [
            Knowledge(number, topic.name, said[f"before-{number}"], said[f"after-{number}"])
            for number, topic in enumerate(self.topics)
        ]
        words = {name: said[name] for name in SAID}
        return Answers(language=get_language() or "", knowledge=tuple(told), **words)
