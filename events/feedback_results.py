"""What people said about an event, for those who run it: figures from five answers on, and words in random order.

docs/decisions/0012 tells why an answer without a name never appears alone.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from statistics import mean

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events import feedback, kinds
from events.actions.feedback import FEWEST, GROUP
from events.feedback_requests import asked
from events.models import Event, Feedback, FeedbackTopic

QUESTIONS: tuple[tuple[str, str | Promise], ...] = (
    ("most_useful", gettext_lazy("What was most useful")),
    ("to_improve", gettext_lazy("What we should improve")),
    ("use_words", gettext_lazy("What people will use")),
)

_CHANCE = SystemRandom()


@dataclass(frozen=True)
class Bar:
    """One possible answer: how many gave it, and how much that is of all who answered the question, in per cent."""

    label: str
    count: int
    share: int


@dataclass(frozen=True)
class Spread:
    """How the answers to one question are spread; `average` is of a scale from 1 to 5."""

    title: str
    bars: list[Bar]
    average: float | None = None

    @property
    def answers(self) -> int:
        return sum(bar.count for bar in self.bars)


@dataclass(frozen=True)
class Learnt:
    """What people knew of a topic before and after, on average, of those who said both."""

    topic: str
    answers: int
    before: float
    after: float

    @property
    def before_share(self) -> int:
        return round(self.before * 20)

    @property
    def after_share(self) -> int:
        return round(self.after * 20)


@dataclass(frozen=True)
class Said:
    """Somebody's words; her name only where she gave it and may be quoted."""

    words: str
    name: str = ""
    language: str = ""


@dataclass(frozen=True)
class Voices:
    """The words people wrote to one question."""

    title: str
    said: list[Said]


@dataclass(frozen=True)
class Results:
    """What the team may read of the answers to one event.

    Attributes:
        answers: how many there are while they are few, and how many the results count from then on.
        asked: how many people could answer.
        words_wait: there are too few answers without a name to show their words.
    """

    answers: int
    asked: int
    are_shown: bool = False
    spreads: Sequence[Spread] = ()
    learnt: Sequence[Learnt] = ()
    quotable: Sequence[Voices] = ()
    internal: Sequence[Voices] = ()
    words_wait: bool = False


def number_shown(event: Event, *, at: datetime) -> int:
    """How many answers the team may know of, as `Results.answers`, in one query."""
    rows = list(Feedback.objects.filter(event=event).only("seal"))
    counted = len(_counted(event, rows, at))
    return len(rows) if min(len(rows), counted) < FEWEST else counted


def results_of(event: Event, *, at: datetime) -> Results:
    """Give the results of an event's feedback, in four queries; figures only where FEWEST answers are counted.

    Answers without a name that came since are left out until there are enough of them, or until the form has closed.
    """
    rows = list(Feedback.objects.filter(event=event).select_related("member").prefetch_related("topics"))
    counted = _counted(event, rows, at)
    if min(len(rows), len(counted)) < FEWEST:
        return Results(answers=len(rows), asked=asked(event))
    unnamed = sum(row.member_id is None for row in counted)
    heard = [row for row in counted if row.member_id or unnamed >= GROUP]
    _CHANCE.shuffle(heard)
    return Results(
        answers=len(counted),
        asked=asked(event),
        are_shown=True,
        spreads=_spreads(counted),
        learnt=_learnt(event, counted),
        quotable=_voices(row for row in heard if row.may_quote),
        internal=_voices(row for row in heard if not row.may_quote),
        words_wait=0 < unnamed < GROUP,
    )


def _counted(event: Event, rows: list[Feedback], at: datetime) -> list[Feedback]:
    is_final = at >= feedback.closes_at(event)
    return [row for row in rows if is_final or feedback.is_counted(row)]


def _spreads(rows: list[Feedback]) -> list[Spread]:
    numbers = [(number, str(number)) for number in range(5, 0, -1)]
    return [
        _spread(_("Usefulness"), [row.usefulness for row in rows], numbers, is_scale=True),
        _spread(_("Interpretation and sound"), [row.sound for row in rows], numbers, is_scale=True),
        _spread(_("Pace"), [row.pace for row in rows], Feedback.Pace.choices),
        _spread(_("Can use something within three months"), [row.use for row in rows], Feedback.Use.choices),
    ]


def _spread(
    title: str, said: Iterable[object], choices: Iterable[tuple[object, object]], *, is_scale: bool = False
) -> Spread:
    given = [value for value in said if value]
    counts = Counter(given)
    bars = [
        Bar(str(label), counts[value], round(100 * counts[value] / len(given)) if given else 0)
        for value, label in choices
    ]
    average = mean(value for value in given if isinstance(value, int)) if is_scale and given else None
    return Spread(title, bars, average)


def _learnt(event: Event, rows: list[Feedback]) -> list[Learnt]:
    """Topics in their order; in the reader's words where the event still has them, else as they were stored."""
    labels = {topic.name: topic.label for topic in [*feedback.topics_of(event), _whole()]}
    said: dict[tuple[int, str], list[FeedbackTopic]] = {}
    for row in rows:
        for topic in row.topics.all():
            if topic.before and topic.after:
                said.setdefault((topic.position, topic.topic), []).append(topic)
    return [
        Learnt(
            labels.get(name, name),
            len(told),
            mean(topic.before or 0 for topic in told),
            mean(topic.after or 0 for topic in told),
        )
        for (_position, name), told in sorted(said.items())
    ]


def _whole() -> kinds.Topic:
    return kinds.Topic("", _("The event as a whole"))


def _voices(rows: Iterable[Feedback]) -> list[Voices]:
    """Words by question, each in an order of its own, so that what one person wrote does not stand together."""
    rows = list(rows)
    found = []
    for field, title in QUESTIONS:
        said = [_said(row, words) for row in rows if (words := getattr(row, field))]
        _CHANCE.shuffle(said)
        if said:
            found.append(Voices(str(title), said))
    return found


def _said(row: Feedback, words: str) -> Said:
    if row.member is None or not row.may_quote:
        return Said(words)
    return Said(words, row.member.name, row.language)
