"""Questions to the speakers: the page on which people ask and vote, and the team's page beside it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from events import policies
from events import speaker_questions as pages
from events.actions import speaker_questions
from events.actions.speaker_questions import QuestionRefused
from events.forms.speaker_questions import QuestionForm
from events.models import Event, SpeakerQuestion
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.submissions import Result
from members.requests import MemberRequest

State = SpeakerQuestion.State
PER_PAGE = 40
SAID = {
    "ask": gettext_lazy("Thank you. Your question is on the list."),
    "vote": gettext_lazy("Thank you for your vote."),
    "unvote": gettext_lazy("Your vote is taken back."),
    "answered": gettext_lazy("The question is marked as answered."),
    "hidden": gettext_lazy("The question is hidden. Only the team sees it now."),
    "open": gettext_lazy("The question is on the list again."),
}
AGAIN = gettext_lazy("This page was sent before. Here is the list as it is now; please press again.")


@require_http_methods(["GET", "HEAD", "POST"])
def speaker_questions_page(request: MemberRequest, event_id: int) -> HttpResponse:
    """Show the questions, the most wanted first; ask one (`do` is `ask`), or press a button beside one."""
    at = clock.now()
    event = get_object_or_404(Event.objects.visible_to(request.user, at=at), pk=event_id)
    policies.check_can_ask_speakers(event, by=request.user, at=at)
    if request.method != "POST":
        return _show(request, event, QuestionForm(), at=at)
    if request.POST.get("do") == "ask":
        return _ask(request, event, at)
    acts = {
        "vote": partial(speaker_questions.vote, event=event, by=request.user, at=at),
        "unvote": partial(speaker_questions.unvote, event=event, by=request.user, at=at),
    }
    if _press(request, acts, at):
        return redirect(request.get_full_path())
    return _show(request, event, QuestionForm(), at=at, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("help")
def speaker_question_list(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show all questions, hidden ones too; mark them as answered, hide them, show them again."""
    at = clock.now()
    acts = {
        state.value: partial(speaker_questions.settle, event=event, state=state.value, by=request.user, at=at)
        for state in State
    }
    if request.method == "POST" and _press(request, acts, at):
        return redirect(request.get_full_path())
    rows = list(pages.listed(event, reader=request.user))
    context = {
        "groups": [
            (state, [row for row in rows if row.state == state]) for state in (State.OPEN, State.ANSWERED, State.HIDDEN)
        ],
        "number": len(rows),
        "unanswered": sum(row.state == State.OPEN for row in rows),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "events/staff/speaker_questions.html", framed(request, event, context), status=status)


def _ask(request: MemberRequest, event: Event, at: datetime) -> HttpResponse:
    form = QuestionForm(request.POST)

    def act() -> Result:
        said = form.cleaned_data
        made = speaker_questions.ask(
            event=event, words=said["words"], with_name=not said["without_name"], by=request.user, at=at
        )
        return {"question": made.pk, "said": "ask"}

    if form.is_valid():
        if refusal := _once(request, form, f"speaker_question:{event.pk}", act, at):
            form.add_error(None, refusal)
        else:
            return redirect("speaker_questions", event.pk)
    return _show(request, event, form, at=at, status=422)


def _press(request: MemberRequest, acts: Mapping[str, Callable[..., Any]], at: datetime) -> bool:
    """Do what a button says; its name is the act and its value the question. False when it was refused, and said so."""
    form, chosen = SubmissionForm(request.POST), next((name for name in acts if name in request.POST), "")
    question = request.POST.get(chosen, "")
    if not chosen or not question.isdecimal() or len(question) > 18 or not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return False

    def act() -> Result:
        acts[chosen](question_id=int(question))
        return {"said": chosen}

    if refusal := _once(request, form, f"speaker_question_{chosen}:{question}", act, at):
        messages.error(request, refusal)
    return not refusal


def _once(request: MemberRequest, form: SubmissionForm, kind: str, act: Callable[[], Result], at: datetime) -> str:
    """Act once and say so; give the sentence of a refusal, or nothing."""
    try:
        result = submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
    except QuestionRefused as refusal:
        return str(refusal)
    except submissions.WrongSubmission:
        return str(AGAIN)
    messages.success(request, str(SAID[result["said"]]))
    return ""


def _show(request: MemberRequest, event: Event, form: QuestionForm, *, at: datetime, status: int = 200) -> HttpResponse:
    rows = pages.listed(event, reader=request.user).exclude(state=State.HIDDEN)
    page = Paginator(rows.filter(state=State.OPEN), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "event": event,
        "form": form,
        "page": page,
        "answered": list(rows.filter(state=State.ANSWERED)),
        "goes_on": speaker_questions.takes_questions(event, at),
        "works": policies.works_in(event, by=request.user, at=at),
    }
    return render(request, "events/speaker_questions.html", context, status=status)
