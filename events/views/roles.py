"""The roles of one event, for those who schedule it: who is asked for what, who answered, and who else could."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from events import role_list as board_of
from events.actions import roles
from events.actions.roles import RoleRefused
from events.forms.roles import InviteForm, PartForm
from events.models import Event, Role
from events.role_words import part_of
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members.models import Member

SAID = {
    "remind": gettext_lazy("%(name)s gets a message and is asked once more."),
    "withdraw": gettext_lazy("%(name)s has no part in this event any more."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("schedule")
def role_list(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show all roles with their answers, and remind or take back the one whose button is pressed."""
    at, problem = clock.now(), ""
    if request.method == "POST":
        problem = _act(request, event, at)
        if not problem:
            return redirect("role_list", event.pk)
    context = {
        "board": board_of.board(event, at=at),
        "problem": problem,
        "takes_place": event.state == Event.State.SCHEDULED and event.ends_at > at,
        "is_draft": event.state == Event.State.DRAFT,
    }
    return render(request, "events/staff/roles.html", framed(request, event, context), status=422 if problem else 200)


def _act(request: CockpitRequest, event: Event, at: datetime) -> str:
    """Do what a button says, once; give the sentence when it was refused."""
    acts: dict[str, Callable[..., Role]] = {"remind": roles.remind, "withdraw": roles.withdraw}
    form, wanted, pk = SubmissionForm(request.POST), request.POST.get("do", ""), request.POST.get("role", "")
    rows = Role.objects.filter(event=event).select_related("member")
    role = rows.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
    if wanted not in acts or role is None or not form.is_valid():
        return _("That form was incomplete and nothing was changed. Please try again from this page.")

    def act() -> dict[str, str]:
        acts[wanted](role=role, by=request.user, at=at)
        return {}

    try:
        key = form.cleaned_data["submission"]
        submissions.once(key=key, kind=f"role:{role.pk}:{wanted}", by=request.user, at=at, act=act)
    except RoleRefused as refusal:
        return str(refusal)
    messages.success(request, str(SAID[wanted]) % {"name": role.member.name})
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("schedule")
def role_invite(request: CockpitRequest, event: Event) -> HttpResponse:
    """Invite somebody; `?kind=` and `?channel=` propose for what, `?instead=` names the role that somebody else gets.

    The button `find` only looks for a name and keeps all that was typed.
    """
    at = clock.now()
    old = _instead_of(request, event)
    looks = request.POST.get("do") == "find"
    name = " ".join((request.POST.get("find") or "").split())[:80]
    people = board_of.found(event, name, by=request.user, at=at) if name else []
    if request.method == "POST" and not looks:
        people = _with_chosen(request, event, people, at)
        form = InviteForm(request.POST, people=people, event=event, role=old, at=at)
        if form.is_valid() and _invite(request, event, form, old, at):
            return redirect("role_list", event.pk)
    else:
        given = request.POST.dict() if looks else {key: request.GET.get(key, "") for key in ("kind", "channel")}
        given.pop("submission", None)
        form = InviteForm(people=people, event=event, role=old, at=at, initial=given)
    context = {
        "form": form,
        "old": old,
        "part": part_of(old, event) if old else "",
        "people": people,
        "looked_for": name if looks else "",
    }
    page = framed(request, event, context)
    return render(request, "events/staff/role_invite.html", page, status=422 if form.is_bound else 200)


def _instead_of(request: CockpitRequest, event: Event) -> Role | None:
    """The role of this event that is to be given to somebody else, if the address names one."""
    pk = request.GET.get("instead", "")
    if not pk:
        return None
    rows = Role.objects.filter(event=event).select_related("member")
    return get_object_or_404(rows, pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)


def _with_chosen(request: CockpitRequest, event: Event, people: list[Member], at: datetime) -> list[Member]:
    """The people found, and whoever was chosen among those found before."""
    pk = request.POST.get("member", "")
    if not (pk.isdecimal() and len(pk) < 19) or any(str(one.pk) == pk for one in people):
        return people
    return [*people, *board_of.people_to_ask(event, by=request.user, at=at).filter(pk=int(pk))]


def _invite(request: CockpitRequest, event: Event, form: InviteForm, old: Role | None, at: datetime) -> bool:
    """Invite once and say so; False when it was refused, with the sentence in the form."""
    who, part, by = form.who(), form.part(), request.user
    send = (
        partial(roles.replace, role=old, who=who, part=part, by=by, at=at)
        if old
        else partial(roles.invite, event=event, who=who, part=part, by=by, at=at)
    )

    def act() -> dict[str, int]:
        return {"role": send().pk}

    try:
        key, kind = form.cleaned_data["submission"], f"role_invite:{event.pk}:{old.pk if old else ''}"
        submissions.once(key=key, kind=kind, by=by, at=at, act=act)
    except RoleRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The invitation to %(name)s is on its way.") % {"name": who.name})
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("schedule")
def role_change(request: CockpitRequest, event: Event, role_id: int) -> HttpResponse:
    """Change what is expected of somebody, her rehearsal and her channel."""
    at = clock.now()
    role = get_object_or_404(Role.objects.filter(event=event).select_related("member"), pk=role_id)
    form = PartForm(request.POST if request.method == "POST" else None, event=event, role=role, at=at)
    if form.is_bound and form.is_valid() and _change(request, form, role, at):
        return redirect("role_list", event.pk)
    context = {"form": form, "role": role, "part": part_of(role, event)}
    page = framed(request, event, context)
    return render(request, "events/staff/role_change.html", page, status=422 if form.is_bound else 200)


def _change(request: CockpitRequest, form: PartForm, role: Role, at: datetime) -> bool:
    """Change it once and say so; False when it was refused, with the sentence in the form."""

    def act() -> dict[str, int]:
        return {"role": roles.change(role=role, part=form.part(), by=request.user, at=at).pk}

    try:
        key = form.cleaned_data["submission"]
        submissions.once(key=key, kind=f"role_change:{role.pk}", by=request.user, at=at, act=act)
    except RoleRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Saved."))
    return True
