"""The page behind the signed link of a mail: take an offered seat, or leave, with one button and without signing in."""

from datetime import datetime
from functools import partial
from typing import Literal

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from events.actions import registrations, waiting
from events.models import Event, Registration
from events.places import PLACE
from events.refusals import RegistrationRefused
from events.views.personal import answer_for, unknown_link
from forestallies.lib import clock, zones
from forestallies.lib.links import WrongLink
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.submissions import Result

State = Registration.State
Situation = Literal[
    "cancelled_event", "begun", "offered", "expired", "waiting", "seated", "with_group", "pending", "gone"
]

KNOWN: dict[str, Situation] = {
    State.OFFERED: "offered",
    State.EXPIRED: "expired",
    State.WAITLISTED: "waiting",
    State.CONFIRMED: "seated",
    State.PENDING: "pending",
}
SAID = {
    "accepted": gettext_lazy("The seat is yours. We have sent you the details and a calendar entry."),
    "left": gettext_lazy("Done. Thank you for telling us."),
    "gone before": gettext_lazy("You had left already; nothing changed."),
}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show one person's place in one event, in her language and zone, with the button that fits it.

    The link opens this and nothing else: no meeting link, no other event, nobody's name. A language chosen on this
    device comes before the one of her profile. The link of somebody whose account is closed opens nothing.
    """
    registration = _behind(token)
    if registration is None:
        return unknown_link(request)
    return answer_for(request, registration.member, partial(_answer, request, registration, token))


def _behind(token: str) -> Registration | None:
    """The registration that a link opens, if it opens any."""
    try:
        wanted = Registration.objects.behind(PLACE.read(token)).filter(member__is_active=True)
    except WrongLink:
        return None
    return wanted.select_related("event", "member").first()


def _answer(request: HttpRequest, registration: Registration, token: str) -> HttpResponse:
    at = clock.now()
    if request.method == "POST":
        _act(request, registration, at)
        return redirect("place_page", token)
    event, situation = registration.event, _situation(registration, at)
    ends = registration.offer_expires_at
    context = {
        "event": event,
        "situation": situation,
        "when": zones.local(event.starts_at, registration.member.zone),
        "until": zones.local(ends, registration.member.zone) if ends and situation == "offered" else None,
        "position": registrations.position(registration),
    }
    return render(request, "events/place.html", context)


def _act(request: HttpRequest, registration: Registration, at: datetime) -> None:
    """Do what a button says; pressed again, or too late, it changes nothing and says so.

    Words are fixed here, in her language: a message is written to its store after the language is another one again.
    """
    form = SubmissionForm(request.POST)
    wanted = request.POST.get("act", "")
    if wanted not in ACTS or not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return
    try:
        key, kind = form.cleaned_data["submission"], f"place:{registration.pk}:{wanted}"
        result = submissions.once(key=key, kind=kind, by=None, at=at, act=partial(ACTS[wanted], registration, at))
        messages.success(request, str(SAID[result["said"]]))
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))


def _accept(registration: Registration, at: datetime) -> Result:
    waiting.accept_offer(registration=registration, by=registration.member, at=at)
    return {"said": "accepted"}


def _leave(registration: Registration, at: datetime) -> Result:
    if not registration.stands:
        return {"said": "gone before"}
    registrations.cancel(registration=registration, by=registration.member, at=at)
    return {"said": "left"}


ACTS = {"accept": _accept, "leave": _leave}


def _situation(registration: Registration, at: datetime) -> Situation:
    event = registration.event
    if event.state == Event.State.CANCELLED:
        return "cancelled_event"
    if event.starts_at <= at or event.state != Event.State.SCHEDULED:
        return "begun"
    if registration.offer_expires_at is not None and registration.offer_expires_at <= at:
        return "expired"
    if registration.automatic and registration.state == State.CONFIRMED:
        return "with_group"
    return KNOWN.get(registration.state, "gone")
