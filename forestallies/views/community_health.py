"""How a community fares, for its coordinators: engagement by quarter and confidence by half-year, in numbers only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_GET, require_safe

from events.disputes import tallies
from events.models import Dispute
from forestallies.lib import clock
from forestallies.reports import confidence, engagement, exports, scopes
from forestallies.reports.confidence import VALUES, Trend
from forestallies.reports.engagement import BANDS, Distribution
from forestallies.reports.search import Search
from forestallies.reports.small_cells import LEAST
from forestallies.views.reports import OFFERED, PROVED, hand_over
from members import policies
from members.models import Community
from members.requests import MemberRequest
from members.staff import ask_again, staff_only


@dataclass(frozen=True)
class Part:
    """One piece of a bar of 100: where it begins, how wide it is, and what it stands for."""

    code: str
    label: str | Promise
    number: int
    share: int
    start: float
    width: float


@dataclass(frozen=True)
class Bar:
    """One quarter or half-year as a bar, in the order of its parts."""

    row: Distribution | Trend
    parts: Sequence[Part]


def bar_of(row: Distribution | Trend, cells: Iterable[tuple[str, str | Promise, int]]) -> Bar:
    """Lay numbers side by side on a line of 100; nothing where there are none."""
    cells = list(cells)
    total = sum(number for _code, _label, number in cells)
    parts, start = [], 0.0
    for code, label, number in cells:
        width = round(100 * number / total, 2) if total else 0.0
        parts.append(Part(code, label, number, round(width), round(start, 2), width))
        start += width
    return Bar(row, parts)


@require_safe
@staff_only
def community_health(request: MemberRequest, slug: str) -> HttpResponse:
    """Show the bands of the last quarters, the confidence of the half-years, and how often attendance was disputed."""
    at = clock.now()
    scope = _load(request, slug, at=at)
    assert isinstance(scope.subject, Community)  # noqa: S101 (for the type checker; asked for by its kind)
    community = scope.subject
    quarters = engagement.distributions(community, at=at)
    bands = [bar_of(one, [(band, BANDS[band], one.numbers[band]) for band in BANDS]) for one in quarters]
    halves = [
        bar_of(one, [(f"v{value}", str(value), number) for value, number in zip(VALUES, one.numbers, strict=False)])
        for one in confidence.trends(community, at=at)
    ]
    disputes = Dispute.objects.visible_to(request.user, at=at).filter(attendance__event__home=community.circle_id)
    context = {
        "community": community,
        "as_of": at,
        "bands": bands,
        "now": bands[-1] if bands else None,
        "halves": halves,
        "band_names": BANDS,
        "scale": [(f"v{value}", value) for value in VALUES],
        "tallies": tallies(disputes),
        "formats": OFFERED,
        "least": LEAST,
        "may_press": PROVED in request.GET.urlencode() and policies.proved_lately(request, at=at),
    }
    return render(request, "reports/community_health.html", context)


@require_GET
@staff_only
def community_health_download(request: MemberRequest, slug: str, name: str, form: str) -> HttpResponseBase:
    """Hand over the numbers as a file, with small ones hidden: only to somebody who proved who she is, on record."""
    at = clock.now()
    scope = _load(request, slug, at=at)
    table = next((one for one in exports.HEALTH if one.name == name), None)
    if table is None or form not in OFFERED:
        raise Http404
    page = reverse("community_health", args=[slug])
    if door := ask_again(request, back=f"{page}?{PROVED}#take"):
        return door
    return hand_over(request, exports.Order(table, scope, Search(), form, way="page"), page, at=at)


def _load(request: MemberRequest, slug: str, *, at: datetime) -> scopes.Scope:
    policies.check_coordinates_anything(request.user, at=at)
    try:
        return scopes.find("community", slug, member=request.user, at=at)
    except scopes.UnknownScope:
        raise Http404 from None
