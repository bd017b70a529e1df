"""The first page of an event's cockpit, its messages and its history."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from events import cockpit, event_history, event_messages, kinds, overview, whatsapp
from events.models import Event, Role
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock

PER_PAGE = 40


@require_safe
@cockpit_page("help")
def event_cockpit(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show what is still to do, and each page of the cockpit in a number or two."""
    at = clock.now()
    numbers = overview.numbers_of(event, at=at)
    of_channels = Role.objects.standing().filter(event=event, kind=Role.Kind.INTERPRETER)
    interpreters = dict(of_channels.values_list("channel").annotate(Count("pk")))
    labels = {tab.name: tab.label for tab in cockpit.tabs_for(request.works)}
    cards = overview.cards(event, numbers, at=at)
    context = {
        "cards": [(name, labels[name], lines) for name, lines in cards if name in labels],
        "todo": overview.todo(event, numbers, interpreters=interpreters, at=at) if "run" in request.works else [],
        "opens": labels,
        "edit_link": reverse(f"admin:{kinds.of(event).model}_change", args=[event.pk]),
        "is_live": event.is_live(at),
        "is_over": event.ends_at <= at,
    }
    return render(request, "events/staff/overview.html", framed(request, event, context))


@require_safe
@cockpit_page("schedule")
def event_messages_page(request: CockpitRequest, event: Event) -> HttpResponse:
    """List what is planned, what waits, what was sent and what failed; words of sign-in mails are never among it."""
    at = clock.now()
    group = event_messages.group_named(request.GET.get("show", ""))
    page = Paginator(event_messages.of(event, group), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "group": group,
        "groups": event_messages.counted(event),
        "page": page,
        "lines": event_messages.lines(page),
        "planned": event_messages.planned(event, at=at),
        "copies": [] if group else whatsapp.copies(event, at=at),
    }
    return render(request, "events/staff/messages.html", framed(request, event, context))


@require_safe
@cockpit_page("schedule")
def event_history_page(request: CockpitRequest, event: Event) -> HttpResponse:
    """List who did what to the event, the latest first."""
    page = Paginator(event_history.entries(event), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": event_history.lines(page, zone=event.zone)}
    return render(request, "events/staff/history.html", framed(request, event, context))
