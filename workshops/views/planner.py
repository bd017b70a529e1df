"""The planner of gatherings, for coordinators and facilitators: the years, a new one from the last, and one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from events.local_times import CountryClock
from events.models import Event, Registration
from forestallies.lib import clock, zones
from jobs import submissions
from jobs.submissions import Result
from members.requests import MemberRequest
from members.staff import staff_only
from workshops import mix, planning, policies
from workshops.actions import gatherings
from workshops.actions.gatherings import GatheringRefused
from workshops.forms.gatherings import CloneForm, GatheringForm, NamedForm
from workshops.models import Gathering, OpenPoint, Workshop


@dataclass(frozen=True)
class Row:
    """One workshop on the staff's page of its gathering; `mix` is told as long as it is to come."""

    workshop: Workshop
    start: zones.LocalTime
    clocks: list[CountryClock]
    taken: int
    mix: mix.Mix
    warnings: list[str]


@require_safe
@staff_only
def gathering_plan(request: MemberRequest) -> HttpResponse:
    """Show each calendar year with its gatherings, and what to do where there are not two."""
    at = clock.now()
    communities = policies.communities_to_plan(request.user, at=at)
    plans = [(community, planning.years(community, today=at.date())) for community in communities]
    return render(request, "workshops/staff/plan.html", {"plans": plans})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def gathering_create(request: MemberRequest) -> HttpResponse:
    """Make a gathering from an earlier one, the latest unless `from` names another; `look` only shows the new hours."""
    at = clock.now()
    form = _clone_form(request, at)
    looks = request.method != "POST" or "look" in request.POST

    def act() -> Result:
        new, source = form.gathering(), form.follows
        if source is None:
            return {"slug": gatherings.create(gathering=new, by=request.user, at=at).slug}
        ticked = form.ticked(form.copies())
        carry = form.carried(form.points())
        made = gatherings.clone(source=source, gathering=new, workshops=ticked, carry=carry, by=request.user, at=at)
        return {"slug": made.slug}

    is_fine = not form.is_bound or form.is_valid()
    if not looks and is_fine and (done := _once(request, form, "gathering_create", act)):
        return _made(request, done["slug"])
    copies, points = form.copies(), form.points()
    context = {
        "form": form,
        "copies": copies,
        "ticked": form.ticked(copies),
        "points": points,
        "carried": form.carried(points),
    }
    return render(request, "workshops/staff/clone.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def gathering_edit(request: MemberRequest, slug: str) -> HttpResponse:
    """Show a gathering's workshops, their hours in each country and who comes; change what is said of it."""
    at = clock.now()
    rows = Gathering.objects.visible_to(request.user, at=at).select_related("community")
    gathering = get_object_or_404(rows, slug=slug)
    policies.check_can_plan(gathering.community, by=request.user, at=at)
    form = GatheringForm(request.POST if request.method == "POST" else None, gathering=gathering, at=at)

    def act() -> Result:
        gatherings.change(gathering=gathering, values=form.values(), by=request.user, at=at)
        return {"slug": gathering.slug}

    is_valid = form.is_bound and form.is_valid()
    if is_valid and _once(request, form, f"gathering_edit:{gathering.pk}", act):
        messages.success(request, _("The gathering is saved."))
        return redirect("gathering_edit", gathering.slug)
    workshops = _rows(gathering, at)
    alive = [row for row in workshops if row.workshop.state != Event.State.CANCELLED]
    context = {
        "gathering": gathering,
        "form": form,
        "rows": workshops,
        "warning": planning.workshops_warning(len(alive)) if gathering.ends_on >= at.date() else "",
        "waiting": OpenPoint.objects.waiting_for(gathering).count() if gathering.ends_on >= at.date() else 0,
    }
    return render(request, "workshops/staff/gathering.html", context, status=422 if form.errors else 200)


def _clone_form(request: MemberRequest, at: datetime) -> CloneForm:
    communities = list(policies.communities_to_plan(request.user, at=at))
    if not communities:
        raise PermissionDenied(_("Only its coordinators and facilitators plan the gatherings of a community."))
    sources = list(Gathering.objects.filter(community__in=communities).select_related("community"))
    wanted = request.GET.get("from")
    chosen = next((one for one in sources if one.slug == wanted), None)
    data = request.POST if request.method == "POST" else None
    return CloneForm(data, sources=sources, communities=communities, chosen=chosen, at=at)


def _once(request: MemberRequest, form: NamedForm, kind: str, act: Callable[[], Result]) -> Result | None:
    """Act once; None when it was refused, with the sentence in the form."""
    try:
        return submissions.once(key=form.key(), kind=kind, by=request.user, at=clock.now(), act=act)
    except GatheringRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return None


def _made(request: MemberRequest, slug: str) -> HttpResponse:
    drafts = Workshop.objects.filter(gathering__slug=slug).count()
    words = ngettext(
        "The gathering is made, with %(count)d workshop as a draft. Nobody but the team sees it yet.",
        "The gathering is made, with %(count)d workshops as drafts. Nobody but the team sees it yet.",
        drafts,
    )
    messages.success(request, words % {"count": drafts})
    return redirect("gathering_edit", slug)


def _rows(gathering: Gathering, at: datetime) -> list[Row]:
    taken = Count("registrations", filter=Q(registrations__state__in=Registration.SEATED))
    workshops = list(gathering.workshops.select_related("theme").annotate(taken=taken).order_by("starts_at", "pk"))
    found = mix.mixes(one.pk for one in workshops)
    return [_row(one, found[one.pk], at) for one in workshops]


def _row(workshop: Workshop, found: mix.Mix, at: datetime) -> Row:
    missing = workshop.state == Event.State.SCHEDULED and workshop.ends_at > at
    warnings = [found.warning] if missing and found.warning else []
    if workshop.state == Event.State.DRAFT and workshop.missing_benefits():
        warnings.append(_("Before it can be scheduled it needs the two texts on who benefits."))
    return Row(
        workshop,
        zones.local(workshop.starts_at, workshop.zone),
        planning.hours(workshop.starts_at, workshop.minutes, workshop.countries),
        workshop.taken,  # type: ignore[attr-defined]  # annotated
        found,
        warnings,
    )
