"""What the page of every kind of event says about the reader's own place in it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from events import feedback, materials, needs, policies, seats, show_rows, speaker_questions
from events.forms.registration import RegistrationForm, language_words
from events.models import Event, Question, Registration
from members.models import Member


def context_of(event: Event, *, member: Member, at: datetime, form: RegistrationForm | None = None) -> dict[str, Any]:
    """Give the page `place`, the `form` with which she registers or changes what she said, what she `told`, the
    `agenda`, and whether she is asked how it was.

    Also the `materials` that she may open, the door to the `speaker_questions`, and what she `works` at in it.

    Args:
        form: as it was sent, when it has to be looked at again.
    """
    [place] = seats.places([event], member=member, at=at)
    has_form = place.may_register or place.may_cancel
    if form is None and has_form:
        form = RegistrationForm(event=event, member=member, registration=place.registration)
    stands = place.registration is not None and place.registration.stands
    return {
        "place": place,
        "form": form,
        "told": told(place.registration) if stands and place.registration else [],
        "agenda": show_rows.agenda(event),
        "asks_feedback": feedback.is_awaited(event, place.registration, at=at),
        "materials": materials.for_reader(event, member=member, at=at),
        "speaker_questions": speaker_questions.door(event, member=member, at=at),
        "works": policies.works_in(event, by=member, at=at),
        "at": at,
        "page_path": event.get_absolute_url(),  # also where a form that came back is shown at another address
    }


def told(registration: Registration) -> list[tuple[str, str]]:
    """What somebody said when she registered, as pairs of what it is about and her words; empty when nothing."""
    pairs = [
        (_("Interpretation"), language_words(registration.interpretation) if registration.interpretation else ""),
        (_("What helps you to take part"), ", ".join(str(needs.words_for(need)) for need in registration.needs)),
        *((answer.question.words, _words(answer.question, answer.value)) for answer in _answers(registration)),
        (_("Anything else we should know"), registration.note),
    ]
    return [(about, words) for about, words in pairs if words]


def _answers(registration: Registration) -> Any:
    return registration.answers.select_related("question").order_by("question__position", "question")


def _words(question: Question, value: str) -> str:
    """An answer in the reader's language."""
    if question.kind == Question.Kind.YES_NO:
        return {"yes": _("Yes"), "no": _("No")}.get(value, value)
    return dict(question.options()).get(value, value)
