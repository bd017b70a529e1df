"""One application: reading it, asking for more, telling people apart, deciding."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members import policies
from members.actions import applications, likenesses, questions
from members.duplicates import Likenesses
from members.forms.applications import ApproveForm, AskForm, DeclineForm
from members.models import Application
from members.requests import MemberRequest
from members.staff import staff_only


@require_safe
@staff_only
def application_detail(request: MemberRequest, application_id: int) -> HttpResponse:
    """Show one application with what the portal knows about the same person and organisation."""
    application = _application(request, application_id)
    return _detail(request, application, status=200)


@require_POST
@staff_only
def application_approve(request: MemberRequest, application_id: int) -> HttpResponse:
    """Approve: makes the member and sends the sign-in link."""
    application, at = _application(request, application_id), clock.now()
    offered = Likenesses(application, by=request.user, at=at).organisations
    form = ApproveForm(request.POST, application=application, offered=offered)
    if not form.is_valid():
        return _detail(request, application, approve_form=form)

    def act() -> dict[str, int]:
        approval = applications.approve(
            application=application, organisation=form.cleaned_data["organisation"], by=request.user, at=at
        )
        return {"member": approval.member.pk}

    try:
        submissions.once(key=form.cleaned_data["submission"], kind="approve", by=request.user, at=at, act=act)
    except applications.ApplicationRefused as refusal:
        form.add_error(None, str(refusal))
        return _detail(request, application, approve_form=form, status=409)
    messages.success(
        request, _("%(name)s is a member now; the sign-in link is on its way.") % {"name": application.name}
    )
    return redirect("application_list")


@require_POST
@staff_only
def application_decline(request: MemberRequest, application_id: int) -> HttpResponse:
    """Decline: the applicant hears of it in an hour, until then it can be undone."""
    application, at = _application(request, application_id), clock.now()
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _detail(request, application, decline_form=form)

    def act() -> dict[str, int]:
        applications.decline(application=application, reason=form.cleaned_data["reason"], by=request.user, at=at)
        return {"application": application.pk}

    try:
        submissions.once(key=form.cleaned_data["submission"], kind="decline", by=request.user, at=at, act=act)
    except applications.ApplicationRefused as refusal:
        form.add_error(None, str(refusal))
        return _detail(request, application, decline_form=form, status=409)
    messages.success(request, _("Declined. The mail leaves in an hour; until then you can undo this."))
    return redirect("application_detail", application.pk)


@require_POST
@staff_only
def application_reopen(request: MemberRequest, application_id: int) -> HttpResponse:
    """Take a declined application back into review."""
    application, at = _application(request, application_id), clock.now()
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        return _detail(request, application)

    def act() -> dict[str, int]:
        applications.reopen(application=application, by=request.user, at=at)
        return {"application": application.pk}

    try:
        submissions.once(key=form.cleaned_data["submission"], kind="reopen", by=request.user, at=at, act=act)
        messages.success(request, _("The application is in review again."))
    except applications.ApplicationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("application_detail", application.pk)


@require_POST
@staff_only
def application_ask(request: MemberRequest, application_id: int) -> HttpResponse:
    """Ask the applicant for more; she answers on her own page."""
    application, at = _application(request, application_id), clock.now()
    form = AskForm(request.POST)
    if not form.is_valid():
        return _detail(request, application, ask_form=form)

    def act() -> dict[str, int]:
        words = form.cleaned_data["text"]
        return {"question": questions.ask(application=application, text=words, by=request.user, at=at).pk}

    try:
        submissions.once(key=form.cleaned_data["submission"], kind="ask", by=request.user, at=at, act=act)
    except applications.ApplicationRefused as refusal:
        form.add_error(None, str(refusal))
        return _detail(request, application, ask_form=form, status=409)
    messages.success(request, _("Your question is on its way. You get a mail when the answer is there."))
    return redirect("application_detail", application.pk)


@require_POST
@staff_only
def application_alike(request: MemberRequest, application_id: int) -> HttpResponse:
    """Remember that a person or an organisation is not the same as the applicant's, or take that back."""
    application, at = _application(request, application_id), clock.now()
    form, alike = SubmissionForm(request.POST), Likenesses(application, by=request.user, at=at)
    found = alike.find(request.POST.get("found", ""))
    if not form.is_valid() or found is None:
        return _detail(request, application)
    change = likenesses.forget if "back" in request.POST else likenesses.tell_apart

    def act() -> dict[str, int]:
        change(application=application, found=found, by=request.user, at=at)
        return {"application": application.pk}

    submissions.once(key=form.cleaned_data["submission"], kind="alike", by=request.user, at=at, act=act)
    return redirect("application_detail", application.pk)


def _application(request: MemberRequest, application_id: int) -> Application:
    at = clock.now()
    policies.check_coordinates_anything(request.user, at=at)
    rows = Application.objects.visible_to(request.user, at=at).select_related(
        "community__circle", "decided_by", "organisation"
    )
    return get_object_or_404(rows, pk=application_id)


def _detail(
    request: MemberRequest,
    application: Application,
    *,
    approve_form: ApproveForm | None = None,
    ask_form: AskForm | None = None,
    decline_form: DeclineForm | None = None,
    status: int = 422,
) -> HttpResponse:
    alike = Likenesses(application, by=request.user, at=clock.now())
    context = {
        "application": application,
        "alike": alike,
        "rounds": list(application.questions.select_related("asked_by")),
        "approve_form": approve_form or ApproveForm(application=application, offered=alike.organisations),
        "ask_form": ask_form or AskForm(),
        "decline_form": decline_form or DeclineForm(),
        "may_decide": policies.can_decide(application, by=request.user, at=alike.at),
    }
    return render(request, "members/staff/application_detail.html", context, status=status)
