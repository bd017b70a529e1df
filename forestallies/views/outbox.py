"""The list of the outbox: what is planned, on its way, sent, failed or held back, and what to do with several."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from forestallies.outbox import board
from forestallies.outbox.choice import ChoiceForm
from forestallies.outbox.search import Search, SearchForm
from jobs import submissions
from members import outbox
from members.models import Mailing
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only
from notices.actions import outbox as actions
from notices.models import Notice

PER_PAGE = 25
NAMED = 100  # on the page that asks; the others are counted


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def outbox_list(request: MemberRequest) -> HttpResponse:
    """Show the messages one sees, and after a question cancel or send again those that were ticked."""
    check_reader_coordinates(request)
    at = clock.now()
    if request.method != "POST":
        return _show(request, ChoiceForm(), at=at)
    form = ChoiceForm(request.POST)
    if form.is_valid():
        if form.cleaned_data["everything"]:
            _choose_all(request, form, at=at)
        if form.is_sure and _act(request, form, at=at):
            return redirect(_afterwards(request))
        if not form.errors and (rows := _fitting(request, form, at=at)):
            return _ask(request, form, rows, at=at)
        if not form.errors:
            form.add_error(None, _("This fits none of the messages you chose. Nothing was changed."))
    return _show(request, form, at=at, status=422)


def _choose_all(request: MemberRequest, form: ChoiceForm, *, at: datetime) -> None:
    """Choose everything that the search finds, as far as it may be handled at once."""
    search, group = _search(request, at=at), board.group_named(request.GET.get("show", ""))
    if search is None or group == board.PLANNED:
        form.add_error(None, _("The search could not be read."))
        return
    rows = board.of_group(search.narrow(outbox.readable_notices(request.user, at=at)), group)
    if not group:
        rows = rows.filter(state__in=_FIT[form.act])
    form.chosen = list(rows.values_list("pk", flat=True)[: actions.AT_MOST + 1])
    if len(form.chosen) > actions.AT_MOST:
        words = _("That is more than %(number)d messages at a time. Please narrow the search.")
        form.add_error(None, words % {"number": actions.AT_MOST})


_FIT = {
    "cancel": (Notice.State.QUEUED, Notice.State.RETRY),
    "resend": (Notice.State.FAILED, Notice.State.SENT),
}


def _fitting(request: MemberRequest, form: ChoiceForm, *, at: datetime) -> list[Notice]:
    """Those of the chosen that the reader may handle, and with which this can be done as they stand now."""
    rows = outbox.readable_notices(request.user, at=at).filter(pk__in=form.chosen).order_by("pk")
    fits = actions.may_cancel if form.act == "cancel" else lambda row: actions.may_resend(row, at=at)
    return [row for row in rows.select_related("recipient").defer("text", "html", "calendar") if fits(row)]


def _act(request: MemberRequest, form: ChoiceForm, *, at: datetime) -> bool:
    """Do it once and say with numbers what was done; False when it was refused, with the sentence in the form."""
    readable = outbox.readable_notices(request.user, at=at).filter(pk__in=form.chosen)
    ids, act = list(readable.values_list("pk", flat=True)), form.act
    do = actions.cancel_many if act == "cancel" else actions.resend_many

    def once() -> dict[str, int]:
        return asdict(do(ids=ids, by=request.user, at=at))

    try:
        key = form.cleaned_data["submission"]
        result = submissions.once(key=key, kind=form.kind, by=request.user, at=at, act=once)
    except actions.OutboxRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    except submissions.WrongSubmission:
        form.add_error(None, _("This page was sent before. Here is the list as it is now; please press again."))
        return False
    messages.success(request, _done_words(act, result["done"]))
    if result["left"]:
        messages.warning(request, _left_words(result["left"]))
    return True


def _done_words(act: str, number: int) -> str:
    if act == "cancel":
        words = ngettext("%(count)d message cancelled.", "%(count)d messages cancelled.", number)
    else:
        words = ngettext("%(count)d message is on its way again.", "%(count)d messages are on their way again.", number)
    return words % {"count": number}


def _left_words(number: int) -> str:
    words = ngettext(
        "%(count)d had left already or does not fit any more, and stays as it is.",
        "%(count)d had left already or do not fit any more, and stay as they are.",
        number,
    )
    return words % {"count": number}


def _ask(request: MemberRequest, form: ChoiceForm, rows: list[Notice], *, at: datetime) -> HttpResponse:
    """Say how many messages it will be before anything happens."""
    context = {
        "act": form.act,
        "number": len(rows),
        "left": len(form.chosen) - len(rows),
        "lines": board.lines(rows[:NAMED], request.user, at=at),
        "more": max(len(rows) - NAMED, 0),
        "chosen": " ".join(str(row.pk) for row in rows),
        "back": _afterwards(request),
    }
    return render(request, "outbox/confirm.html", context)


def _afterwards(request: MemberRequest) -> str:
    """The list as it was narrowed."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{request.path}?{kept.urlencode()}" if kept else request.path


def _form(request: MemberRequest, *, at: datetime) -> SearchForm:
    events = board.events_to_offer(request.user, request.GET.get("event", ""), at=at)
    return SearchForm(request.GET, events=events)


def _search(request: MemberRequest, *, at: datetime) -> Search | None:
    form = _form(request, at=at)
    return form.search() if form.is_valid() else None


def _show(request: MemberRequest, choice: ChoiceForm, *, at: datetime, status: int = 200) -> HttpResponse:
    form, group = _form(request, at=at), board.group_named(request.GET.get("show", ""))
    context: dict[str, Any] = {
        "form": form,
        "choice": choice,
        "group": group,
        "groups": board.GROUPS,
        "pulses": board.pulses(at=at),
        "stopped": outbox.visible_addresses(request.user, at=at).stopped().count(),
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "is_narrowed_more": any(request.GET.get(name) for name in form.fields if name not in ("who", "letter")),
        "ticked": set(choice.chosen),
        "acts": [act for act, states in _FIT.items() if not group or set(states) & set(group.states)],
    }
    if not form.is_valid():
        return render(request, "outbox/list.html", {**context, "counts": {}}, status=422)
    search = form.search()
    if search.letter:
        context["letter"] = Mailing.objects.visible_to(request.user, at=at).filter(pk=search.letter).first()
    found = search.narrow(outbox.visible_notices(request.user, at=at))
    counts = context["counts"] = board.counted(found)
    if group == board.PLANNED:
        ahead = Paginator(board.planned(request.user, search, at=at), PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": ahead, "planned": list(ahead), "is_of_people": search.is_of_people}
    else:
        paginator = Paginator(board.of_group(found, group), PER_PAGE)
        paginator.count = counts[group.name] if group else sum(counts.values())  # counted already
        page = paginator.get_page(request.GET.get("page"))
        context |= {"page": page, "lines": board.lines(page, request.user, at=at), "number": paginator.count}
    return render(request, "outbox/list.html", context, status=status)
