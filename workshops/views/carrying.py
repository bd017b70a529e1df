"""Open points of earlier gatherings, placed into the workshops of the next one by those who plan it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from jobs import submissions
from members.requests import MemberRequest
from members.staff import staff_only
from workshops import policies
from workshops.actions import points
from workshops.actions.points import PointRefused
from workshops.forms.points import CarryForm
from workshops.models import Gathering, OpenPoint, Workshop


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def gathering_carry(request: MemberRequest, slug: str) -> HttpResponse:
    """Choose for each open action and draft of earlier gatherings a workshop of this one, or drop it and say why."""
    at = clock.now()
    rows = Gathering.objects.visible_to(request.user, at=at).select_related("community")
    gathering = get_object_or_404(rows, slug=slug)
    policies.check_can_plan(gathering.community, by=request.user, at=at)
    waiting = OpenPoint.objects.waiting_for(gathering).select_related("workshop__gathering", "owner", "organisation")
    form = CarryForm(
        request.POST if request.method == "POST" else None,
        points=waiting.order_by("-workshop__starts_at", "kind", "pk"),
        workshops=gathering.workshops.exclude(state=Workshop.State.CANCELLED).order_by("starts_at", "pk"),
    )
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            chosen = form.choices()
            return {"number": points.decide(gathering=gathering, choices=chosen, by=request.user, at=at)}

        key, kind = form.cleaned_data["submission"], f"gathering_carry:{gathering.pk}"
        try:
            number = submissions.once(key=key, kind=kind, by=request.user, at=at, act=act)["number"]
            words = ngettext("%(count)d of them is decided.", "%(count)d of them are decided.", number)
            messages.success(request, words % {"count": number})
            return redirect("gathering_edit", gathering.slug)
        except PointRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"gathering": gathering, "form": form}
    return render(request, "workshops/staff/carry.html", context, status=422 if form.is_bound else 200)
