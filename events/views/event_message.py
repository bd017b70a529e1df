"""One message about an event, for those who schedule the event: what became of it, how it looks, what can be done."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from events import event_messages
from events.models import Event
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock
from members import notice_page
from notices.models import Notice


@require_safe
@cockpit_page("schedule")
def event_message(request: CockpitRequest, event: Event, notice_id: int) -> HttpResponse:
    """Show a message about the event; of one that tells of other teams' events too, that it was sent and no more."""
    at = clock.now()
    notice = _notice(event, notice_id)
    context = notice_page.context(
        notice,
        may_read=event_messages.may_read(notice, event, by=request.user, at=at),
        language=request.GET.get("language", ""),
        page_of=lambda pk: reverse("event_message", args=[event.pk, pk]),
        at=at,
    )
    return render(request, "events/staff/message.html", framed(request, event, context))


@require_safe
@cockpit_page("schedule")
def event_message_html(request: CockpitRequest, event: Event, notice_id: int) -> HttpResponse:
    """Show the HTML part of a message, locked up, for the frame on its page."""
    at = clock.now()
    notice = _readable(request, event, notice_id, at=at)
    return notice_page.html_answer(notice, language=request.GET.get("language", ""), at=at)


@require_POST
@cockpit_page("schedule")
def event_message_cancel(request: CockpitRequest, event: Event, notice_id: int) -> HttpResponse:
    """Take a message back before it leaves."""
    at = clock.now()
    shown = notice_page.act(request, _readable(request, event, notice_id, at=at), "cancel", at=at)
    return redirect("event_message", event.pk, shown)


@require_POST
@cockpit_page("schedule")
def event_message_resend(request: CockpitRequest, event: Event, notice_id: int) -> HttpResponse:
    """Try a failed message again, or send a copy of one that was sent."""
    at = clock.now()
    shown = notice_page.act(request, _readable(request, event, notice_id, at=at), "resend", at=at)
    return redirect("event_message", event.pk, shown)


def _notice(event: Event, notice_id: int) -> Notice:
    """A message about this event, and none about signing in."""
    return get_object_or_404(event_messages.of(event, None).defer(None), pk=notice_id)


def _readable(request: CockpitRequest, event: Event, notice_id: int, *, at: datetime) -> Notice:
    notice = _notice(event, notice_id)
    if not event_messages.may_read(notice, event, by=request.user, at=at):
        raise Http404
    return notice
