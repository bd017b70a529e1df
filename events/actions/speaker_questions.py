"""Questions to the speakers: asked, voted for, answered and hidden."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import record
from events import policies
from events.locks import lock_event
from events.models import Event, SpeakerQuestion, SpeakerQuestionVote
from members.models import Member

State = SpeakerQuestion.State
MOST_OPEN = 5  # of one person in one event


class QuestionRefused(Exception):
    """This question or vote cannot be, and nothing was changed; the text is a sentence for the reader."""


@transaction.atomic
def ask(*, event: Event, words: str, with_name: bool, by: Member, at: datetime) -> SpeakerQuestion:
    """Ask the speakers of an event something, until the event's end.

    Without her name nobody reads who asked, on no page; the row knows it, so that she cannot vote for herself.

    Raises:
        QuestionRefused: the event is over or off, or she has as many open questions as one may have.
        PermissionDenied: she takes no part in the event.
    """
    event = lock_event(event.pk)
    policies.check_can_ask_speakers(event, by=by, at=at)
    _check_goes_on(event, at)
    mine = SpeakerQuestion.objects.filter(event=event, member=by, state=State.OPEN).count()
    if mine >= MOST_OPEN:
        words_of_limit = ngettext(
            "You have %(number)d open question here, which is the most.",
            "You have %(number)d open questions here, which is the most. Please wait until one is answered.",
            MOST_OPEN,
        )
        raise QuestionRefused(words_of_limit % {"number": MOST_OPEN})
    made = SpeakerQuestion.objects.create(event=event, member=by, words=words, with_name=with_name, created_at=at)
    record(verb="speaker_question.asked", subject=made, by=by if with_name else None, at=at, event=event.pk)
    return made


@transaction.atomic
def vote(*, event: Event, question_id: int, by: Member, at: datetime) -> None:
    """Wish to hear the answer as well. The same vote again changes nothing, whoever comes first.

    Raises:
        QuestionRefused: it is her own, is answered or hidden, or the event is over.
        PermissionDenied: she takes no part in the event.
    """
    question = _open_question(event, question_id, by=by, at=at)
    if question.member_id == by.pk:
        raise QuestionRefused(_("This is your own question; it counts without your vote."))
    SpeakerQuestionVote.objects.bulk_create([SpeakerQuestionVote(question=question, member=by)], ignore_conflicts=True)


@transaction.atomic
def unvote(*, event: Event, question_id: int, by: Member, at: datetime) -> None:
    """Take one's vote back; without one nothing changes.

    Raises:
        QuestionRefused, PermissionDenied: as `vote`.
    """
    question = _open_question(event, question_id, by=by, at=at)
    SpeakerQuestionVote.objects.filter(question=question, member=by).delete()


@transaction.atomic
def settle(*, event: Event, question_id: int, state: str, by: Member, at: datetime) -> SpeakerQuestion:
    """Mark a question as answered, hide it, or open it again. In the same state already, it stays as it is.

    Raises:
        QuestionRefused: there is no such question here, or it cannot become that.
        PermissionDenied: the person does not lead or help to lead this event.
    """
    policies.check_works(event, "help", by=by, at=at)
    question = SpeakerQuestion.objects.select_for_update(no_key=True).filter(event=event, pk=question_id).first()
    if question is None:
        raise QuestionRefused(_("This question is not there any more."))
    if question.state == state:
        return question
    if state not in SpeakerQuestion.TRANSITIONS[State(question.state)]:
        raise QuestionRefused(_("This question was changed meanwhile. Here is the list as it is now."))
    question.state = state
    question.settled_at, question.settled_by = (None, None) if state == State.OPEN else (at, by)
    question.save(update_fields=["state", "settled_at", "settled_by"])
    record(verb=f"speaker_question.{state}", subject=question, by=by, at=at, event=event.pk)
    return question


def _open_question(event: Event, question_id: int, *, by: Member, at: datetime) -> SpeakerQuestion:
    policies.check_can_ask_speakers(event, by=by, at=at)
    _check_goes_on(event, at)
    question = SpeakerQuestion.objects.filter(event=event, pk=question_id).exclude(state=State.HIDDEN).first()
    if question is None:
        raise QuestionRefused(_("This question is not there any more."))
    if question.state != State.OPEN:
        raise QuestionRefused(_("This question is answered already."))
    return question


def _check_goes_on(event: Event, at: datetime) -> None:
    if not takes_questions(event, at):
        raise QuestionRefused(_("This event is over or does not take place, so nobody can ask any more."))


def takes_questions(event: Event, at: datetime) -> bool:
    """Whether people may ask and vote: until the event's end."""
    return event.state in (Event.State.SCHEDULED, Event.State.CLOSED) and at < event.ends_at
