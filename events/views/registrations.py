"""A member's own place in an event: the same for every kind of event."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from events import kinds
from events.actions import registrations, waiting, wishes
from events.agenda import file_of
from events.forms.registration import RegistrationForm
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.submissions import Result
from members.requests import MemberRequest

State = Registration.State

CAME_IN = {
    State.CONFIRMED: gettext_lazy("You have a place. We have sent you the details and a calendar entry."),
    State.PENDING: gettext_lazy("Thank you. The team decides about your registration, and you get an e-mail."),
}
LEFT = {
    "group": gettext_lazy("Thank you for telling us. You can come back while registration is open."),
    State.CONFIRMED: gettext_lazy("Your registration is cancelled. You can register again while it is open."),
    State.WAITLISTED: gettext_lazy("You have left the waiting list. You can register again while it is open."),
    State.OFFERED: gettext_lazy("Thank you for telling us. The seat goes to the next person on the list."),
    State.PENDING: gettext_lazy("You have taken your registration back. You can register again while it is open."),
}


@require_POST
def registration_create(request: MemberRequest, event_id: int) -> HttpResponse:
    """Take a seat, or a place on the waiting list; what is missing in the form is asked on the event's page."""
    at = clock.now()
    event = get_object_or_404(Event.objects.visible_to(request.user, at=at), pk=event_id)
    form = RegistrationForm(request.POST, event=event, member=request.user)

    def act() -> Result:
        said = form.wishes()
        made = registrations.register(event=event, member=request.user, by=request.user, at=at, wishes=said)
        if made.state_since != at and (said.needs or said.note or said.answers):  # she had a place by then already
            wishes.change(registration=made, wishes=said, by=request.user, at=at)
        return {"registration": made.pk, "state": made.state}

    if not form.is_valid():
        return _look_again(request, event, form)
    result = _once(request, form, f"register:{event.pk}", act)
    if result and result["state"] in CAME_IN:
        messages.success(request, str(CAME_IN[result["state"]]))
    elif result:
        messages.warning(request, _("All seats are taken. You are on the waiting list."))
    return redirect(event)


@require_POST
def registration_cancel(request: MemberRequest, event_id: int) -> HttpResponse:
    """Give up one's seat, an offer, a wish, or one's place on the waiting list."""
    at = clock.now()
    event, registration = _own(request, event_id, at)
    form = SubmissionForm(request.POST)

    def act() -> Result:
        with_group = registration.automatic and registration.state == State.CONFIRMED
        said = "group" if with_group else str(registration.state)
        registrations.cancel(registration=registration, by=request.user, at=at)
        return {"registration": registration.pk, "said": said}

    if not form.is_valid():
        return _ask_again(request, event)
    if result := _once(request, form, f"cancel:{event.pk}", act):
        said = LEFT.get(result["said"], gettext_lazy("You had left already; nothing changed."))
        messages.success(request, str(said))
    return redirect(event)


@require_POST
def offer_accept(request: MemberRequest, event_id: int) -> HttpResponse:
    """Take the seat that is offered."""
    at = clock.now()
    event, registration = _own(request, event_id, at)
    form = SubmissionForm(request.POST)

    def act() -> Result:
        waiting.accept_offer(registration=registration, by=request.user, at=at)
        return {"registration": registration.pk}

    if not form.is_valid():
        return _ask_again(request, event)
    if _once(request, form, f"accept:{event.pk}", act):
        messages.success(request, _("The seat is yours. We have sent you the details and a calendar entry."))
    return redirect(event)


@require_POST
def wishes_change(request: MemberRequest, event_id: int) -> HttpResponse:
    """Change what one said when one registered; the seat stays as it is."""
    at = clock.now()
    event, registration = _own(request, event_id, at)
    form = RegistrationForm(request.POST, event=event, member=request.user, registration=registration)

    def act() -> Result:
        wishes.change(registration=registration, wishes=form.wishes(), by=request.user, at=at)
        return {"registration": registration.pk}

    if not form.is_valid():
        return _look_again(request, event, form)
    if _once(request, form, f"wishes:{event.pk}", act):
        messages.success(request, _("What you told us is saved."))
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


def _own(request: MemberRequest, event_id: int, at: datetime) -> tuple[Event, Registration]:
    """An event that the reader may see, and her registration in it; 404 without either."""
    event = get_object_or_404(Event.objects.visible_to(request.user, at=at), pk=event_id)
    return event, get_object_or_404(Registration, event=event, member=request.user)


def _once(request: MemberRequest, form: SubmissionForm, kind: str, act: Callable[[], Result]) -> Result | None:
    """Act once for this form; None when it was refused, and the reader is told why."""
    try:
        key = form.cleaned_data["submission"]
        return submissions.once(key=key, kind=kind, by=request.user, at=clock.now(), act=act)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
        return None


def _look_again(request: MemberRequest, event: Event, form: RegistrationForm) -> HttpResponse:
    """Show the event's page with the form as it was sent and what has to be looked at."""
    if "submission" in form.errors:
        return _ask_again(request, event)
    return kinds.of(event).show(request, event, form=form, status=422)


def _ask_again(request: MemberRequest, event: Event) -> HttpResponse:
    """A form without its key was not drawn by the portal; nothing was done."""
    messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
    return redirect(event)
