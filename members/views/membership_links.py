"""The links in the mails about a membership: opened without signing in; only their buttons change anything."""

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from forestallies.lib.limits import limited
from forestallies.lib.links import SignedLink, WrongLink
from jobs import submissions
from jobs.forms import SubmissionForm
from members import membership_page
from members.actions import life
from members.actions.life import MembershipRefused, Why
from members.membership_emails import RIGHT, STAY
from members.models import Membership
from members.personal import answer_for, kept_apart

State = Membership.State
STAYS = "stay"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("contact_page", key="token")
def membership_page_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody who was asked stay, pause, leave or come back with one button."""
    row = _linked(STAY, token)
    if row is None:
        return _unknown(request)
    return answer_for(request, row.member, partial(_stay_page, request, row))


def _stay_page(request: HttpRequest, row: Membership) -> HttpResponse:
    at, problem = clock.now(), ""
    if request.method == "POST":
        problem = _act(request, row)
        if not problem:
            return redirect(f"{request.path}?done=1")
    context = {
        "membership": row,
        "problem": problem,
        "is_done": "done" in request.GET,
        "pausing": membership_page.meaning(State.DORMANT, [row], at=at),
        "leaving": membership_page.meaning(State.ENDED, [row], at=at),
    }
    return render(request, "members/membership/stay.html", context, status=422 if problem else 200)


def _act(request: HttpRequest, row: Membership) -> str:
    """Do what a button says; give the sentence that says why not, empty when it was done."""
    form, wanted, at = SubmissionForm(request.POST), request.POST.get("act", ""), clock.now()
    if not form.is_valid() or wanted not in (STAYS, *State.values):
        return _("That form was incomplete and nothing was changed. Please try again from this page.")

    def act() -> dict[str, str]:
        if wanted == STAYS:
            return {"state": life.stay(membership=row, by=row.member, at=at).state}
        why = Why(Membership.Reason.OTHER)
        return {"state": life.change_state(membership=row, state=wanted, why=why, by=row.member, at=at).state}

    try:
        kind = f"membership_link:{row.pk}:{wanted}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=row.member, at=at, act=act)
    except MembershipRefused as refusal:
        return str(refusal)
    return ""


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("contact_page", key="token")
def membership_check_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show somebody what is written of her, and let her say with one button that it is right."""
    row = _linked(RIGHT, token)
    if row is None:
        return _unknown(request)
    return answer_for(request, row.member, partial(_check_page, request, row))


def _check_page(request: HttpRequest, row: Membership) -> HttpResponse:
    at = clock.now()
    form = SubmissionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            return {"membership": life.confirm(membership=row, by=row.member, at=at).pk}

        kind = f"membership_check:{row.pk}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=row.member, at=at, act=act)
        return redirect(request.path)
    context = {
        "membership": row,
        "written": membership_page.written_of(row.member, at=at),
        "by_link": True,
        "is_right": not row.is_to_check(at),
    }
    return render(request, "members/membership/check.html", context, status=422 if form.is_bound else 200)


def _linked(link: SignedLink, token: str) -> Membership | None:
    try:
        rows = Membership.objects.filter(pk=link.read(token), member__is_active=True)
    except WrongLink:
        return None
    return rows.select_related("member", "community").first()


def _unknown(request: HttpRequest) -> HttpResponse:
    page = render(request, "members/membership/unknown.html", status=404)
    return kept_apart(page, translation.get_language() or "en")
