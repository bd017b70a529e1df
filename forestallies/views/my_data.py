"""My data: what the portal holds about me, a copy of it, and to be erased."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.models import record
from forestallies.forms import EraseForm, WishForm
from forestallies.lib import clock
from forestallies.lib.limits import limited
from forestallies.lib.links import WrongLink
from forestallies.privacy import erasure, exporting, overview, wishes
from forestallies.privacy.emails import WISH
from forestallies.privacy.erasure import ErasureRefused
from jobs import submissions
from jobs.forms import SubmissionForm
from members.models import Consent, DataExport, ErasureRequest
from members.personal import answer_for, kept_apart
from members.requests import MemberRequest

SHOWN = 3  # of the copies, the latest


@require_safe
def my_data(request: MemberRequest) -> HttpResponse:
    """Say what the portal holds about the reader, what she agreed to, and where she gets a copy or is erased."""
    at, member = clock.now(), request.user
    exports = DataExport.objects.filter(member=member).select_related("job").defer("content").order_by("-asked_at")
    wish = ErasureRequest.objects.open().filter(member=member).first()
    context = {
        "held": overview.held(member),
        "consents": Consent.objects.filter(member=member).order_by("-given_at", "-pk"),
        "exports": [(one, one.is_ready(at)) for one in exports[:SHOWN] if one.made_at is None or one.is_ready(at)],
        "form": SubmissionForm(),
        "wish": wish,
        "wish_token": WISH.token(wish.pk) if wish else "",
    }
    return render(request, "privacy/my_data.html", context)


@require_POST
def data_export_create(request: MemberRequest) -> HttpResponse:
    """Ask for a copy; a job makes it within a minute, and a mail tells."""
    form, at = SubmissionForm(request.POST), clock.now()
    if not form.is_valid():
        messages.error(request, _("Nothing was changed. Please press the button again."))
        return redirect("my_data")

    def act() -> dict[str, int]:
        return {"export": exporting.ask(member=request.user, by=request.user, at=at).pk}

    submissions.once(key=form.cleaned_data["submission"], kind="data_export", by=request.user, at=at, act=act)
    messages.success(request, _("Your copy is being made. You get a mail when it is ready."))
    return redirect("my_data")


@require_safe
def data_export_fetch(request: MemberRequest, export_id: int) -> HttpResponse:
    """Hand the reader her own copy over, and write down that she fetched it."""
    at = clock.now()
    ready = DataExport.objects.filter(member=request.user, expires_at__gt=at)
    export = get_object_or_404(ready, pk=export_id)
    if request.method == "GET":
        record(verb="data_export.fetched", subject=export, by=request.user, at=at, size=export.size)
    name = f"forest-allies-data-{export.asked_at:%Y-%m-%d}.zip"
    return HttpResponse(
        bytes(export.content),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def erasure_ask(request: MemberRequest) -> HttpResponse:
    """Say what being erased means, and let the reader ask for it; a mailed link confirms it."""
    at, member = clock.now(), request.user
    form = EraseForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            return {"wish": wishes.ask(member=member, keeps_certificates=form.keeps_certificates, by=member, at=at).pk}

        try:
            submissions.once(key=form.cleaned_data["submission"], kind="erasure", by=member, at=at, act=act)
            messages.success(request, _("We sent you a mail with a link. Nothing happens before you confirm there."))
            return redirect("my_data")
        except ErasureRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
    alone = erasure.last_coordinator_of(member, at=at)
    context = {
        "form": form,
        "alone": ", ".join(circle.name for circle in alone),
        "days": ErasureRequest.waiting_time().days,
    }
    return render(request, "privacy/erase.html", context, status=status)


@login_not_required
@never_cache
@limited("contact_page", key="token")
@require_http_methods(["GET", "HEAD", "POST"])
def erasure_page(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm a wish to be erased or take it back, by the link of the mail; opening the page changes nothing."""
    try:
        wish = ErasureRequest.objects.select_related("member").get(pk=WISH.read(token))
    except (WrongLink, ErasureRequest.DoesNotExist):
        page = render(request, "privacy/erasure_unknown.html", status=404)
        return kept_apart(page, translation.get_language() or "en")
    return answer_for(request, wish.member, partial(_answer, request, wish))


def _answer(request: HttpRequest, wish: ErasureRequest) -> HttpResponse:
    at, problem = clock.now(), ""
    form = WishForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, str]:
            confirms = form.cleaned_data["act"] == WishForm.CONFIRM
            done = wishes.confirm(wish=wish, at=at) if confirms else wishes.take_back(wish=wish, by=wish.member, at=at)
            return {"state": done.state}

        try:
            kind = f"erasure:{wish.pk}"
            submissions.once(key=form.cleaned_data["submission"], kind=kind, by=None, at=at, act=act)
            return redirect(request.path)
        except ErasureRefused as refusal:
            problem, status = str(refusal), 409
            wish.refresh_from_db()
    elif form.is_bound:
        problem = _("Please use one of the buttons.")
    context = {
        "wish": wish,
        "can_confirm": wish.can_be_confirmed(at),
        "can_take_back": wish.state == ErasureRequest.State.WAITING and bool(wish.due_at and at < wish.due_at),
        "days": ErasureRequest.waiting_time().days,
        "form": WishForm(),
        "problem": problem,
    }
    return render(request, "privacy/erasure_page.html", context, status=status)
