"""The public face of Forest Allies, its gatherings and their workshops."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events import policies, seats
from forestallies.lib import clock
from jobs.forms import SubmissionForm
from members.models import Community, Theme
from members.requests import MemberRequest
from workshops.models import Gathering, Workshop

COMMUNITY = "forest-allies"


@login_not_required
@require_safe
def forest_allies(request: HttpRequest) -> HttpResponse:
    """Tell a visitor what Forest Allies is, for whom, how to join, and when the next gathering is."""
    community = get_object_or_404(Community, slug=COMMUNITY)
    gatherings = Gathering.objects.published().filter(community=community).order_by("-starts_on")[:4]
    workshops = Workshop.objects.published().filter(gathering__in=list(gatherings)).select_related("theme")
    by_gathering: dict[int, list[Workshop]] = {}
    for workshop in workshops.order_by("starts_at", "id"):
        by_gathering.setdefault(workshop.gathering_id, []).append(workshop)
    today = clock.now().date()
    rows = [(gathering, by_gathering.get(gathering.pk, [])) for gathering in gatherings]
    context = {
        "community": community,
        "upcoming": [row for row in reversed(rows) if row[0].ends_on >= today],
        "past": [row for row in rows if row[0].ends_on < today],
        "themes": Theme.objects.all(),
    }
    return render(request, "workshops/forest_allies.html", context)


@require_safe
def gathering_page(request: MemberRequest, slug: str) -> HttpResponse:
    """Show a gathering's workshops, each at the reader's own hour."""
    at = clock.now()
    gathering = get_object_or_404(Gathering.objects.visible_to(request.user, at=at), slug=slug)
    workshops = gathering.workshops.visible_to(request.user, at=at).select_related("theme")
    places = seats.places(workshops.order_by("starts_at", "id"), member=request.user, at=at)
    context = {"gathering": gathering, "places": places, "form": SubmissionForm()}
    return render(request, "workshops/gathering.html", context)


@require_safe
def workshop_page(request: MemberRequest, slug: str) -> HttpResponse:
    """Show one workshop: what, when for the reader, and her place in it."""
    at = clock.now()
    rows = Workshop.objects.visible_to(request.user, at=at).select_related("theme", "gathering")
    workshop = get_object_or_404(rows, slug=slug)
    [place] = seats.places([workshop], member=request.user, at=at)
    context = {
        "workshop": workshop,
        "place": place,
        "invited": policies.can_register(workshop, member=request.user, at=at),
        "form": SubmissionForm(),
    }
    return render(request, "workshops/workshop.html", context)
