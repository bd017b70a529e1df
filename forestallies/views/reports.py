"""The coordinators' reports: choose what it is about, search, read, take it along."""

import tempfile
from contextlib import ExitStack
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from forestallies.lib import clock
from forestallies.lib.spreadsheets import FORMATS
from forestallies.reports import exports, scopes
from forestallies.reports.search import SearchForm
from forestallies.reports.tables import Table
from members import policies
from members.models import Member
from members.requests import MemberRequest
from members.staff import ask_again, staff_only

PER_PAGE = 25
IN_MEMORY = 1_048_576  # bytes of a file; a larger one waits on disk, without a name
PROVED = "then=download"  # in the address of a report: who reads it has just proved who she is, to download it
PAGES = {table.page_name: table for table in exports.PEOPLE}
OFFERED = ("xlsx", "csv")  # on the page; JSON is for programs, by the command


@require_safe
@staff_only
def attendance_list(request: MemberRequest) -> HttpResponse:
    """List the editions, gatherings and communities that one may report on."""
    at = clock.now()
    policies.check_coordinates_anything(request.user, at=at)
    context = {
        "editions": scopes.editions(request.user, at=at),
        "gatherings": scopes.gatherings(request.user, at=at),
        "communities": scopes.communities(request.user, at=at),
    }
    return render(request, "reports/attendance_list.html", context)


@require_safe
@staff_only
def attendance_report(request: MemberRequest, kind: str, slug: str, name: str) -> HttpResponse:
    """Show a report to read, narrowed by the search, 25 rows a page."""
    at = clock.now()
    table, scope = _load(request, kind, slug, name, at=at)
    form = SearchForm(request.GET, scope=scope, asks=table.asks)
    rows: Any = Member.objects.none()
    if form.is_valid():
        scope = table.prepare(scope, form.search())
        rows = table.rows(scope, form.search(), at)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    read, shown = table.reader(scope), table.shown(scope)
    context: dict[str, Any] = {
        "table": table,
        "title": table.title(scope),
        "tables": [(one.page_name, one.title(scope)) for one in exports.PEOPLE],
        "scope": scope,
        "form": form,
        "page": page,
        "labels": [label for label, _how in shown],
        "lines": [(row, [(label, how(row)) for label, how in shown]) for row in map(read, page)],
        "headings": table.headings(scope),
        "formats": OFFERED,
        "search": _search(request.GET),
        "may_press": PROVED in request.GET.urlencode() and policies.proved_lately(request, at=at),
        "as_of": at,
        "definitions": f"reports/_{table.name}.html",
    }
    return render(request, "reports/attendance_report.html", context, status=200 if form.is_valid() else 422)


@require_GET
@staff_only
def attendance_download(request: MemberRequest, kind: str, slug: str, name: str, form: str) -> HttpResponseBase:
    """Hand over the file of a report: only to somebody who proved lately who she is, and on record."""
    at = clock.now()
    table, scope = _load(request, kind, slug, name, at=at)
    if form not in OFFERED:
        raise Http404
    search = SearchForm(request.GET, scope=scope, asks=table.asks)
    page = f"{reverse('attendance_report', args=[kind, slug, name])}?{_search(request.GET)}"
    if door := ask_again(request, back=f"{_with(page, PROVED)}#take"):
        return door
    if not search.is_valid():
        return redirect(page)  # which says what is wrong
    return hand_over(
        request, exports.Order(table, scope, search.search(), form, "page", exports.PAGE_LIMIT), page, at=at
    )


def hand_over(request: MemberRequest, order: exports.Order, page: str, *, at: datetime) -> HttpResponseBase:
    """Make the file and answer with it; with a sentence on its page where there is none."""
    with ExitStack() as closing:
        file = closing.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        try:
            exports.take(order, cast("BinaryIO", file), by=request.user, at=at)
        except exports.ExportRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(page)
        closing.pop_all()  # the answer closes it
    file.seek(0)
    content_type = FORMATS[order.format].content_type
    return FileResponse(file, as_attachment=True, filename=order.file_name(at), content_type=content_type)


def _load(request: MemberRequest, kind: str, slug: str, name: str, *, at: datetime) -> tuple[Table, scopes.Scope]:
    policies.check_coordinates_anything(request.user, at=at)
    try:
        return PAGES[name], scopes.find(kind, slug, member=request.user, at=at)
    except (KeyError, scopes.UnknownScope):
        raise Http404 from None


def _search(query: QueryDict) -> str:
    """What was searched for, without the page and the word of having come back from a proof."""
    kept = query.copy()
    for other in ("page", PROVED.partition("=")[0]):
        kept.pop(other, None)
    return kept.urlencode()


def _with(address: str, pair: str) -> str:
    """Add one pair to the end of an address that has a question mark."""
    return f"{address}{pair}" if address.endswith("?") else f"{address}&{pair}"
