"""The registrations of one event, for those who schedule it: who has a seat, who waits, and what to do with them.

What people need and wrote is shown here and nowhere else.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from events import registration_desk as desk_list
from events.actions import desk
from events.desk_words import said_of
from events.forms.desk import CHOSEN_AT_MOST, DeskForm, DeskSearch
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock
from jobs import submissions

PER_PAGE = 40
State = Registration.State


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("schedule")
def registration_list(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show all registrations, and do with those ticked what a button says; several are cancelled after a question."""
    at = clock.now()
    if request.method != "POST":
        return _show(request, event, DeskForm(), at=at, status=200)
    form = DeskForm(request.POST)
    if form.is_back:
        return _show(request, event, form, at=at, status=200)
    if form.is_valid() and form.asks_first and (rows := _losing(event, form)):
        return _ask(request, event, form, rows)
    if form.is_valid() and _act(request, event, form, at=at):
        return redirect(_afterwards(request))
    return _show(request, event, form, at=at, status=422)


@require_safe
@cockpit_page("schedule")
def registration_detail(request: CockpitRequest, event: Event, registration_id: int) -> HttpResponse:
    """Show one registration with what was said and its whole history."""
    rows = Registration.objects.filter(event=event, pk=registration_id)
    get_object_or_404(rows)
    [line] = desk_list.lines(event, rows)
    context = {"line": line, "history": desk_list.history(line.registration)}
    return render(request, "events/staff/registration.html", framed(request, event, context))


def _act(request: CockpitRequest, event: Event, form: DeskForm, *, at: datetime) -> bool:
    """Do it once and say with numbers what was done; False when it was refused, with the sentence in the form."""
    by, chosen, reason = request.user, form.chosen, form.cleaned_data["reason"]
    acts: dict[str, Callable[[], list[Registration]]] = {
        "approve": lambda: desk.approve(event=event, ids=chosen, by=by, at=at),
        "decline": lambda: desk.decline(event=event, ids=chosen, by=by, at=at, reason=reason),
        "move_up": lambda: desk.move_up(event=event, ids=chosen, by=by, at=at, reason=reason),
        "cancel": lambda: desk.cancel(event=event, ids=chosen, by=by, at=at, reason=reason),
        "add": lambda: desk.add(event=event, members=desk_list.addable(event, chosen, at=at), by=by, at=at),
    }

    def act() -> dict[str, Any]:
        return _counted(acts[form.act](), chosen)

    try:
        key, kind = form.cleaned_data["submission"], f"desk:{event.pk}:{form.kind}"
        result = submissions.once(key=key, kind=kind, by=by, at=at, act=act)
    except RegistrationRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    except submissions.WrongSubmission:
        form.add_error(None, _("This page was sent before. Here is the list as it is now; please press again."))
        return False
    messages.success(request, said_of(form.act, result))
    if result["left_out"]:
        words = ngettext(
            "%(count)d of those you chose was left out, because it does not fit any more.",
            "%(count)d of those you chose were left out, because it does not fit any more.",
            result["left_out"],
        )
        messages.warning(request, words % {"count": result["left_out"]})
    return True


def _counted(done: Collection[Registration], chosen: Collection[int]) -> dict[str, Any]:
    """What the page needs to say of the outcome, also when the form comes twice."""
    return {
        "done": len(done),
        "seats": sum(row.state == State.CONFIRMED for row in done),
        "waiting": sum(row.state == State.WAITLISTED for row in done),
        "left_out": len(chosen) - len(done),
    }


def _afterwards(request: CockpitRequest) -> str:
    """The list as it was narrowed, with nothing ticked and nobody looked for."""
    kept = request.GET.copy()
    for name in ("all", "find", "page"):
        kept.pop(name, None)
    return f"{request.path}?{kept.urlencode()}" if kept else request.path


def _losing(event: Event, form: DeskForm) -> list[Registration]:
    """Those of the chosen who have something to lose."""
    rows = desk_list.listed(event).filter(pk__in=form.chosen, state__in=Registration.STANDING)
    return list(rows.select_related("member"))


def _ask(request: CockpitRequest, event: Event, form: DeskForm, rows: list[Registration]) -> HttpResponse:
    """Say how many would lose their place before several are cancelled."""
    counted = [(group, len(found)) for group, found in desk_list.grouped([desk_list.Line(row, None) for row in rows])]
    context = {"form": form, "rows": rows, "counted": counted}
    return render(request, "events/staff/registrations_confirm.html", framed(request, event, context))


def _show(request: CockpitRequest, event: Event, form: DeskForm, *, at: datetime, status: int) -> HttpResponse:
    search = DeskSearch(request.GET)
    is_all, counts = request.GET.get("all") == "1", desk_list.counts(event)
    rows = desk_list.listed(event, group=search.asked("state"), name=search.asked("name"))
    page = Paginator(rows, CHOSEN_AT_MOST if is_all else PER_PAGE).get_page(request.GET.get("page"))
    lines = desk_list.lines(event, cast("QuerySet[Registration]", page.object_list))
    context = {
        "form": form,
        "page": page,
        "groups": [(group, found, counts[group.name]) for group, found in desk_list.grouped(lines)],
        "pills": [(group, counts[group.name]) for group in desk_list.GROUPS],
        "counts": counts,
        "total": sum(counts.values()),
        "taken": counts["seated"] + counts["offered"],
        "state": search.asked("state"),
        "name": search.asked("name"),
        "find": search.asked("find"),
        "found": desk_list.to_add(event, search.asked("find"), at=at),
        "ticked": _ticked(form, [line.registration.pk for line in lines] if is_all else []),
        "ticked_to_add": set(form.chosen) if form.act == "add" else set(),
        "is_ahead": event.state == Event.State.SCHEDULED and event.starts_at > at,
    }
    return render(request, "events/staff/registrations.html", framed(request, event, context), status=status)


def _ticked(form: DeskForm, everybody: Collection[int]) -> set[int]:
    """What is ticked in the list: as it was sent, or everybody when that was asked for."""
    if form.is_bound:
        return set() if form.act == "add" else set(form.chosen)
    return set(everybody)
