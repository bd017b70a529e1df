"""The coordinators' queue of applications."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members import policies
from members.actions import applications
from members.forms.applications import ApproveForm, DeclineForm
from members.models import Application, Member
from members.requests import MemberRequest
from members.staff import staff_only

PER_PAGE = 25


@require_safe
@staff_only
def application_list(request: MemberRequest) -> HttpResponse:
    """List the applications one decides on, the oldest open ones first."""
    at = clock.now()
    policies.check_coordinates_anything(request.user, at=at)
    rows = Application.objects.visible_to(request.user, at=at).select_related("community", "decided_by")
    waiting = Paginator(rows.open().order_by("submitted_at", "id"), PER_PAGE).get_page(request.GET.get("page"))
    decided = rows.exclude(state__in=Application.OPEN).order_by("-decided_at", "-id")[:PER_PAGE]
    return render(request, "members/staff/application_list.html", {"waiting": waiting, "decided": decided})


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
    form = ApproveForm(request.POST, application=application)
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


def _application(request: MemberRequest, application_id: int) -> Application:
    at = clock.now()
    policies.check_coordinates_anything(request.user, at=at)
    rows = Application.objects.visible_to(request.user, at=at).select_related("community__circle", "decided_by")
    return get_object_or_404(rows, pk=application_id)


def _detail(
    request: MemberRequest,
    application: Application,
    *,
    approve_form: ApproveForm | None = None,
    decline_form: DeclineForm | None = None,
    status: int = 422,
) -> HttpResponse:
    at = clock.now()
    context = {
        "application": application,
        "approve_form": approve_form or ApproveForm(application=application),
        "decline_form": decline_form or DeclineForm(),
        "reopen_form": SubmissionForm(),
        "known_member": Member.objects.by_address(application.email).first(),
        "may_decide": policies.can_decide(application, by=request.user, at=at),
    }
    return render(request, "members/staff/application_detail.html", context, status=status)
