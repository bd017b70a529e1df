"""Questions about an application: asked by a coordinator, answered by the applicant through her link."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members import joining_emails
from members.actions.applications import ApplicationRefused, locked
from members.models import Application, Member, Question
from notices import outbox


@transaction.atomic
def ask(*, application: Application, text: str, by: Member, at: datetime) -> Question:
    """Ask the applicant for more; the mail with the question leaves at once, and the application waits for her.

    Raises:
        ApplicationRefused: it is decided on, or an earlier question still waits for its answer.
        PermissionDenied: `by` may not decide.
    """
    application = locked(application, Application.State.INFO_REQUESTED, by=by, at=at)
    question = Question.objects.create(application=application, text=text, asked_by=by, asked_at=at)
    _move(application, Application.State.INFO_REQUESTED)
    record(verb="application.question_asked", subject=application, by=by, at=at, question=question.pk)
    outbox.post_once(joining_emails.more_information(question), at=at)
    return question


@transaction.atomic
def answer(*, application: Application, text: str, at: datetime) -> Question:
    """Take the applicant's answer: her application is in the queue again, and who asked is told.

    Raises:
        ApplicationRefused: no question waits for an answer (any more).
    """
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    question = application.questions.filter(answered_at=None).first()
    if application.state != Application.State.INFO_REQUESTED or question is None:
        raise ApplicationRefused(_("No question waits for an answer any more."))
    question.answer, question.answered_at = text, at
    question.save(update_fields=["answer", "answered_at"])
    _move(application, Application.State.SUBMITTED)
    record(verb="application.question_answered", subject=application, by=None, at=at, question=question.pk)
    outbox.post_many_once(joining_emails.application_answered(question, at=at), at=at)
    return question


def _move(application: Application, state: str) -> None:
    application.state = state
    application.save(update_fields=["state"])
