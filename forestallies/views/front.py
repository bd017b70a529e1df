"""The first page and the texts that everybody may read."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.models import Event
from forestallies.lib import clock
from forestallies.privacy import retention
from members import terms
from programs.models import Edition
from workshops.models import Gathering


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Two doors, in three sentences, with the next dates."""
    at = clock.now()
    session = Event.objects.scheduled().upcoming(at).filter(kind="session", session__edition__state="running").first()
    context = {
        "gathering": Gathering.objects.published().filter(ends_on__gte=at.date()).order_by("starts_on").first(),
        "edition": Edition.objects.filter(state=Edition.State.RUNNING).first(),
        "session": session,
    }
    return render(request, "home.html", context)


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice."""
    told = [rule for rule in retention.table() if rule.words]
    context = {"version": terms.VERSION, "rules": told, "wait_days": settings.ERASURE_WAIT_DAYS}
    return render(request, "privacy.html", context)


@login_not_required
@require_safe
def code_of_conduct(request: HttpRequest) -> HttpResponse:
    """The code of conduct, the commitment to share and the competition-law notice."""
    return render(request, "code_of_conduct.html", {"version": terms.VERSION})
