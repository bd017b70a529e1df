"""The check-in code, large enough to be read from a shared screen."""

from math import ceil

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events import check_in
from events.models import AttendanceEvidence, Event, Source
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock


@require_safe
@cockpit_page("help")
def check_in_code(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show the code of the moment and until when it holds; the page draws itself anew when the next one comes."""
    at = clock.now()
    is_shown, changes_at = check_in.takes_codes(event, at), check_in.changes_at(at)
    context = {
        "takes_place": event.state in (Event.State.SCHEDULED, Event.State.CLOSED),
        "opens_at": event.doors_open_at() if at < event.starts_at else None,
        "code": check_in.code_at(event, at) if is_shown else "",
        "minutes_left": ceil((changes_at - at).total_seconds() / 60),
        "taken_until": min(changes_at + check_in.WINDOW, event.ends_at + check_in.GRACE),
        "typed": AttendanceEvidence.objects.filter(event=event, source=Source.CODE).count(),
    }
    response = render(request, "events/staff/check_in.html", framed(request, event, context))
    if is_shown:
        response.headers["Refresh"] = str(ceil((changes_at - at).total_seconds()) + 1)
    return response
