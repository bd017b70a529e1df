"""The first page and the texts that everybody may read."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from events.models import Event
from forestallies.lib import clock
from forestallies.privacy import retention
from members import staff, terms
from members.models import Consent
from programs.models import Edition, Partner
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
        "partners": Partner.objects.shown().only("name", "role", "community", "programme"),
    }
    return render(request, "home.html", context)


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice that counts now, with the periods that the portal keeps to."""
    notice = terms.in_force(clock.now())[Consent.Term.PRIVACY]
    told = [rule for rule in retention.table() if rule.words]
    context = {"notice": notice, "rules": told, "wait_days": settings.ERASURE_WAIT_DAYS}
    return render(request, "privacy.html", context)


@login_not_required
@require_safe
def code_of_conduct(request: HttpRequest) -> HttpResponse:
    """The code of conduct, the commitment to share and the competition-law notice that count now."""
    present = terms.in_force(clock.now())
    context = {
        "conduct": present[Consent.Term.CODE_OF_CONDUCT],
        "commitment": present[Consent.Term.COMMITMENT],
        "competition": present[Consent.Term.COMPETITION],
    }
    return render(request, "code_of_conduct.html", context)


@login_not_required
@require_safe
def term_text(request: HttpRequest, term: str, version: str) -> HttpResponse:
    """One version of a term, also one that counts no more: people read what they agreed to (`?in=` a language)."""
    at = clock.now()
    found = terms.find(term, version) if term in Consent.Term else None
    is_coming = found is not None and found.in_force_from is not None and found.in_force_from > at
    if found is None or (is_coming and not staff.reader_coordinates(request)):
        raise Http404
    language = request.GET.get("in", "")
    if language not in dict(settings.LANGUAGES):
        language = get_language() or "en"
    present = terms.in_force(at)[term]
    context = {
        "version": found,
        "text": getattr(found, f"text_{language.replace('-', '_')}") or found.text,
        "language": language,
        "present": present,
        "is_present": present.version == found.version,
    }
    return render(request, "term_text.html", context)
