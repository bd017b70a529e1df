"""The terms, for coordinators: who agreed to which version, and writing the next one."""

import tempfile
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from audit.models import record
from forestallies.lib import clock
from forestallies.lib.spreadsheets import FORMATS
from jobs import submissions
from jobs.submissions import Result
from members import consent_lists, policies, terms
from members.actions import term_versions
from members.forms.consents import PublishForm, TermVersionForm
from members.models import Consent, TermVersion
from members.requests import MemberRequest
from members.staff import ask_again, check_reader_coordinates, staff_only

PER_PAGE = 50
HEADINGS = ("name", "country", "term", "version_in_force", "stands", "version_agreed_to", "agreed_at (UTC)")


@require_safe
@staff_only
def term_list(request: MemberRequest) -> HttpResponse:
    """List the terms with how many members agreed to the present version of each."""
    check_reader_coordinates(request)
    at = clock.now()
    coming = TermVersion.objects.filter(in_force_from__gt=at)
    drafts = TermVersion.objects.filter(published_at=None)
    context = {
        "tallies": consent_lists.tallies(request.user, at=at),
        "may_write": policies.can_write_terms(request.user, at=at),
        "coming": {one.term: one for one in coming},
        "drafts": {one.term: one for one in drafts},
    }
    return render(request, "members/staff/term_list.html", context)


@require_safe
@staff_only
def term_people(request: MemberRequest, term: str) -> HttpResponse:
    """List the members with how each stands to the present version (`?show=present`, `earlier`, `no`, `none`)."""
    check_reader_coordinates(request)
    at, show = clock.now(), request.GET.get("show", "")
    version = terms.in_force(at)[_term(term)]
    rows = consent_lists.narrowed(consent_lists.people(request.user, version, at=at), show)
    page = Paginator(rows.order_by("name", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "version": version,
        "page": page,
        "lines": [(row, consent_lists.stands(row), consent_lists.SHOWS[consent_lists.stands(row)]) for row in page],
        "shows": consent_lists.SHOWS.items(),
        "show": show if show in consent_lists.SHOWS else "",
    }
    return render(request, "members/staff/term_people.html", context)


@require_GET
@staff_only
def term_download(request: MemberRequest, term: str) -> HttpResponseBase:
    """Hand over the same list as a table: only to somebody who proved lately who she is, and on record."""
    check_reader_coordinates(request)
    at, show = clock.now(), request.GET.get("show", "")
    which = _term(term)
    if door := ask_again(request, back=f"{reverse('term_people', args=[which.value])}?then=download"):
        return door
    version = terms.in_force(at)[which]
    rows = consent_lists.narrowed(consent_lists.people(request.user, version, at=at), show).order_by("name", "pk")
    values = [_values(row, version) for row in rows]
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    FORMATS["csv"].write(cast("BinaryIO", file), HEADINGS, values)
    record(verb="consents.exported", subject=request.user, by=request.user, at=at, term=which.value, rows=len(values))
    file.seek(0)
    name = f"consents_{which.value}_{at:%Y-%m-%d}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type=FORMATS["csv"].content_type)


def _values(row: Any, version: TermVersion) -> tuple[str | datetime | None, ...]:
    stands = consent_lists.stands(row)
    return (row.name, row.country, version.term, version.version, stands, row.agreed_version or "", row.agreed_at)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def term_write(request: MemberRequest, term: str) -> HttpResponse:
    """Write the next version of a term, beginning with the words of the present one."""
    at, which = clock.now(), _term(term)
    policies.check_can_write_terms(request.user, at=at)
    draft = term_versions.draft_of(which)
    present = terms.in_force(at)[which]
    begun = draft or _copy(present)
    form = TermVersionForm(request.POST if request.method == "POST" else None, instance=begun)
    if request.method == "POST" and form.is_valid():

        def act() -> Result:
            return {"draft": term_versions.save_draft(term=which, words=form.words(), by=request.user, at=at).pk}

        try:
            submissions.once(key=form.cleaned_data["submission"], kind="term", by=request.user, at=at, act=act)
        except term_versions.VersionRefused as refusal:
            form.add_error("version", str(refusal))
        else:
            messages.success(request, _("The draft is kept. Nobody sees it before it is published."))
            return redirect("term_write", term=which.value)
    publish = PublishForm(initial={"day": at.date()}) if draft else None
    context = {"form": form, "publish": publish, "draft": draft, "present": present}
    return render(request, "members/staff/term_write.html", context, status=422 if form.is_bound else 200)


@require_POST
@staff_only
def term_publish(request: MemberRequest, term: str) -> HttpResponse:
    """Publish the draft of a term."""
    at, which = clock.now(), _term(term)
    policies.check_can_write_terms(request.user, at=at)
    publish = PublishForm(request.POST)
    draft = term_versions.draft_of(which)
    if publish.is_valid():

        def act() -> Result:
            if draft is None:
                raise term_versions.VersionRefused(_("This version is published already."))
            moment = publish.instant(at)
            made = term_versions.publish(draft=draft, in_force_from=moment, by=request.user, at=at)
            return {"version": made.pk}

        try:
            submissions.once(key=publish.cleaned_data["submission"], kind="publish", by=request.user, at=at, act=act)
        except term_versions.VersionRefused as refusal:
            publish.add_error(None, str(refusal))
        else:
            messages.success(request, _("The version is published. Members are asked when they next sign in."))
            return redirect("term_list")
    present = terms.in_force(at)[which]
    form = TermVersionForm(instance=draft or _copy(present))
    context = {"form": form, "publish": publish, "draft": draft, "present": present}
    return render(request, "members/staff/term_write.html", context, status=422)


def _copy(present: TermVersion) -> TermVersion:
    columns = [f"{column}_{code}" for column in ("summary", "text") for code in terms.LANGUAGES]
    return TermVersion(term=present.term, **{column: getattr(present, column) for column in columns})


def _term(term: str) -> Consent.Term:
    if term not in Consent.Term:
        raise Http404
    return Consent.Term(term)
