"""The coordinators' queue of applications: searching it, and deciding on several."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, DurationField, ExpressionWrapper, F, Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from forestallies.lib.database import Median
from jobs import submissions
from members import bulk
from members.actions import bulk_decisions
from members.bulk import Judged
from members.forms.queue import ChoiceForm, QueueForm
from members.models import Application
from members.models.applications import ApplicationQuerySet
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only

PER_PAGE = 25
SPAN = timedelta(days=90)


@dataclass(frozen=True)
class Line:
    """One application in the list, with how long it has waited (waited, when it is decided on).

    It is late when the team owes an answer, not while the applicant does.
    """

    application: Application
    days: int
    is_late: bool


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def application_list(request: MemberRequest) -> HttpResponse:
    """List the applications one decides on, and after a question decide on those that were ticked."""
    check_reader_coordinates(request)
    at = clock.now()
    if request.method != "POST":
        return _show(request, ChoiceForm(), at=at)
    form = ChoiceForm(request.POST)
    if form.is_valid():
        if form.is_sure and _act(request, form, at=at):
            return redirect(_afterwards(request))
        judged = bulk.judge(form.chosen, form.act, by=request.user, at=at)
        if not form.errors and judged:
            return _ask(request, form, judged)
        if not form.errors:
            form.add_error(None, _("These applications are not known. Nothing was changed."))
    elif form.is_sure and form.has_error("reason"):
        return _ask(request, form, bulk.judge(form.chosen, form.act, by=request.user, at=at), status=422)
    return _show(request, form, at=at, status=422)


def _act(request: MemberRequest, form: ChoiceForm, *, at: datetime) -> bool:
    """Do it once and say with numbers what was done; False when the page was used before."""

    def once() -> dict[str, int]:
        if form.act == "approve":
            return asdict(bulk_decisions.approve_many(ids=form.chosen, by=request.user, at=at))
        reason = form.cleaned_data["reason"]
        return asdict(bulk_decisions.decline_many(ids=form.chosen, reason=reason, by=request.user, at=at))

    try:
        key = form.cleaned_data["submission"]
        result = submissions.once(key=key, kind=form.kind, by=request.user, at=at, act=once)
    except submissions.WrongSubmission:
        form.add_error(None, _("This page was sent before. Here is the list as it is now; please press again."))
        return False
    if result["done"]:
        messages.success(request, _done_words(form.act, result["done"]))
    if result["left"]:
        messages.warning(request, _left_words(result["left"]))
    return True


def _done_words(act: str, number: int) -> str:
    if act == "approve":
        words = ngettext(
            "%(count)d application approved; the sign-in link is on its way.",
            "%(count)d applications approved; the sign-in links are on their way.",
            number,
        )
    else:
        words = ngettext(
            "%(count)d application declined. The mail leaves in an hour; until then you can undo it on its page.",
            "%(count)d applications declined. The mails leave in an hour; until then you can undo each on its page.",
            number,
        )
    return words % {"count": number}


def _left_words(number: int) -> str:
    words = ngettext("%(count)d application stays as it is.", "%(count)d applications stay as they are.", number)
    return words % {"count": number}


def _ask(request: MemberRequest, form: ChoiceForm, judged: Iterable[Judged], *, status: int = 200) -> HttpResponse:
    """Say what would become of each before anything happens."""
    judged = list(judged)
    fit = [one for one in judged if not one.hindrance]
    context = {
        "act": form.act,
        "form": form,
        "fit": fit,
        "left": [one for one in judged if one.hindrance],
        "number": len(fit),
        "chosen": " ".join(str(one.application.pk) for one in fit),
        "back": _afterwards(request),
    }
    return render(request, "members/staff/application_confirm.html", context, status=status)


def _afterwards(request: MemberRequest) -> str:
    """The list as it was narrowed."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{request.path}?{kept.urlencode()}" if kept else request.path


def _show(request: MemberRequest, choice: ChoiceForm, *, at: datetime, status: int = 200) -> HttpResponse:
    form = QueueForm(request.GET)
    rows = Application.objects.visible_to(request.user, at=at)
    context: dict[str, Any] = {
        "form": form,
        "choice": choice,
        "ticked": set(choice.chosen),
        "figures": _figures(rows, at=at),
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "is_narrowed_more": any(request.GET.get(name) for name in form.fields if name != "who"),
    }
    if not form.is_valid():
        return render(request, "members/staff/application_list.html", {**context, "lines": []}, status=422)
    order = ("submitted_at", "pk") if form.is_waiting else ("-submitted_at", "-pk")
    found = form.narrow(rows, at=at).order_by(*order)
    page = Paginator(found.select_related("decided_by"), PER_PAGE).get_page(request.GET.get("page"))
    lines = [_line(row, at=at) for row in page]
    context |= {"page": page, "lines": lines, "any_open": any(line.application.is_open() for line in lines)}
    return render(request, "members/staff/application_list.html", context, status=status)


def _line(row: Application, *, at: datetime) -> Line:
    until = row.decided_at or row.withdrawn_at or at
    days = (until - row.submitted_at).days
    is_ours = row.is_open() and row.state != Application.State.INFO_REQUESTED
    return Line(row, days, is_ours and days >= settings.APPLICATION_ANSWER_DAYS)


def _figures(rows: ApplicationQuerySet, *, at: datetime) -> dict[str, Any]:
    """How many wait and for how long, and how long decisions took lately; two queries through their indexes."""
    waiting = rows.open().aggregate(number=Count("pk"), oldest=Min("submitted_at"))
    took = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())
    lately = rows.decided().filter(decided_at__gt=at - SPAN)
    decided = lately.aggregate(number=Count("pk"), median=Median(took, output_field=DurationField()))
    return {
        "waiting": waiting["number"],
        "oldest": (at - waiting["oldest"]).days if waiting["oldest"] else None,
        "decided": decided["number"],
        "median": round(decided["median"] / timedelta(days=1)) if decided["number"] else None,
        "span": SPAN.days,
    }
