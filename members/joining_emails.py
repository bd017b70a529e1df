"""The mails of an application on its way: questions, answers, and the link that continues a form."""

from datetime import datetime

from django.urls import reverse

from forestallies.lib import links, zones
from members.emails import about, to, to_applicant
from members.models import Application, ApplicationDraft, Circle, Grant, Member, Question
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.outbox import Posting
from notices.render import Draft, Message, Recipient, render

QUESTION, ANSWERED, CONTINUE = "more_information", "application_answered", "application_draft"
QUESTION_GUARD = "members.more_information"

# The link in a question's mail. The one of the first mail, of which the portal keeps only a hash, stays good beside it.
STATUS = links.SignedLink(name="application_status", salt="members.application_status")


def more_information(question: Question) -> Posting:
    """Ask the applicant for more: the question itself, and the link where she answers. Drawn when it is sent."""
    application = question.application
    return Posting(
        message=Draft(QUESTION, to_applicant(application), {"question": question.pk}),
        key=f"{QUESTION}:{question.pk}",
        guard=QUESTION_GUARD,
        subject_ref=f"{question.pk}",
        sensitive=True,
    )


def draw_more_information(facts: Facts, _at: datetime) -> Message:
    """Write it, with the link in it."""
    question = Question.objects.select_related("application__community").get(pk=facts["question"])
    application = question.application
    context = {"application": application, "question": question.text, "link": STATUS.address(application.pk)}
    return render(QUESTION, to_applicant(application), context, about=about(application))


def question_waits(subject_ref: str, _at: datetime) -> Verdict:
    """A question that was answered, or whose application has its answer, is not asked any more."""
    waiting = Question.objects.filter(
        pk=int(subject_ref), answered_at=None, application__state=Application.State.INFO_REQUESTED
    )
    return Verdict(True) if waiting.exists() else Verdict(False, "The question waits for no answer any more.")


def application_answered(question: Question, *, at: datetime) -> list[Posting]:
    """Tell who asked that there is an answer; the other coordinators when she is none any more. It names no person."""
    application = question.application
    link = links.absolute(reverse("application_detail", args=[application.pk]))
    context = {"community": application.community, "link": link}
    return [
        Posting(
            message=render(ANSWERED, to(one), context, about=about(application)),
            key=f"{ANSWERED}:{question.pk}:{one.pk}",
        )
        for one in _coordinators(question, at=at)
    ]


def _coordinators(question: Question, *, at: datetime) -> list[Member]:
    circle: Circle = question.application.community.circle
    grants = Grant.objects.current(at).filter(right=Grant.Right.COORDINATOR, circle=circle)
    every = list(Member.objects.active().filter(grants__in=grants).order_by("pk").distinct())
    return [one for one in every if one.pk == question.asked_by_id] or every


def application_draft(draft: ApplicationDraft, *, token: str) -> Posting:
    """Send the link that continues a form. Nothing of what was typed is in it: anybody can type any address."""
    link = links.absolute(reverse("application_continue", args=[token]))
    recipient = Recipient(draft.email, "", draft.language, "UTC")
    context = {
        "community": draft.community,
        "link": link,
        "until": zones.local(draft.expires_at, "UTC", draft.language).day,
    }
    return Posting(
        message=render(CONTINUE, recipient, context, about=()),
        key=f"{CONTINUE}:{draft.pk}",
        expires_at=draft.expires_at,
        sensitive=True,
    )


drawers.register(QUESTION, draw_more_information)
guards.register(QUESTION_GUARD, question_waits)
