"""My page: what is next for a member, and where she stands."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events import policies, seats
from events.models import Event, Registration
from forestallies.lib import clock
from forestallies.views.participation import records_of
from forestallies.views.staff_events import waiting
from jobs.forms import SubmissionForm
from members.models import Membership
from members.requests import MemberRequest

OPEN_SHOWN = 6
RECORDS_SHOWN = 3


@require_safe
def my_page(request: MemberRequest) -> HttpResponse:
    """Show the next event first, then all registrations, then what is open to her."""
    at = clock.now()
    member = request.user
    visible = Event.objects.visible_to(member, at=at).published()
    upcoming = visible.upcoming(at).order_by("starts_at", "id")
    mine = Registration.objects.filter(member=member).standing()
    registered = seats.places(upcoming.filter(registrations__in=mine), member=member, at=at)
    invited = upcoming.scheduled().for_audience_of(member, at=at).exclude(registrations__in=mine)
    open_to_me = [
        place for place in seats.places(invited[: OPEN_SHOWN * 2], member=member, at=at) if place.may_register
    ]
    context = {
        "next_place": next((place for place in registered if place.is_confirmed), None),
        "registered": registered,
        "open_to_me": open_to_me[:OPEN_SHOWN],
        "records": records_of(member, at=at)[:RECORDS_SHOWN],
        "to_record": waiting(policies.events_to_mark(member, at=at), at).order_by("-starts_at", "-id")[:OPEN_SHOWN],
        "memberships": Membership.objects.filter(member=member).select_related("community", "organisation"),
        "form": SubmissionForm(),
    }
    return render(request, "me.html", context)
