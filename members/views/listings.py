"""Needs and offers: the list, one of them with what fits it, writing and closing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members import directory, matching
from members.actions import listings
from members.actions.listings import ListingRefused
from members.forms.listings import IntroduceForm, ListingForm, ListingSearchForm
from members.models import Circle, Community, Listing
from members.requests import MemberRequest
from members.views.directory import communities_of, page_of

SHOWN = 60


@require_safe
def listing_list(request: MemberRequest) -> HttpResponse:
    """List one's own needs and offers, then those of others, the newest first."""
    at, communities = clock.now(), communities_of(request)
    form = ListingSearchForm(request.GET, themes=directory.themes())
    others = Listing.objects.standing_in(communities, at=at).exclude(member=request.user)
    others = others.filter(**form.filters()) if form.is_valid() else others.none()
    rows = others.select_related("member", "theme").order_by("-created_at", "-pk")
    own = Listing.objects.filter(member=request.user).select_related("member", "theme")
    context = {
        "form": form,
        "search": form.is_valid() and form.filters(),
        "own": own.order_by("-state", "-created_at")[:SHOWN],
        "page": directory.slice_of(rows, page_of(request)),
    }
    return render(request, "members/listings/list.html", context)


@require_safe
def listing_detail(request: MemberRequest, listing_id: int) -> HttpResponse:
    """Show one; to its owner and to coordinators also what fits it, and why."""
    at = clock.now()
    communities_of(request)
    listing = _listing(request, listing_id)
    is_mine = listing.member_id == request.user.pk
    runs = is_mine or Circle.objects.run_by(request.user, at=at).filter(community=listing.community_id).exists()
    shows_matches = runs and listing.stands(at)
    context = {
        "listing": listing,
        "is_mine": is_mine,
        "stands": listing.stands(at),
        "matches": matching.matches_of(listing, at=at) if shows_matches else None,
        "own_opposite": not is_mine
        and Listing.objects.open(at).filter(member=request.user, kind=listing.opposite, community=listing.community_id),
    }
    return render(request, "members/listings/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def listing_create(request: MemberRequest) -> HttpResponse:
    """Write down a need or an offer."""
    communities_of(request)
    return _write(request, Listing(member=request.user, languages=_known_languages(request)))


@require_http_methods(["GET", "HEAD", "POST"])
def listing_edit(request: MemberRequest, listing_id: int) -> HttpResponse:
    """Change one's own."""
    return _write(request, get_object_or_404(Listing.objects.filter(member=request.user), pk=listing_id))


def _write(request: MemberRequest, listing: Listing) -> HttpResponse:
    at = clock.now()
    communities = Community.objects.filter(memberships__member=request.user, memberships__state="active")
    form = ListingForm(
        request.POST if request.method == "POST" else None, instance=listing, communities=communities, at=at
    )
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            return {"listing": listings.save(listing=form.instance, by=request.user, at=at).pk}

        try:
            kind = f"listing:{listing.pk or 'new'}"
            done = submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
            messages.success(request, _("Saved. Below you see what fits."))
            return redirect("listing_detail", done["listing"])
        except ListingRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
    context = {"form": form, "is_new": listing.pk is None, "may_write": bool(form.communities)}
    return render(request, "members/listings/write.html", context, status=status)


@require_POST
def listing_turn(request: MemberRequest, listing_id: int) -> HttpResponse:
    """Close one's own, or open it again."""
    listing = get_object_or_404(Listing.objects.filter(member=request.user), pk=listing_id)
    form, at = SubmissionForm(request.POST), clock.now()
    is_open = request.POST.get("act") == "open"
    if not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return redirect("listing_detail", listing.pk)

    def act() -> dict[str, str]:
        return {"state": listings.turn(listing=listing, is_open=is_open, by=request.user, at=at).state}

    kind = f"listing:{listing.pk}:{is_open}"
    submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
    messages.success(request, _("It is open again.") if is_open else _("It is closed."))
    return redirect("listing_detail", listing.pk)


@require_POST
def listing_introduce(request: MemberRequest, listing_id: int) -> HttpResponse:
    """Propose that a listing and another one meet: by the owner of one of them, or by a coordinator."""
    at = clock.now()
    communities_of(request)
    listing, form = _listing(request, listing_id), IntroduceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return redirect("listing_detail", listing.pk)
    other = _listing(request, form.cleaned_data["other"])
    owners = {listing.member_id, other.member_id}
    runs = Circle.objects.run_by(request.user, at=at).filter(community=listing.community_id)
    if request.user.pk not in owners and not runs.exists():
        return redirect("listing_detail", listing.pk)

    def act() -> dict[str, int]:
        return {"introduction": listings.introduce(one=listing, other=other, by=request.user, at=at).pk}

    try:
        kind = f"introduce:{listing.pk}:{other.pk}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
        messages.success(request, _("Asked. When everybody said yes, both get each other’s address."))
    except ListingRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("listing_detail", listing.pk)


def _listing(request: MemberRequest, listing_id: int) -> Listing:
    rows = Listing.objects.visible_to(request.user, at=clock.now()).select_related("member", "theme", "community")
    return get_object_or_404(rows, pk=listing_id)


def _known_languages(request: MemberRequest) -> list[str]:
    """What a new listing begins with: the language she reads here."""
    return [request.user.language.split("-")[0]]
