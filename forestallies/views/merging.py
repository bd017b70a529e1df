"""Merging two records of one person, or of one organisation: choosing them, looking, doing it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forestallies.lib import clock
from forestallies.merging import choosing, fields
from forestallies.merging.choosing import ORGANISATIONS, PEOPLE, Kind
from forestallies.merging.forms import MergeForm
from forestallies.merging.merge import merge_organisations, merge_people, try_out
from forestallies.merging.policies import MergeRefused
from jobs import submissions
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only

MOST = 2**63


@dataclass(frozen=True)
class Pages:
    """The two pages of a kind, by their names."""

    kind: Kind
    choose: str
    merge: str
    act: Any


OF = {
    "people": Pages(PEOPLE, "merge_people_choose", "merge_people", merge_people),
    "organisations": Pages(ORGANISATIONS, "merge_organisations_choose", "merge_organisations", merge_organisations),
}


@require_safe
@staff_only
def choose(request: MemberRequest, of: str) -> HttpResponse:
    """Offer pairs that are probably the same, and a search for two others; `?one=` is chosen already."""
    check_reader_coordinates(request)
    return _choose(request, OF[of])


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def merge(request: MemberRequest, of: str, kept_id: int, other_id: int) -> HttpResponse:
    """Show two records side by side with what would happen; a POST makes them one."""
    check_reader_coordinates(request)
    pages, at = OF[of], clock.now()
    rows = pages.kind.visible_to(request.user, at=at).filter(pk__in=_ids(kept_id, other_id))
    found = {row.pk: row for row in choosing.with_facts(rows, by=request.user, at=at)}
    if not {kept_id, other_id} <= set(found):
        return _missing(request, pages, {kept_id, other_id} - set(found))
    kept, other = found[kept_id], found[other_id]
    form = MergeForm(
        request.POST if request.method == "POST" else None, compared=fields.compare(kept, other, chosen={})
    )
    if form.is_bound and form.is_valid():
        refusal = _act(request, pages, form, kept_id=kept_id, other_id=other_id)
        if refusal is None:
            return redirect(pages.choose)
        form.add_error(None, refusal)
    return _look(request, pages, form, kept, other)


def _act(request: MemberRequest, pages: Pages, form: MergeForm, *, kept_id: int, other_id: int) -> str | None:
    """Merge once; answers why not, or nothing."""
    at = clock.now()

    def once() -> dict[str, Any]:
        report = pages.act(kept_id=kept_id, other_id=other_id, chosen=form.chosen, by=request.user, at=at)
        return {"name": report.kept.name}

    try:
        key = form.cleaned_data["submission"]
        result = submissions.once(key=key, kind=f"merge-{pages.kind.of}", by=request.user, at=at, act=once)
    except MergeRefused as refusal:
        return str(refusal)
    messages.success(request, _("The two are one record now: %(name)s.") % result)
    return None


def _look(request: MemberRequest, pages: Pages, form: MergeForm, kept: Any, other: Any) -> HttpResponse:
    """Both records, and what a trial of the merge says; why it is refused, where it is."""
    chosen = form.chosen if form.is_bound and form.is_valid() else {}
    report, refusal = None, ""
    try:
        report = try_out(pages.act, kept_id=kept.pk, other_id=other.pk, chosen=chosen, by=request.user, at=clock.now())
    except MergeRefused as refused:
        refusal = str(refused)
    context = {
        "pages": pages,
        "is_person": pages.kind is PEOPLE,
        "kept": kept,
        "other": other,
        "compared": fields.compare(kept, other, chosen),
        "form": form,
        "report": report,
        "refusal": refusal,
    }
    status = 422 if form.is_bound else (409 if refusal else 200)
    return render(request, "merging/merge.html", context, status=status)


def _missing(request: MemberRequest, pages: Pages, ids: set[int]) -> HttpResponse:
    """Say that one of the two was merged already, or is nobody the reader may see."""
    kept = choosing.now_part_of(pages.kind, _ids(*ids))
    visible = pages.kind.visible_to(request.user, at=clock.now())
    if kept is not None and visible.filter(pk=kept.pk).exists():
        words = _("This record was merged already. It is part of %(name)s now.") % {"name": kept.name}
    else:
        words = _("One of these two is not known here, or takes part in nothing that you coordinate.")
    return _choose(request, pages, problem=words)


def _choose(request: MemberRequest, pages: Pages, *, problem: str = "") -> HttpResponse:
    at, reader = clock.now(), request.user
    words, number = request.GET.get("q", ""), request.GET.get("one", "")
    visible = pages.kind.visible_to(reader, at=at)
    is_number = number.isascii() and number.isdigit() and int(number) < MOST
    one = choosing.with_facts(visible.filter(pk=number), by=reader, at=at).first() if is_number else None
    context = {
        "pages": pages,
        "is_person": pages.kind is PEOPLE,
        "problem": problem,
        "words": words,
        "one": one,
        "found": choosing.matching(pages.kind, words, by=reader, at=at, but=[one.pk] if one else []),
        "alike": choosing.alike(pages.kind, one, by=reader, at=at) if one and not words else [],
        "likely": choosing.likely(pages.kind, by=reader, at=at) if not one and not words else [],
    }
    return render(request, "merging/choose.html", context, status=404 if problem else 200)


def _ids(*ids: int) -> list[int]:
    return [pk for pk in ids if pk < MOST]
