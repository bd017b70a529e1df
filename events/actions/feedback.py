"""Answers after an event: the only code that writes them.

Nothing here is audited or logged: the receipt says that somebody answered, and nothing says what. docs/decisions/0012
tells what keeps an answer without a name apart from its writer, and where that ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import SystemRandom

from django.db import transaction
from django.utils.translation import gettext as _

from events import feedback
from events.feedback import AnsweredAlready, FeedbackRefused
from events.locks import lock_event
from events.models import Event, Feedback, FeedbackReceipt, FeedbackTopic
from members.models import Member

FEWEST = 5  # answers that results are made of
GROUP = 3  # answers without a name that results take in together

SAID = ("usefulness", "pace", "sound", "use", "use_words", "most_useful", "to_improve", "may_quote")

_CHANCE = SystemRandom()


@dataclass(frozen=True)
class Knowledge:
    """What somebody says she knew of a topic, 1 to 5; its name is empty for the event as a whole."""

    position: int
    topic: str
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Answers:
    """A filled-in form, checked; what was left out is None or empty.

    Attributes:
        language: in which it was filled in; kept with a name only, because it would tell who wrote in a small group.
    """

    language: str = ""
    usefulness: int | None = None
    pace: str = ""
    sound: int | None = None
    use: str = ""
    use_words: str = ""
    most_useful: str = ""
    to_improve: str = ""
    may_quote: bool = False
    knowledge: tuple[Knowledge, ...] = ()

    @property
    def says_something(self) -> bool:
        """Something was answered; leave to quote is no answer."""
        words = (self.pace, self.use, self.use_words, self.most_useful, self.to_improve)
        return any((*words, self.usefulness, self.sound, *(row.before or row.after for row in self.knowledge)))


@transaction.atomic
def give(*, event: Event, member: Member, answers: Answers, anonymous: bool, at: datetime) -> None:
    """Keep what somebody says about an event, once, with her name or without it.

    With every answer, all answers to this event that have no name are written anew, under new keys and in random order,
    so that neither transaction nor place nor key tells which one came with which receipt.

    Raises:
        AnsweredAlready: nothing was changed.
        FeedbackRefused: the form is not open, or says nothing.
        PermissionDenied: she had no part in the event.
    """
    event = lock_event(event.pk)
    feedback.check_open(event, at)
    feedback.check_has_part(event, member)
    if not answers.says_something:
        raise FeedbackRefused(_("Please answer at least one question."))
    _receipt, is_first = FeedbackReceipt.objects.get_or_create(event=event, member=member)
    if not is_first:
        raise AnsweredAlready(_("You have answered already. Thank you."))
    unnamed = _unnamed(event)
    if anonymous:
        unnamed.append(_Sheet(answers, answers.knowledge, is_counted=False))
    else:
        _write(event, [_Sheet(answers, answers.knowledge, is_counted=True)], member=member, language=answers.language)
    if _are_taken_in(event, unnamed):
        unnamed = [replace(sheet, is_counted=True) for sheet in unnamed]
    _write_anew(event, unnamed)


def forget_name(*, event: Event, member: Member) -> int:
    """Take a name off the answer that somebody gave with it: her figures are mixed with the others, her words go.

    The caller holds the event's lock. Returns how many answers there were; safe to run twice.
    """
    named = list(Feedback.objects.filter(event=event, member=member).prefetch_related("topics"))
    if not named:
        return 0
    sheets = _unnamed(event)
    for row in named:
        row.use_words = row.most_useful = row.to_improve = ""
        row.may_quote = False
        sheets.append(_Sheet(row, list(row.topics.all()), is_counted=True))
    Feedback.objects.filter(event=event, member=member).delete()
    _write_anew(event, sheets)
    return len(named)


@dataclass(frozen=True)
class _Sheet:
    """What one form says, as it came or as it is stored, and whether results count it."""

    said: Answers | Feedback
    knowledge: Sequence[Knowledge | FeedbackTopic]
    is_counted: bool


def _unnamed(event: Event) -> list[_Sheet]:
    rows = Feedback.objects.filter(event=event, member=None).prefetch_related("topics")
    return [_Sheet(row, list(row.topics.all()), feedback.is_counted(row)) for row in rows]


def _are_taken_in(event: Event, unnamed: list[_Sheet]) -> bool:
    """Whether results now take in the answers without a name that wait, or leave them until there are more.

    The first results need FEWEST answers. After that they change by GROUP at least, so that nobody who looks before and
    after learns what one person said.
    """
    named = Feedback.objects.filter(event=event, member__isnull=False).count()
    counted = sum(sheet.is_counted for sheet in unnamed)
    if named + len(unnamed) < FEWEST:
        return False
    return named + counted < FEWEST or len(unnamed) - counted >= GROUP


def _write_anew(event: Event, unnamed: list[_Sheet]) -> None:
    """Put copies, which have nothing of the old rows but what they say, in the place of all answers without a name."""
    Feedback.objects.filter(event=event, member=None).delete()
    _write(event, unnamed)


def _write(event: Event, sheets: list[_Sheet], *, member: Member | None = None, language: str = "") -> None:
    """Write forms in random order, with nothing but what they say. One with a name is counted at once."""
    rows: list[Feedback] = []
    topics: list[FeedbackTopic] = []
    for sheet in _CHANCE.sample(sheets, len(sheets)):
        said = {name: getattr(sheet.said, name) for name in SAID}
        row = Feedback(event=event, member=member, language=language, **said)
        row.seal = feedback.seal(row, counted=sheet.is_counted)
        rows.append(row)
        topics += [_topic(row, known) for known in sheet.knowledge if known.before or known.after]
    Feedback.objects.bulk_create(rows)
    FeedbackTopic.objects.bulk_create(_CHANCE.sample(topics, len(topics)))


def _topic(row: Feedback, known: Knowledge | FeedbackTopic) -> FeedbackTopic:
    return FeedbackTopic(
        feedback=row, position=known.position, topic=known.topic, before=known.before, after=known.after
    )
