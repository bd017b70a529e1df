"""The sheet of paper that people sign when they come."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.models import record
from events.models import Event
from events.views.frame import CockpitRequest, cockpit_page
from forestallies.lib import clock
from workshops import people
from workshops.models import Workshop

SPARE = 6  # empty lines for people who are not on the list


@require_safe
@cockpit_page("help")
def workshop_sheet(request: CockpitRequest, event: Event) -> HttpResponse:
    """Draw the sign-in sheet of a workshop, by organisation or, with `by=name`, by name; for A4 paper."""
    at = clock.now()
    workshop: Workshop = get_object_or_404(
        Workshop.objects.select_related("gathering__community", "theme"), pk=event.pk
    )
    found = people.of_workshop(workshop, at=at)
    by_name = request.GET.get("by") == "name"
    team, guests = [one for one in found if one.role], [one for one in found if not one.role]
    groups = [people.Family("", guests)] if by_name else people.families(guests)
    if team:
        groups = [people.Family(_("Team"), team), *groups]
    record(verb="workshop.sheet_drawn", subject=event, by=request.user, at=at, people=len(found))
    context = {
        "workshop": workshop,
        "families": people.numbered(groups),
        "number": len(found),
        "by_name": by_name,
        "spare": range(SPARE),
        "printed_at": at,
    }
    return render(request, "workshops/staff/sheet.html", context)
