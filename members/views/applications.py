"""Applying to a community, in public: at once, or begun now and continued through a mailed link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forestallies.lib import clock, limits
from forestallies.lib.limits import limited
from jobs import submissions
from members.actions import applications, drafts
from members.forms.applications import ApplicationForm, LaterForm
from members.models import ApplicationDraft, Community

COMMUNITY = "forest-allies"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("apply", methods=("POST",))
def apply(request: HttpRequest) -> HttpResponse:
    """Apply on one page, without an account. The answer is the same for known and unknown addresses."""
    community = get_object_or_404(Community, slug=COMMUNITY)
    if "later" in request.POST:
        return _keep(request, community)
    return _apply(request, community)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("application_status", methods=("GET", "HEAD"))
@limited("apply", methods=("POST",))
def application_continue(request: HttpRequest, token: str) -> HttpResponse:
    """Go on with a form that was begun earlier, through the link in the mail."""
    draft = drafts.find(token=token, at=clock.now())
    if draft is None:
        return render(request, "members/draft_gone.html", {}, status=410)
    if "later" in request.POST:
        return _keep(request, draft.community, draft=draft)
    return _apply(request, draft.community, draft=draft)


def _apply(request: HttpRequest, community: Community, *, draft: ApplicationDraft | None = None) -> HttpResponse:
    at = clock.now()
    initial = LaterForm.as_initial(draft.words) if draft else None
    form = ApplicationForm(request.POST if request.method == "POST" else None, at=at, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, bool]:
            made = applications.submit(community=community, answers=form.answers(), at=at, draft=draft)
            return {"new": made is not None}

        submissions.once(key=form.cleaned_data["submission"], kind="apply", by=None, at=at, act=act)
        return redirect("application_sent")
    context = {"community": community, "form": form, "problems": form, "draft": draft}
    return render(request, "members/apply.html", context, status=422 if form.is_bound else 200)


def _keep(request: HttpRequest, community: Community, *, draft: ApplicationDraft | None = None) -> HttpResponse:
    """Keep what was typed, finished or not; only the address must be one."""
    at, later = clock.now(), LaterForm(request.POST)
    words = LaterForm.typed(request.POST)
    if not later.is_valid():
        form = ApplicationForm(at=at, initial=LaterForm.as_initial(words))
        context = {"community": community, "form": form, "problems": later, "draft": draft}
        return render(request, "members/apply.html", context, status=422)
    email, language = later.cleaned_data["email"], get_language() or "en"
    if refusal := limits.refusal(request, "apply_later", key=email.lower()):
        return refusal

    def act() -> dict[str, int]:
        if draft:
            return {"draft": drafts.save_again(draft=draft, language=language, words=words, at=at).pk}
        made = drafts.save(community=community, email=email, language=language, words=words, at=at)
        return {"draft": made.pk}

    submissions.once(key=later.cleaned_data["submission"], kind="apply_later", by=None, at=at, act=act)
    if draft:
        messages.success(request, _("Saved. The link in your mail opens it for another 14 days."))
        return redirect(request.path)
    return redirect("application_saved")


@login_not_required
@require_safe
def application_saved(request: HttpRequest) -> HttpResponse:
    """Say how it goes on with a form that was saved, naming nobody."""
    return render(request, "members/application_saved.html", {"days": ApplicationDraft.KEPT.days})


@login_not_required
@require_safe
def application_sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next, naming nobody."""
    return render(request, "members/application_sent.html", {})
