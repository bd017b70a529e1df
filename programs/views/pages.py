"""The public face of SSKE, and its sessions."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events.event_page import context_of
from events.forms.registration import RegistrationForm
from events.models import Event
from forestallies.lib import clock, zones
from members.requests import MemberRequest
from programs.models import Edition, Programme, Session

PROGRAMME = "sske"


@dataclass(frozen=True)
class CalendarRow:
    """One session in the public calendar, and the country line."""

    session: Session
    country_times: list[zones.CountryTime]
    is_over: bool


@login_not_required
@require_safe
def sske(request: HttpRequest) -> HttpResponse:
    """Tell a visitor what SSKE is and when its sessions are, in the hours of the six countries."""
    programme = get_object_or_404(Programme, slug=PROGRAMME)
    editions = list(programme.editions.exclude(state=Edition.State.PLANNED).order_by("-starts_on"))
    shown = next((edition for edition in editions if edition.slug == request.GET.get("edition")), None)
    edition = shown or next((one for one in editions if one.state == Edition.State.RUNNING), None)
    context = {
        "programme": programme,
        "modules": programme.modules.all(),
        "editions": editions,
        "edition": edition,
        "calendar": _calendar(edition) if edition else [],
    }
    return render(request, "programs/sske.html", context)


@require_safe
def session_page(request: MemberRequest, slug: str) -> HttpResponse:
    """Show one session: what, when for the reader, and her place in it."""
    return show_session(request, get_object_or_404(Session.objects.visible_to(request.user, at=clock.now()), slug=slug))


def show_session(
    request: MemberRequest, event: Event, *, form: RegistrationForm | None = None, status: int = 200
) -> HttpResponse:
    """Draw the page of a session that the reader may see."""
    session = Session.objects.select_related("edition", "module").get(pk=event.pk)
    context = {"session": session, **context_of(session, member=request.user, at=clock.now(), form=form)}
    return render(request, "programs/session.html", context, status=status)


def _calendar(edition: Edition) -> list[CalendarRow]:
    at = clock.now()
    sessions = Session.objects.published().filter(edition=edition).select_related("module").order_by("number")
    return [
        CalendarRow(
            session=session,
            country_times=zones.country_times(session.starts_at, edition.countries, session.zone),
            is_over=session.ends_at <= at,
        )
        for session in sessions
    ]
