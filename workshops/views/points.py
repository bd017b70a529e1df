"""Actions and drafts of a workshop's group, for its people and its team; and those that a member does herself."""

from datetime import datetime
from functools import partial

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.models import Registration, Role
from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members.models import Member, Organisation
from members.requests import MemberRequest
from workshops import open_points, policies
from workshops.actions import points
from workshops.actions.points import PointRefused
from workshops.forms.points import PointForm, StateForm
from workshops.models import OpenPoint, Workshop

State = OpenPoint.State


@require_http_methods(["GET", "HEAD", "POST"])
def workshop_points(request: MemberRequest, slug: str) -> HttpResponse:
    """Show what the group left with; those who lead it write more down."""
    at, workshop = clock.now(), _workshop(request, slug)
    policies.check_reads_notes(workshop, by=request.user, at=at)
    form = None
    if request.method == "POST" or policies.keeps_points(workshop, by=request.user, at=at):
        policies.check_keeps_points(workshop, by=request.user, at=at)
        form = _form(request, workshop, OpenPoint(workshop=workshop))
    if form and request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            made = points.write_down(workshop=workshop, values=form.values(), by=request.user, at=at)
            return {"point": made.pk}

        submissions.once(key=form.key(), kind=f"point:{workshop.pk}", by=request.user, at=at, act=act)
        messages.success(request, _("It is written down, for everybody in the group."))
        return redirect("workshop_points", workshop.slug)
    context = {
        "workshop": workshop,
        "lines": open_points.of_workshop(workshop, today=at.date()),
        "moved": open_points.carried_on(workshop),
        "form": form,
    }
    return render(request, "workshops/points.html", context, status=422 if form and form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def workshop_point(request: MemberRequest, slug: str, point_id: int) -> HttpResponse:
    """Change one of them, for those who lead the workshop."""
    at, workshop = clock.now(), _workshop(request, slug)
    policies.check_keeps_points(workshop, by=request.user, at=at)
    point = get_object_or_404(workshop.points.select_related("owner", "organisation"), pk=point_id)
    form = _form(request, workshop, point)
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            version = form.cleaned_data["version"] or 0
            points.change(point=point, values=form.values(), version=version, by=request.user, at=at)
            return {"point": point.pk}

        try:
            submissions.once(key=form.key(), kind=f"point_edit:{point.pk}", by=request.user, at=at, act=act)
            messages.success(request, _("The change is saved."))
            return redirect("workshop_points", workshop.slug)
        except PointRefused as refusal:
            form.add_error(None, str(refusal))
            form.take_version(OpenPoint.objects.values_list("version", flat=True).get(pk=point.pk))
    [line] = open_points.lines([point], today=at.date())
    context = {"workshop": workshop, "line": line, "form": form}
    return render(request, "workshops/point.html", context, status=422 if form.is_bound else 200)


@require_POST
def workshop_point_state(request: MemberRequest, slug: str, point_id: int) -> HttpResponse:
    """Say that it is done, dropped or open again."""
    at, workshop = clock.now(), _workshop(request, slug)
    policies.check_keeps_points(workshop, by=request.user, at=at)
    point = get_object_or_404(workshop.points.select_related("owner", "organisation"), pk=point_id)
    form = StateForm(request.POST)
    if form.is_valid() and _settle(request, point, form, at):
        return redirect("workshop_points", workshop.slug)
    problems = [str(error) for errors in form.errors.values() for error in errors]
    [line] = open_points.lines([point], today=at.date())
    context = {
        "workshop": workshop,
        "line": line,
        "form": _form(request, workshop, point, is_sent=False),
        "problems": problems,
        "reason": form.data.get("reason", ""),
    }
    return render(request, "workshops/point.html", context, status=422)


@require_safe
def my_actions(request: MemberRequest) -> HttpResponse:
    """List the open actions and drafts that the reader does herself."""
    return _show_mine(request)


@require_POST
def my_action_done(request: MemberRequest, point_id: int) -> HttpResponse:
    """Say that one's own action is done."""
    point = get_object_or_404(OpenPoint, pk=point_id, owner=request.user)
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return _show_mine(request, status=422)
    at = clock.now()

    def act() -> dict[str, str]:
        return {"state": points.settle(point=point, state=State.DONE, by=request.user, at=at).state}

    key = form.cleaned_data["submission"]
    try:
        submissions.once(key=key, kind=f"point_done:{point.pk}", by=request.user, at=at, act=act)
        messages.success(request, _("Well done: the group sees that it is done."))
    except PointRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("my_actions")


def _show_mine(request: MemberRequest, *, status: int = 200) -> HttpResponse:
    context = {"lines": open_points.open_actions_of(request.user, clock.now())}
    return render(request, "workshops/my_actions.html", context, status=status)


def _workshop(request: MemberRequest, slug: str) -> Workshop:
    rows = Workshop.objects.visible_to(request.user, at=clock.now()).select_related("theme", "gathering")
    return get_object_or_404(rows, slug=slug)


def _form(request: MemberRequest, workshop: Workshop, point: OpenPoint, *, is_sent: bool = True) -> PointForm:
    seats = Registration.objects.confirmed().filter(event=workshop.pk).values("member")
    roles = Role.objects.accepted().filter(event=workshop.pk).values("member")
    people = Member.objects.active().filter(Q(pk__in=seats) | Q(pk__in=roles)).order_by("name", "pk")
    community = workshop.gathering.community_id
    organisations = Organisation.objects.filter(memberships__member__in=people, memberships__community=community)
    data = request.POST if is_sent and request.method == "POST" else None
    return PointForm(data, instance=point, people=people, organisations=organisations.distinct().order_by("name", "pk"))


def _settle(request: MemberRequest, point: OpenPoint, form: StateForm, at: datetime) -> bool:
    said = form.cleaned_data
    act = partial(points.settle, point=point, state=said["state"], reason=said["reason"], by=request.user, at=at)
    try:
        kind = f"point_state:{point.pk}"
        submissions.once(key=said["submission"], kind=kind, by=request.user, at=at, act=lambda: {"state": act().state})
    except PointRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The change is saved."))
    return True
