"""An applicant's own page, opened by the link in her mails: where her application is, questions, withdrawing."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from forestallies.lib import clock, links
from forestallies.lib.limits import limited
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.submissions import Result
from members.actions import applications, questions
from members.forms.applications import AnswerForm
from members.joining_emails import STATUS
from members.models import Application
from members.personal import answer_for


@login_not_required
@never_cache
@require_safe
@limited("application_status")
def application_status(request: HttpRequest, token: str) -> HttpResponse:
    """Show an applicant where her application is, and what happens next."""
    application = _application(token)
    return answer_for(request, application, lambda: _show(request, application, token, AnswerForm()))


@login_not_required
@never_cache
@require_POST
@limited("application_status")
def application_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Take her answer to a coordinator's question."""
    application = _application(token)

    def answer() -> HttpResponse:
        at, form = clock.now(), AnswerForm(request.POST)
        if not form.is_valid():
            return _show(request, application, token, form, status=422)

        def act() -> Result:
            words = form.cleaned_data["answer"]
            return {"question": questions.answer(application=application, text=words, at=at).pk}

        return _do(request, application, token, form, "application_answer", act, _("Thank you. We read on."))

    return answer_for(request, application, answer)


@login_not_required
@never_cache
@require_POST
@limited("application_status")
def application_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Let her take the application back."""
    application = _application(token)

    def answer() -> HttpResponse:
        at, form = clock.now(), SubmissionForm(request.POST)
        if not form.is_valid():
            return _show(request, application, token, AnswerForm(), status=422)

        def act() -> Result:
            return {"application": applications.withdraw(application=application, at=at).pk}

        words = _("Your application is withdrawn.")
        return _do(request, application, token, form, "application_withdraw", act, words)

    return answer_for(request, application, answer)


def _do(
    request: HttpRequest,
    application: Application,
    token: str,
    form: AnswerForm | SubmissionForm,
    kind: str,
    act: Callable[[], Result],
    done: str,
) -> HttpResponse:
    """Do it once, and lead back to the page; a refusal is said there, and nothing typed is lost."""
    try:
        key = form.cleaned_data["submission"]
        submissions.once(key=key, kind=f"{kind}:{application.pk}", by=None, at=clock.now(), act=act)
    except applications.ApplicationRefused as refusal:
        messages.error(request, str(refusal))
        answer_form = form if isinstance(form, AnswerForm) else AnswerForm()
        return _show(request, _application(token), token, answer_form, status=409)
    messages.success(request, done)
    return redirect("application_status", token)


def _application(token: str) -> Application:
    """The application that a link opens: by the hash of the first mail's, or by the signed one of a later mail."""
    rows = Application.objects.select_related("community").prefetch_related("questions")
    if "." not in token:
        return get_object_or_404(rows, token_hash=links.hash_token(token))
    try:
        return get_object_or_404(rows, pk=STATUS.read(token))
    except links.WrongLink as error:
        raise Http404 from error


def _show(
    request: HttpRequest, application: Application, token: str, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    if not application.is_told(clock.now()):  # for this page only; nothing is saved
        application.state, application.decided_at = Application.State.IN_REVIEW, None
    rounds = application.questions.all()
    waits = application.state == Application.State.INFO_REQUESTED
    context = {
        "application": application,
        "token": token,
        "form": form,
        "open_question": next((one for one in rounds if one.answered_at is None), None) if waits else None,
        "answered": [one for one in rounds if one.answered_at],
        "is_open": application.is_open(),
    }
    return render(request, "members/application_status.html", context, status=status)
