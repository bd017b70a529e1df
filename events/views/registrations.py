"""Registering, cancelling and the calendar file: the same for every kind of event."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.actions import registrations
from events.agenda import file_of
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members.requests import MemberRequest


@require_POST
def registration_create(request: MemberRequest, event_id: int) -> HttpResponse:
    """Take a seat, or a place on the waiting list."""
    at = clock.now()
    event = get_object_or_404(Event.objects.visible_to(request.user, at=at), pk=event_id)
    form = SubmissionForm(request.POST)

    def act() -> dict[str, Any]:
        made = registrations.register(event=event, member=request.user, by=request.user, at=at)
        return {"registration": made.pk, "state": made.state}

    if not form.is_valid():
        return _ask_again(request, event)
    try:
        key = form.cleaned_data["submission"]
        result = submissions.once(key=key, kind=f"register:{event.pk}", by=request.user, at=at, act=act)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(event)
    if result["state"] == Registration.State.WAITLISTED:
        messages.warning(request, _("All seats are taken. You are on the waiting list."))
    else:
        messages.success(request, _("You have a place. We have sent you the details and a calendar entry."))
    return redirect(event)


@require_POST
def registration_cancel(request: MemberRequest, event_id: int) -> HttpResponse:
    """Give up one's seat or place on the waiting list."""
    at = clock.now()
    event = get_object_or_404(Event.objects.visible_to(request.user, at=at), pk=event_id)
    registration = get_object_or_404(Registration, event=event, member=request.user)
    form = SubmissionForm(request.POST)

    def act() -> dict[str, Any]:
        registrations.cancel(registration=registration, by=request.user, at=at)
        return {"registration": registration.pk}

    if not form.is_valid():
        return _ask_again(request, event)
    try:
        key = form.cleaned_data["submission"]
        submissions.once(key=key, kind=f"cancel:{event.pk}", by=request.user, at=at, act=act)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(event)
    messages.success(request, _("Your registration is cancelled. You can register again while it is open."))
    return redirect(event)


@require_safe
def event_calendar(request: MemberRequest, event_id: int) -> HttpResponse:
    """Give the event as a calendar file, in the reader's language."""
    at = clock.now()
    event = get_object_or_404(Event.objects.visible_to(request.user, at=at).published(), pk=event_id)
    body = file_of(event, request.user, at=at)
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{event.slug}.ics"'},
    )


def _ask_again(request: MemberRequest, event: Event) -> HttpResponse:
    """A form without its key was not drawn by the portal; nothing was done."""
    messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
    return redirect(event)
