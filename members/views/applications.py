"""Applying to a community, in public."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forestallies.lib import clock, links
from forestallies.lib.limits import limited
from jobs import submissions
from members.actions import applications
from members.forms.applications import ApplicationForm
from members.models import Application, Community

COMMUNITY = "forest-allies"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("apply", methods=("POST",))
def apply(request: HttpRequest) -> HttpResponse:
    """Apply on one page, without an account. The answer is the same for known and unknown addresses."""
    at = clock.now()
    community = get_object_or_404(Community, slug=COMMUNITY)
    form = ApplicationForm(request.POST if request.method == "POST" else None, at=at)
    if request.method == "POST" and form.is_valid():
        submissions.once(
            key=form.cleaned_data["submission"],
            kind="apply",
            by=None,
            at=at,
            act=lambda: {"new": applications.submit(community=community, answers=form.answers(), at=at) is not None},
        )
        return redirect("application_sent")
    context = {"community": community, "form": form}
    return render(request, "members/apply.html", context, status=422 if form.is_bound else 200)


@login_not_required
@require_safe
def application_sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next, naming nobody."""
    return render(request, "members/application_sent.html", {})


@login_not_required
@never_cache
@require_safe
@limited("application_status")
def application_status(request: HttpRequest, token: str) -> HttpResponse:
    """Show an applicant, through the link in her mail, where her application is."""
    rows = Application.objects.select_related("community")
    application = get_object_or_404(rows, token_hash=links.hash_token(token))
    if not application.is_told(clock.now()):  # for this page only; nothing is saved
        application.state, application.decided_at = Application.State.IN_REVIEW, None
    return render(request, "members/application_status.html", {"application": application})
