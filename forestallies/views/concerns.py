"""Reporting a concern, in public; and the queue of those who look after it."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events.models import Event
from forestallies.lib import clock
from forestallies.lib.limits import limited
from jobs import submissions
from members.actions import concerns
from members.actions.concerns import ConcernRefused
from members.forms.concerns import ConcernForm, HandleForm
from members.models import Circle, Community, Concern, Member
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only
from programs.models import Edition

PER_PAGE = 30
LATELY = timedelta(days=365)
State = Concern.State


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("concern", methods=("POST",))
def concern_report(request: HttpRequest) -> HttpResponse:
    """Take a concern from anybody, with a name or without; `event` in the address names what it is about."""
    at, event = clock.now(), _event(request)
    reader = request.user if isinstance(request.user, Member) else None
    form = ConcernForm(
        request.POST if request.method == "POST" else None,
        circles=_circles(event),
        chosen=event.home if event else None,
        is_signed_in=reader is not None,
        initial={"about": event.title if event else ""},
    )
    if request.method == "POST" and form.is_valid():
        by = reader if form.with_name() else None

        def act() -> dict[str, str]:
            made = form.concern(event_slug=event.slug if event else "")
            return {"reference": concerns.report(concern=made, by=by, at=at).reference}

        key = form.cleaned_data["submission"]
        done = submissions.once(key=key, kind="concern", by=by, at=at, act=act)
        return redirect("concern_sent", done["reference"])
    return render(request, "concerns/report.html", {"form": form}, status=422 if form.is_bound else 200)


@login_not_required
@never_cache
@require_safe
def concern_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm with the number; the page knows nothing about it."""
    return render(request, "concerns/sent.html", {"reference": reference})


@require_safe
@staff_only
def concern_list(request: MemberRequest) -> HttpResponse:
    """List the concerns that the reader looks after, those that wait first."""
    check_reader_coordinates(request)
    turn = Case(When(state=State.OPEN, then=Value(0)), When(state=State.LOOKING, then=Value(1)), default=Value(2))
    rows = Concern.objects.visible_to(request.user, at=clock.now()).select_related("circle", "reporter")
    page = Paginator(rows.order_by(turn, "-created_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "concerns/list.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def concern_detail(request: MemberRequest, concern_id: int) -> HttpResponse:
    """Show a concern with what was done about it; write down the next step."""
    check_reader_coordinates(request)
    at = clock.now()
    rows = Concern.objects.visible_to(request.user, at=at).select_related("circle", "reporter")
    concern = get_object_or_404(rows, pk=concern_id)
    form = HandleForm(request.POST if request.method == "POST" else None, concern=concern)
    if request.method == "POST" and form.is_valid() and _handle(request, form, concern, at):
        messages.success(request, _("Your note is saved."))
        return redirect("concern_detail", concern.pk)
    context = {
        "concern": concern,
        "event": Event.objects.visible_to(request.user, at=at).filter(slug=concern.event_slug).first(),
        "steps": concern.steps.select_related("by"),
        "form": form,
    }
    return render(request, "concerns/detail.html", context, status=422 if form.errors else 200)


def _handle(request: MemberRequest, form: HandleForm, concern: Concern, at: datetime) -> bool:
    said = form.cleaned_data

    def act() -> dict[str, str]:
        done = concerns.handle(
            concern=concern, seen=said["seen"], state=said["state"], note=said["note"], by=request.user, at=at
        )
        return {"state": done.state}

    try:
        submissions.once(key=said["submission"], kind=f"concern:{concern.pk}", by=request.user, at=at, act=act)
    except ConcernRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _event(request: HttpRequest) -> Event | None:
    """The event that the address names, as far as the reader may know of it."""
    slug = request.GET.get("event", "")
    if not slug or not isinstance(request.user, Member):
        return None
    rows = Event.objects.visible_to(request.user, at=clock.now()).select_related("home__parent")
    return rows.filter(slug=slug).first()


def _circles(event: Event | None) -> list[tuple[Circle, str]]:
    """What a concern can be about, by its public name: communities and the editions of the past year.

    The home of an event that is none of them stands first.
    """
    since = clock.now().date() - LATELY
    communities = Community.objects.select_related("circle").order_by("pk")
    editions = Edition.objects.filter(ends_on__gte=since).exclude(state=Edition.State.PLANNED).select_related("circle")
    found = {one.circle: one.name for one in communities} | {one.circle: one.name for one in editions}
    if event and event.home not in found:
        found = {event.home: event.home.name, **found}
    return list(found.items())
