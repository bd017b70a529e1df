"""The public face of Forest Allies, its gatherings and their workshops."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from events import overlaps
from events.event_page import context_of
from events.forms.registration import RegistrationForm
from events.models import Event, Registration
from events.refusals import RegistrationRefused, SomeAreFull
from events.seats import Place
from forestallies.lib import clock
from jobs import submissions
from jobs.submissions import Result
from members.models import Community, Theme
from members.requests import MemberRequest
from members.staff import reader_is_staff
from workshops import choosing, mix, open_points, policies
from workshops.forms.workshops import ChoiceForm
from workshops.models import Gathering, Workshop

COMMUNITY = "forest-allies"
BOOKED = [
    (Registration.State.CONFIRMED, gettext_lazy("You have a place in %(titles)s. We have sent you the details.")),
    (Registration.State.OFFERED, gettext_lazy("A seat is offered to you in %(titles)s.")),
    (Registration.State.WAITLISTED, gettext_lazy("You are on the waiting list of %(titles)s.")),
    (Registration.State.PENDING, gettext_lazy("The team decides about your registration for %(titles)s.")),
]


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


@login_not_required
@require_safe
def gathering_page(request: MemberRequest, slug: str) -> HttpResponse:
    """Show a gathering's workshops, each at the reader's own hour, with a tick beside those that she may take.

    To everybody who is no member: what, when, on which themes and how to join, once the gathering is published.
    """
    at = clock.now()
    mine = Gathering.objects.visible_to(request.user, at=at) if request.user.is_authenticated else None
    gathering = mine.filter(slug=slug).first() if mine is not None else None
    if gathering is None:
        return _show_public(request, get_object_or_404(Gathering.objects.published(), slug=slug), at)
    return _show_gathering(request, gathering, choosing.places_of(gathering, member=request.user, at=at))


@require_POST
def gathering_register(request: MemberRequest, slug: str) -> HttpResponse:
    """Register for all workshops that are ticked, or for none of them; the page then says why."""
    at = clock.now()
    gathering = get_object_or_404(Gathering.objects.visible_to(request.user, at=at), slug=slug)
    places = choosing.places_of(gathering, member=request.user, at=at)
    form = ChoiceForm(request.POST, places=places)

    def act() -> Result:
        return choosing.register(form.chosen(), may_wait=form.may_wait(), member=request.user, at=at)

    if not form.is_valid():
        return _show_gathering(request, gathering, places, form=form, status=422)
    try:
        key = form.cleaned_data["submission"]
        result = submissions.once(key=key, kind=f"gathering:{gathering.pk}", by=request.user, at=at, act=act)
    except SomeAreFull as refusal:
        return _show_gathering(request, gathering, places, form=form, full=refusal, status=409)
    except RegistrationRefused as refusal:
        form.add_error(None, str(refusal))
        return _show_gathering(request, gathering, places, form=form, status=422)
    _say(request, places, result)
    return redirect(gathering)


@require_safe
def workshop_page(request: MemberRequest, slug: str) -> HttpResponse:
    """Show one workshop: what, when for the reader, and her place in it."""
    rows = Workshop.objects.visible_to(request.user, at=clock.now())
    return show_workshop(request, get_object_or_404(rows, slug=slug))


def show_workshop(
    request: MemberRequest, event: Event, *, form: RegistrationForm | None = None, status: int = 200
) -> HttpResponse:
    """Draw the page of a workshop that the reader may see."""
    workshop = Workshop.objects.select_related("theme", "gathering").get(pk=event.pk)
    context = {"workshop": workshop, **context_of(workshop, member=request.user, at=clock.now(), form=form)}
    if "help" in context["works"]:
        context["mix"] = mix.mixes([workshop.pk])[workshop.pk]
    return render(request, "workshops/workshop.html", context, status=status)


def _show_public(request: HttpRequest, gathering: Gathering, at: datetime) -> HttpResponse:
    """What everybody may read of a gathering: no seats, no people and no way in."""
    workshops = Workshop.objects.published().filter(gathering=gathering).select_related("theme")
    context = {
        "gathering": gathering,
        "workshops": workshops.order_by("starts_at", "id"),
        "is_ahead": gathering.ends_on >= at.date(),
    }
    return render(request, "workshops/gathering_public.html", context)


def _show_gathering(
    request: MemberRequest,
    gathering: Gathering,
    places: list[Place],
    *,
    form: ChoiceForm | None = None,
    full: SomeAreFull | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the page; after a choice that could not be booked, with its ticks and the reason."""
    chosen = {place.event.pk for place in form.chosen()} if form else set()
    context = {
        "gathering": gathering,
        "page_path": gathering.get_absolute_url(),
        "rows": choosing.rows(places, member=request.user, chosen=chosen),
        "may_choose": any(place.may_tick for place in places),
        "form": form,
        "full": full,
        "may_wait": {*form.may_wait(), *(event.pk for event in full.events)} if form and full else (),
        "all_full": full is not None and len(full.events) == len(chosen),
        "may_plan": reader_is_staff(request) and _may_plan(request, gathering),
        "carried": open_points.of_gathering(gathering, reader=request.user, at=clock.now()),
    }
    return render(request, "workshops/gathering.html", context, status=status)


def _may_plan(request: MemberRequest, gathering: Gathering) -> bool:
    communities = policies.communities_to_plan(request.user, at=clock.now())
    return communities.filter(pk=gathering.community_id).exists()


def _say(request: MemberRequest, places: list[Place], result: Result) -> None:
    """Name what she has now, and what of it takes place at the same time."""
    events = {place.event.pk: place.event for place in places}
    for state, words in BOOKED:
        if of_state := [events[pk] for pk in result[state] if pk in events]:
            messages.success(request, str(words) % {"titles": choosing.said(of_state)})
    booked = [events[pk] for ids in result.values() for pk in ids if pk in events]
    if clashes := overlaps.clashing(booked):
        warning = _("These take place at the same time: %(titles)s. You can still give one of them back.")
        messages.warning(request, warning % {"titles": choosing.said(clashes)})
