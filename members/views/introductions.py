"""Introductions between a need and an offer: what one was asked, one's answer, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forestallies.lib import clock
from forestallies.lib.limits import limited
from forestallies.lib.links import WrongLink
from jobs import submissions
from members.actions import listings
from members.actions.listings import ListingRefused
from members.forms.listings import PartnershipForm, YesNoForm
from members.listing_emails import INTRODUCTION
from members.models import Introduction, Listing, Member, Partnership
from members.personal import answer_for, kept_apart
from members.requests import MemberRequest

SHOWN = 100
State = Introduction.State


@dataclass(frozen=True)
class Line:
    """One introduction as one of the two reads it; the address is empty unless both agreed."""

    introduction: Introduction
    hers: Listing
    others: Listing
    asks_her: bool
    address: str = ""


@require_safe
def introduction_list(request: MemberRequest) -> HttpResponse:
    """List one's introductions: to answer, waiting for the other, agreed with the address."""
    rows = Introduction.objects.of(request.user).select_related("need__member", "offer__member")
    lines = [line_of(one, request.user) for one in rows.order_by("-created_at", "-pk")[:SHOWN]]
    context = {
        "to_answer": [line for line in lines if line.asks_her],
        "waiting": [line for line in lines if line.introduction.state == State.ASKED and not line.asks_her],
        "agreed": [line for line in lines if line.introduction.state == State.AGREED],
    }
    return render(request, "members/listings/introductions.html", context)


@require_POST
def introduction_answer(request: MemberRequest, introduction_id: int) -> HttpResponse:
    """Say yes or no on one's own page."""
    found = get_object_or_404(Introduction.objects.of(request.user), pk=introduction_id)
    if problem := _act(request, found, by=request.user):
        messages.error(request, problem)
    else:
        messages.success(request, _("Your answer is saved."))
    return redirect("introduction_list")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("contact_page", key="token")
def introduction_page(request: HttpRequest, token: str) -> HttpResponse:
    """Say yes or no by the link of the mail, without signing in; opening the page changes nothing."""
    linked = _linked(token)
    if linked is None:
        page = render(request, "members/directory/contact_unknown.html", status=404)
        return kept_apart(page, translation.get_language() or "en")
    found, member = linked
    return answer_for(request, member, partial(_page, request, found, member))


def _linked(token: str) -> tuple[Introduction, Member] | None:
    try:
        pk, member_id = map(int, INTRODUCTION.read_text(token).split(":"))
    except (WrongLink, ValueError):
        return None
    rows = Introduction.objects.select_related("need__member", "offer__member")
    found = rows.filter(pk=pk, need__member__is_active=True, offer__member__is_active=True).first()
    if found is None:
        return None
    members = {one.member_id: one.member for one in (found.need, found.offer)}
    if member_id not in members:  # perhaps her record is a part of another one by now
        member_id = Member.objects.behind(member_id).values_list("pk", flat=True).first() or 0
    return (found, members[member_id]) if member_id in members else None


def _page(request: HttpRequest, found: Introduction, member: Member) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        problem = _act(request, found, by=member)
        if not problem:
            return redirect(request.path)
    context = {"line": line_of(found, member), "problem": problem}
    return render(request, "members/listings/introduction.html", context, status=422 if problem else 200)


def _act(request: HttpRequest, found: Introduction, *, by: Member) -> str:
    """Do what a button says; give the sentence that says why not, empty when it was done."""
    form, at = YesNoForm(request.POST), clock.now()
    if not form.is_valid():
        return _("That form was incomplete and nothing was changed. Please try again from this page.")
    agrees = form.cleaned_data["act"] == "yes"

    def act() -> dict[str, str]:
        return {"state": listings.answer(introduction=found, agrees=agrees, by=by, at=at).state}

    try:
        kind = f"introduction:{found.pk}:{agrees}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=by, at=at, act=act)
    except ListingRefused as refusal:
        return str(refusal)
    return ""


def line_of(found: Introduction, reader: Member) -> Line:
    """How an introduction reads to one of its two sides."""
    side = found.side_of(reader)
    hers, others = (found.need, found.offer) if side == Listing.Kind.NEED else (found.offer, found.need)
    is_agreed = found.state == State.AGREED and others.member.is_active
    asks = found.state == State.ASKED and not found.has_agreed(side)
    return Line(found, hers, others, asks, (others.member.email or "") if is_agreed else "")


@require_http_methods(["GET", "HEAD", "POST"])
def partnership_start(request: MemberRequest, introduction_id: int) -> HttpResponse:
    """Write down that a partnership began from an introduction, by one of the two."""
    at = clock.now()
    rows = Introduction.objects.of(request.user).filter(state=State.AGREED)
    found = get_object_or_404(
        rows.select_related("need__member", "offer__member", "need__community"), pk=introduction_id
    )
    if Partnership.objects.filter(introduction=found).exists():
        raise Http404
    form = PartnershipForm(request.POST if request.method == "POST" else None, initial=_first_words(found, at))
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            made = listings.record_partnership(
                partnership=Partnership(),
                values={**form.values(), "introduction": found},
                community=found.need.community,
                by=request.user,
                at=at,
            )
            return {"partnership": made.pk}

        submissions.once(key=form.cleaned_data["submission"], kind="partnership", by=request.user, at=at, act=act)
        messages.success(request, _("Thank you. The coordinators see that a partnership began."))
        return redirect("introduction_list")
    return render(request, "members/listings/partnership.html", {"form": form}, status=422 if form.is_bound else 200)


def _first_words(found: Introduction, at: datetime) -> dict[str, object]:
    names = f"{found.need.member.name}, {found.offer.member.name}"
    return {"parties": names[:200], "what": found.need.what, "started_on": at.date()}
