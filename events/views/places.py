"""The page behind the signed link of a mail: take an offered seat, or leave, with one button and without signing in."""

from datetime import datetime
from functools import partial
from typing import Any, Literal

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from events.actions import registrations, waiting
from events.models import Event, Registration
from events.places import WrongLink, registration_of
from events.refusals import RegistrationRefused
from forestallies.lib import clock, zones
from jobs import submissions
from jobs.forms import SubmissionForm

Situation = Literal["cancelled_event", "begun", "offered", "expired", "waiting", "seated", "pending", "gone"]


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show one person's place in one event, in her language and zone, with the button that fits it.

    The link opens this and nothing else: no meeting link, no other event, nobody's name.
    """
    try:
        registration = Registration.objects.select_related("event", "member").get(pk=registration_of(token))
    except (WrongLink, Registration.DoesNotExist):
        return render(request, "events/place_unknown.html", status=404)
    with translation.override(registration.member.language):
        at = clock.now()
        if request.method == "POST":
            return _act(request, registration, token, at)
        return render(request, "events/place.html", _context(registration, at))


def _act(request: HttpRequest, registration: Registration, token: str, at: datetime) -> HttpResponse:
    """Do what a button says; pressed again, or too late, it changes nothing and says so."""
    form = SubmissionForm(request.POST)
    acts = {"accept": _accept, "leave": _leave}
    act = acts.get(request.POST.get("act", ""))
    if act is None or not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return redirect("place_page", token)
    kind = f"place:{registration.pk}:{request.POST['act']}"
    try:
        key = form.cleaned_data["submission"]
        result = submissions.once(key=key, kind=kind, by=None, at=at, act=partial(act, registration, at))
        messages.success(request, SAID[result["said"]])
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("place_page", token)


def _accept(registration: Registration, at: datetime) -> dict[str, Any]:
    waiting.accept_offer(registration=registration, by=registration.member, at=at)
    return {"said": "accepted"}


def _leave(registration: Registration, at: datetime) -> dict[str, Any]:
    if not registration.stands:
        return {"said": "gone before"}
    registrations.cancel(registration=registration, by=registration.member, at=at)
    return {"said": "left"}


SAID = {
    "accepted": _("The seat is yours. We have sent you the details and a calendar entry."),
    "left": _("Done. Thank you for telling us."),
    "gone before": _("You had left already; nothing changed."),
}


def _context(registration: Registration, at: datetime) -> dict[str, Any]:
    event, member = registration.event, registration.member
    situation = _situation(registration, event, at)
    return {
        "event": event,
        "registration": registration,
        "situation": situation,
        "when": zones.local(event.starts_at, member.zone),
        "until": waiting.ends_for(registration) if situation == "offered" else None,
        "position": registrations.position(registration),
    }


def _situation(registration: Registration, event: Event, at: datetime) -> Situation:
    State = Registration.State  # noqa: N806 (as it is written everywhere else)
    if event.state == Event.State.CANCELLED:
        return "cancelled_event"
    if event.starts_at <= at or event.state != Event.State.SCHEDULED:
        return "begun"
    if registration.offer_expires_at is not None and registration.offer_expires_at <= at:
        return "expired"
    known: dict[str, Situation] = {
        State.OFFERED: "offered",
        State.EXPIRED: "expired",
        State.WAITLISTED: "waiting",
        State.CONFIRMED: "seated",
        State.PENDING: "pending",
    }
    return known.get(registration.state, "gone")
