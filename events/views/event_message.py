"""One message about an event, for those who schedule the event: what became of it, how it looks, what can be done."""

from django.http import HttpResponse
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
    """Show a message about the event."""
    context = notice_page.context(
        _notice(event, notice_id),
        may_read=True,
        language=request.GET.get("language", ""),
        page_of=lambda pk: reverse("event_message", args=[event.pk, pk]),
        at=clock.now(),
    )
    return render(request, "events/staff/message.html", framed(request, event, context))


@require_safe
@cockpit_page("schedule")
def event_message_html(request: CockpitRequest, event: Event, notice_id: int) -> HttpResponse:
    """Show the HTML part of a message, locked up, for the frame on its page."""
    notice = _notice(event, notice_id)
    return notice_page.html_answer(notice, language=request.GET.get("language", ""), at=clock.now())


@require_POST
@cockpit_page("schedule")
def event_message_cancel(request: CockpitRequest, event: Event, notice_id: int) -> HttpResponse:
    """Take a message back before it leaves."""
    shown = notice_page.act(request, _notice(event, notice_id), "cancel", at=clock.now())
    return redirect("event_message", event.pk, shown)


@require_POST
@cockpit_page("schedule")
def event_message_resend(request: CockpitRequest, event: Event, notice_id: int) -> HttpResponse:
    """Try a failed message again, or send a copy of one that was sent."""
    shown = notice_page.act(request, _notice(event, notice_id), "resend", at=clock.now())
    return redirect("event_message", event.pk, shown)


def _notice(event: Event, notice_id: int) -> Notice:
    """A message about this event, and none about signing in."""
    return get_object_or_404(event_messages.of(event, None).defer(None), pk=notice_id)
