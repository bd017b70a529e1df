"""The frame of the pages about one event for those who have work in it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from events import cockpit, policies
from events.models import Event
from forestallies.lib import clock
from members import staff
from members.requests import MemberRequest

View = Callable[..., HttpResponseBase]


class CockpitRequest(MemberRequest):
    """A request for a page of an event's cockpit; `works` is what its reader does in the event."""

    works: frozenset[policies.Work]


def cockpit_page(work: policies.Work) -> Callable[[View], View]:
    """Hand a view the event that its `event_id` names, when this is the reader's work in it.

    404 when she may not see the event, 403 when it is not her work. Whoever holds a staff right anywhere is asked for
    her second factor; who only has a role in this event holds none and is not.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: CockpitRequest, event_id: int, **kwargs: Any) -> HttpResponseBase:
            at = clock.now()
            event = get_object_or_404(Event.objects.visible_to(request.user, at=at), pk=event_id)
            request.works = policies.check_works(event, work, by=request.user, at=at)
            if staff.reader_is_staff(request) and (elsewhere := staff.ask_second_factor(request)):
                return elsewhere
            return view(request, event, **kwargs)

        return wrapped

    return decorate


def framed(request: CockpitRequest, event: Event, context: dict[str, Any]) -> dict[str, Any]:
    """Add what every page of the cockpit shows: the event, and the tabs that the reader may open."""
    tabs = cockpit.tabs_for(request.works)
    has_more = any(not tab.near for tab in tabs)
    return {**context, "event": event, "works": request.works, "tabs": tabs, "has_more_tabs": has_more}
