"""The rooms of one event, for those who run it: which there are, who is where, on paper too, and what was noted.

`?room=` narrows the people to those of one room; without it they are those in none.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from events import rooms, rooms_words
from events.actions import rooms as changes
from events.actions.rooms import RoomsRefused
from events.forms.rooms import PlacesForm, RoomForm
from events.models import Event, Room
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm

PER_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("run")
def room_list(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show the rooms and the people, and put those ticked where a button says."""
    at, plan = clock.now(), rooms.plan(event)
    if request.method != "POST":
        return _show(request, event, plan, PlacesForm(plan=plan), status=200)
    form = PlacesForm(request.POST, plan=plan)
    if form.is_valid() and _act(request, event, form, at=at):
        return redirect(request.get_full_path())
    return _show(request, event, plan, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("run")
def room_create(request: CockpitRequest, event: Event) -> HttpResponse:
    """Make a room."""
    at = clock.now()
    form = RoomForm(request.POST if request.method == "POST" else None, event=event)

    def act() -> dict[str, Any]:
        return {"room": changes.add(event=event, wish=form.wish, by=request.user, at=at).pk}

    if form.is_valid() and _sent_once(request, form, f"room:{event.pk}:{form.fingerprint}", act, at=at):
        messages.success(request, _("The room was added."))
        return redirect("room_list", event.pk)
    context = {"form": form, "room": None}
    return render(
        request, "events/staff/room_form.html", framed(request, event, context), status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("run")
def room_edit(request: CockpitRequest, event: Event, room_id: int) -> HttpResponse:
    """Change a room, or remove it."""
    at = clock.now()
    room = get_object_or_404(rooms.rooms_of(event), pk=room_id)
    is_removed = request.method == "POST" and request.POST.get("do") == "remove"
    if is_removed and (done := _remove(request, event, room, at=at)):
        return done
    form = RoomForm(request.POST if request.method == "POST" and not is_removed else None, event=event, room=room)

    def act() -> dict[str, Any]:
        return {"room": changes.change(room=room, wish=form.wish, by=request.user, at=at).pk}

    if form.is_valid() and _sent_once(request, form, f"room:{room.pk}:{form.fingerprint}", act, at=at):
        messages.success(request, _("The room was changed."))
        return redirect("room_list", event.pk)
    context = {"form": form, "room": room}
    status = 422 if request.method == "POST" else 200
    return render(request, "events/staff/room_form.html", framed(request, event, context), status=status)


@require_safe
@cockpit_page("help")
def room_print(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show who is where, ready for paper; `?pages=1` begins each room on a sheet of its own."""
    context = {"plan": rooms.plan(event), "one_per_page": request.GET.get("pages") == "1", "at": clock.now()}
    return render(request, "events/staff/room_print.html", framed(request, event, context))


@require_safe
@cockpit_page("run")
def room_notes(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show what was noted in all rooms."""
    page = Paginator(rooms.notes_of(event), 10).get_page(request.GET.get("page"))
    return render(request, "events/staff/room_notes.html", framed(request, event, {"page": page}))


def _act(request: CockpitRequest, event: Event, form: PlacesForm, *, at: datetime) -> bool:
    """Do it once and say what was done; False when it was refused, with the sentence in the form."""
    by, chosen, room = request.user, form.chosen, form.room

    def fill() -> dict[str, Any]:
        done = changes.fill(event=event, by=by, at=at)
        return {"placed": done.placed, "not_for": done.not_for, "full": done.full}

    def move() -> dict[str, Any]:
        return {"moved": changes.place(room=room, members=chosen, by=by, at=at) if room else 0}

    acts: dict[str, Callable[[], dict[str, Any]]] = {
        "move": move,
        "out": lambda: {"out": changes.take_out(event=event, members=chosen, by=by, at=at)},
        "fill": fill,
        "empty": lambda: {"out": changes.empty(event=event, by=by, at=at)},
    }
    result = _sent_once(request, form, f"{event.pk}:{form.kind}", acts[form.act], at=at)
    if result is None:
        return False
    for level, words in rooms_words.said_of(result, room):
        messages.add_message(request, level, words)
    return True


def _sent_once(
    request: CockpitRequest,
    form: SubmissionForm,
    kind: str,
    act: Callable[[], dict[str, Any]],
    *,
    at: datetime,
) -> dict[str, Any] | None:
    """Act, unless the same form was sent before; None when it was refused, with the sentence in the form."""
    try:
        return submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
    except RoomsRefused as refusal:
        form.add_error(None, str(refusal))
    except submissions.WrongSubmission:
        form.add_error(None, _("This page was sent before. Please look at it as it is now, and press again."))
    return None


def _remove(request: CockpitRequest, event: Event, room: Room, *, at: datetime) -> HttpResponse | None:
    """Remove the room; None when it was refused, with the sentence among the messages."""
    form = SubmissionForm(request.POST)

    def act() -> dict[str, Any]:
        changes.remove(room=room, by=request.user, at=at)
        return {}

    if form.is_valid() and _sent_once(request, form, f"room:{room.pk}:remove", act, at=at) is not None:
        messages.success(request, _("The room was removed."))
        return redirect("room_list", event.pk)
    for words in form.non_field_errors():
        messages.error(request, str(words))
    return None


def _show(request: CockpitRequest, event: Event, plan: rooms.Plan, form: PlacesForm, *, status: int) -> HttpResponse:
    groups = {"": plan.without, **{str(one.room.pk): one.people for one in plan.rooms}, "team": plan.team}
    asked = request.GET.get("room", "")
    shown = asked if asked in groups else ""
    page = Paginator(groups[shown], PER_PAGE).get_page(request.GET.get("page"))
    is_all = request.GET.get("all") == "1" and not form.is_bound
    context = {
        "plan": plan,
        "form": form,
        "page": page,
        "shown": shown,
        "here": next((one for one in plan.rooms if str(one.room.pk) == shown), None),
        "ticked": {one.member.pk for one in page} if is_all else set(form.chosen),
        "noted": rooms.notes_of(event).count(),
        "print_link": reverse("room_print", args=[event.pk]),
    }
    return render(request, "events/staff/room_list.html", framed(request, event, context), status=status)
