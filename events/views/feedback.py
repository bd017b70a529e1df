"""The form after an event, for those who signed in and behind the link of a mail; and what came of it, for the team."""

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from events import feedback
from events.actions.feedback import give
from events.feedback import AnsweredAlready, FeedbackRefused
from events.feedback_results import results_of
from events.forms.feedback import FeedbackForm
from events.models import Event, Registration
from events.places import FEEDBACK
from events.views.frame import CockpitRequest, cockpit_page, framed
from events.views.personal import answer_for, unknown_link
from forestallies.lib import clock
from forestallies.lib.links import WrongLink
from jobs import submissions
from jobs.submissions import Result
from members.models import Member
from members.requests import MemberRequest


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_event(request: MemberRequest, event_id: int) -> HttpResponse:
    """Ask somebody with a place or a role in an event how it was, and keep her answer."""
    event = get_object_or_404(Event.objects.visible_to(request.user, at=clock.now()), pk=event_id)
    feedback.check_has_part(event, request.user)
    return _answer(request, event, request.user)


@login_not_required
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_place(request: HttpRequest, token: str) -> HttpResponse:
    """The same form without signing in, in the language and zone of her whose registration the link names."""
    try:
        wanted = Registration.objects.behind(FEEDBACK.read(token)).filter(member__is_active=True)
    except WrongLink:
        return unknown_link(request)
    registration = wanted.select_related("event", "member").first()
    if registration is None:
        return unknown_link(request)
    return answer_for(request, registration.member, partial(_answer_link, request, registration))


@require_safe
@cockpit_page("run")
def feedback_results(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show what people said, from five answers on; an answer without a name never appears alone."""
    context = {"results": results_of(event, at=clock.now()), "form_closes_at": feedback.closes_at(event)}
    return render(request, "events/staff/feedback.html", framed(request, event, context))


def _answer_link(request: HttpRequest, registration: Registration) -> HttpResponse:
    event, member = registration.event, registration.member
    if feedback.has_part(event, member):
        return _answer(request, event, member)
    status = 422 if request.method == "POST" else 200
    return _show(request, event, sentence=_("This form is for those who took part in the event."), status=status)


def _answer(request: HttpRequest, event: Event, member: Member) -> HttpResponse:
    if request.method == "POST":
        return _take(request, event, member)
    if feedback.has_answered(event, member):
        return _thank(request, event)
    try:
        feedback.check_open(event, clock.now())
    except FeedbackRefused as refusal:
        return _show(request, event, sentence=str(refusal))
    return _show(request, event, form=FeedbackForm(topics=feedback.topics_of(event)))


def _take(request: HttpRequest, event: Event, member: Member) -> HttpResponse:
    """Keep an answer; what cannot be kept comes back as it was typed, with the reason."""
    at = clock.now()
    form = FeedbackForm(request.POST, topics=feedback.topics_of(event))

    def act() -> Result:
        give(event=event, member=member, answers=form.answers(), anonymous=form.cleaned_data["anonymous"], at=at)
        return {}

    if not form.is_valid():
        return _show(request, event, form=form, status=422)
    try:
        key = form.cleaned_data["submission"]
        submissions.once(key=key, kind=f"feedback:{event.pk}", by=member, at=at, act=act)
    except AnsweredAlready as refusal:
        return _thank(request, event, sentence=str(refusal), status=422)
    except FeedbackRefused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, event, form=form, status=422)
    return redirect(request.path)


def _show(
    request: HttpRequest, event: Event, *, form: FeedbackForm | None = None, sentence: str = "", status: int = 200
) -> HttpResponse:
    context = {"event": event, "form": form, "sentence": sentence, "topics_named": bool(form and form.topics[0].name)}
    return render(request, "events/feedback.html", context, status=status)


def _thank(request: HttpRequest, event: Event, *, sentence: str = "", status: int = 200) -> HttpResponse:
    return render(request, "events/feedback_thanks.html", {"event": event, "sentence": sentence}, status=status)
