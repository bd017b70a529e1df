"""Where I am signed in, and taking back a change of the address."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forestallies.lib import clock
from forestallies.lib.limits import limited
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.submissions import Result
from members.actions import addresses, sessions
from members.models import OpenSession
from members.requests import MemberRequest


@require_safe
def session_list(request: MemberRequest) -> HttpResponse:
    """List the browsers in which one is signed in, this one first."""
    at = clock.now()
    if not OpenSession.objects.filter(session_key=request.session.session_key).exists():
        sessions.note(request=request, member=request.user, at=at)
    rows = sessions.open_ones(request.user, at=at)
    here = request.session.session_key
    context = {
        "here": next((row for row in rows if row.session_key == here), None),
        "others": [row for row in rows if row.session_key != here],
    }
    return render(request, "members/sessions.html", context)


@require_POST
def session_end(request: MemberRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions; ending this one signs out."""
    row = get_object_or_404(OpenSession, pk=session_id, member=request.user)
    is_here = row.session_key == request.session.session_key
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        return redirect("session_list")

    def act() -> Result:
        sessions.end(row=row, by=request.user, at=clock.now())
        return {}

    key, at = form.cleaned_data["submission"], clock.now()
    submissions.once(key=key, kind="session_end", by=request.user, at=at, act=act)
    if is_here:
        logout(request)
        return redirect("account_login")
    messages.success(request, _("That session is ended."))
    return redirect("session_list")


@require_POST
def session_end_others(request: MemberRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        return redirect("session_list")
    at = clock.now()

    def act() -> Result:
        return {"ended": sessions.end_others(member=request.user, request=request, by=request.user, at=at)}

    done = submissions.once(key=form.cleaned_data["submission"], kind="sessions", by=request.user, at=at, act=act)
    number = done["ended"]
    words = ngettext(
        "You are signed out everywhere else: %(number)s session.",
        "You are signed out everywhere else: %(number)s sessions.",
        number,
    )
    messages.success(request, words % {"number": number})
    return redirect("session_list")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("address_take_back")
def address_take_back(request: HttpRequest, token: str) -> HttpResponse:
    """Take a change of address back from the old mailbox; opening the page changes nothing, only its button does."""
    at = clock.now()
    try:
        change = addresses.find(token=token, at=at)
        form = SubmissionForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():

            def act() -> Result:
                return {"member": addresses.take_back(token=token, at=at).pk}

            submissions.once(key=form.cleaned_data["submission"], kind="take_back", by=None, at=at, act=act)
            logout(request)
            messages.success(request, _("Your old address is back, and everybody is signed out. Please sign in anew."))
            return redirect("account_request_login_code")
    except addresses.LinkRefused as refusal:
        return render(request, "members/link_refused.html", {"refusal": refusal}, status=410)
    return render(request, "members/take_back.html", {"change": change}, status=422 if form.is_bound else 200)
