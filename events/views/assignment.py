"""The page behind the signed link of a role: answer with one button, read what concerns one, confirm one's hours."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from events import assignment
from events.actions import roles
from events.actions.roles import RoleRefused
from events.forms.roles import AnswerForm
from events.models import Role
from events.places import ASSIGNMENT
from events.role_words import part_of
from events.views.personal import answer_for, unknown_link
from forestallies.lib import clock
from forestallies.lib.links import WrongLink
from jobs import submissions
from jobs.submissions import Result, WrongSubmission

SAID = {
    "accept": gettext_lazy("Thank you! The part is yours."),
    "decline": gettext_lazy("Thank you for telling us. The team looks for somebody else."),
    "minutes": gettext_lazy("Your hours are saved. Thank you for your work."),
}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def assignment_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show one person's part in one event, in her language and zone, with the buttons that fit.

    The link opens this event and no other, and no list of participants; it shows no meeting link. Her other parts are
    named, and open from here when she herself is signed in: who holds one link must not get the others with it. Who
    declined or was replaced reads a sentence and nothing of the inside. The link of a closed account opens nothing.
    """
    role = _behind(token)
    if role is None:
        return unknown_link(request)
    return answer_for(request, role.member, partial(_answer, request, role, token))


def _behind(token: str) -> Role | None:
    """The role that a link opens, if it opens any."""
    try:
        wanted = Role.objects.filter(pk=ASSIGNMENT.read(token), member__is_active=True)
    except WrongLink:
        return None
    return wanted.select_related("event", "member").first()


def _answer(request: HttpRequest, role: Role, token: str) -> HttpResponse:
    at = clock.now()
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _act(request, form, role, at):
        return redirect("assignment_page", token)
    return _show(request, form, role, token, at)


def _act(request: HttpRequest, form: AnswerForm, role: Role, at: datetime) -> bool:
    """Do what a button says, once, and say so; False when it was refused, with the sentence in the form."""
    said = form.cleaned_data
    acts: dict[str, Callable[[], Role]] = {
        "accept": lambda: roles.accept(role=role, by=role.member, at=at),
        "decline": lambda: roles.decline(role=role, by=role.member, at=at, reason=said["reason"]),
        "minutes": lambda: roles.confirm_minutes(role=role, minutes=said["minutes"], by=role.member, at=at),
    }

    def act() -> Result:
        return {"role": acts[said["act"]]().pk}

    try:
        kind = f"assignment:{role.pk}:{form.kind}"
        submissions.once(key=said["submission"], kind=kind, by=None, at=at, act=act)
    except RoleRefused as refusal:
        form.add_error(None, str(refusal))
    except WrongSubmission:
        form.add_error(None, _("This page was sent before. Here it is as it is now; please press again."))
    role.refresh_from_db(fields=["state", "reason", "minutes_worked", "minutes_confirmed_at"])
    if not form.errors and _still_holds(said, role):
        messages.success(request, str(SAID[said["act"]]))
    return not form.errors


def _still_holds(said: dict[str, Any], role: Role) -> bool:
    """Whether the role is as the form left it: sent once more, it does nothing, and much may have happened since."""
    left = {"accept": Role.State.ACCEPTED, "decline": Role.State.DECLINED}
    return role.state == left[said["act"]] if said["act"] in left else role.minutes_worked == said["minutes"]


def _show(request: HttpRequest, form: AnswerForm, role: Role, token: str, at: datetime) -> HttpResponse:
    event = role.event
    situation = assignment.situation(role, event, at)
    context: dict[str, Any] = {
        "form": form,
        "role": role,
        "event": event,
        "token": token,
        "situation": situation,
        "now": at,
        "part": part_of(role, event),
        "others": assignment.others(role, at=at),
        "is_herself": request.user == role.member,
    }
    if situation in assignment.INSIDE:
        context |= {
            "company": assignment.company(role, event),
            "materials": assignment.materials(role, event, at=at),
            "moments": assignment.moments(role, event),
            "join_address": assignment.join_address(role, event, at),
            "hours_are_open": roles.hours_are_open(role, event, at),
            "hours_until": event.ends_at + roles.HOURS_OPEN,
            "rehearsal_is_ahead": role.rehearsal_at is not None and role.rehearsal_at > at,
        }
    return render(request, "events/assignment.html", context, status=422 if form.is_bound else 200)
