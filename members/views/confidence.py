"""The one question of the half-year."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from jobs import submissions
from members.actions import confidence
from members.forms.confidence import ConfidenceForm
from members.models import Community, Confidence, Membership
from members.models.confidence import Half
from members.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
def confidence_answer(request: MemberRequest, community_id: int) -> HttpResponse:
    """Ask a member how confident she is, with what she said in this half-year already; she alone ever reads it."""
    at = clock.now()
    mine = Membership.objects.filter(member=request.user, state=Membership.State.ACTIVE)
    community: Community = get_object_or_404(Community.objects.filter(memberships__in=mine), pk=community_id)
    said = Confidence.objects.visible_to(request.user).filter(community=community).order_by("-year", "-half")
    earlier = list(said[:8])
    period = Half.of(at)
    now = next((one for one in earlier if (one.year, one.half) == period), None)
    form = ConfidenceForm(
        request.POST if request.method == "POST" else None, initial={"value": now.value if now else None}
    )
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            row = confidence.answer(community=community, value=form.cleaned_data["value"], by=request.user, at=at)
            return {"confidence": row.pk}

        key, kind = form.cleaned_data["submission"], f"confidence:{community.pk}"
        submissions.once(key=key, kind=kind, by=request.user, at=at, act=act)
        messages.success(request, _("Thank you. You can change it until the end of the half-year."))
        return redirect("my_page")
    context = {
        "form": form,
        "community": community,
        "now": now,
        "earlier": [one for one in earlier if one is not now],
        "changes_until": period.ends_at,
    }
    return render(request, "members/confidence.html", context, status=422 if form.is_bound else 200)
