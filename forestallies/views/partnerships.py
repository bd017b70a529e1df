"""Partnerships that began, for coordinators: with what they came from, an introduction or an event."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from events.models import Event
from forestallies.lib import clock
from jobs import submissions
from members.actions import listings
from members.forms.listings import PartnershipForm
from members.models import Circle, Community, Introduction, Member, Partnership
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only

PER_PAGE = 25
OFFERED = 200  # of the events and introductions that one may come from, the latest so many
EVENT = "events.event:"


@require_safe
@staff_only
def partnership_list(request: MemberRequest) -> HttpResponse:
    """List the partnerships of one's communities with where each came from, the newest first."""
    check_reader_coordinates(request)
    at = clock.now()
    rows = Partnership.objects.visible_to(request.user, at=at).select_related(
        "community", "recorded_by", "introduction__need__member", "introduction__offer__member"
    )
    page = Paginator(rows.order_by("-started_on", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    ids = [int(row.about.removeprefix(EVENT)) for row in page if row.about.startswith(EVENT)]
    titles = dict(Event.objects.visible_to(request.user, at=at).filter(pk__in=ids).values_list("pk", "title"))
    lines = [(row, titles.get(int(row.about.removeprefix(EVENT) or 0), "")) for row in page]
    context = {"page": page, "lines": lines, "communities": _communities(request.user, at)}
    return render(request, "members/staff/partnership_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def partnership_create(request: MemberRequest, community_id: int) -> HttpResponse:
    """Write down a partnership that a coordinator heard of."""
    check_reader_coordinates(request)
    community = get_object_or_404(_communities(request.user, clock.now()), pk=community_id)
    return _write(request, Partnership(community=community), community)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def partnership_edit(request: MemberRequest, partnership_id: int) -> HttpResponse:
    """Change how it stands, or what is written about it."""
    check_reader_coordinates(request)
    rows = Partnership.objects.visible_to(request.user, at=clock.now()).select_related("community")
    partnership = get_object_or_404(rows, pk=partnership_id)
    return _write(request, partnership, partnership.community)


def _write(request: MemberRequest, partnership: Partnership, community: Community) -> HttpResponse:
    at = clock.now()
    form = PartnershipForm(
        request.POST if request.method == "POST" else None,
        instance=partnership,
        events=_events(request.user, community, partnership, at),
        introductions=Introduction.objects.filter(need__community=community, state=Introduction.State.AGREED)
        .select_related("need__member", "offer__member")
        .order_by("-created_at")[:OFFERED],
    )
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            made = listings.record_partnership(
                partnership=partnership, values=form.values(), community=community, by=request.user, at=at
            )
            return {"partnership": made.pk}

        submissions.once(key=form.cleaned_data["submission"], kind="partnership", by=request.user, at=at, act=act)
        messages.success(request, _("The partnership is saved."))
        return redirect("partnership_list")
    context = {"form": form, "is_staff_page": True}
    return render(request, "members/listings/partnership.html", context, status=422 if form.is_bound else 200)


def _communities(member: Member, at: datetime) -> QuerySet[Community]:
    return Community.objects.filter(circle__in=Circle.objects.run_by(member, at=at)).order_by("name")


def _events(member: Member, community: Community, partnership: Partnership, at: datetime) -> dict[str, str]:
    """The events of a community by their labels, the latest first, and the one that is chosen already."""
    rows = Event.objects.visible_to(member, at=at).filter(home=community.circle_id).order_by("-starts_at")
    found = {f"{EVENT}{pk}": title for pk, title in rows.values_list("pk", "title")[:OFFERED]}
    if partnership.about:
        found.setdefault(partnership.about, partnership.about)
    return found
