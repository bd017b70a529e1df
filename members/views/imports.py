"""Bringing people in from a file: the file, its columns, what would happen, what happened, and the way back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from forestallies.lib import clock, uploads
from jobs import submissions
from jobs.forms import SubmissionForm
from members import import_pages
from members.actions import imports
from members.actions.imports import ImportRefused
from members.forms.imports import ColumnsForm, DecideForm, UploadForm
from members.import_pages import Page
from members.models import Circle, Community, MemberImport
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only

PER_PAGE = 25
State = MemberImport.State


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def import_list(request: MemberRequest) -> HttpResponse:
    """List the files that were brought in, and take a new one."""
    check_reader_coordinates(request)
    at = clock.now()
    mine = Community.objects.filter(circle__in=Circle.objects.run_by(request.user, at=at)).order_by("name")
    posted = request.POST if request.method == "POST" else None
    cut_off = uploads.was_cut_off(request)
    form = UploadForm(posted, request.FILES or None, communities=list(mine), cut_off=cut_off)

    def act() -> dict[str, int]:
        file, community = form.cleaned_data["file"], form.cleaned_data["community"]
        return {"import": imports.stage(community=community, file=file, by=request.user, at=at).pk}

    if posted is not None and form.is_valid():
        try:
            key = form.cleaned_data["submission"]
            found = submissions.once(key=key, kind="import_upload", by=request.user, at=at, act=act)
            return redirect("import_columns", found["import"])
        except (ValidationError, ImportRefused) as refusal:
            form.add_error("file", refusal if isinstance(refusal, ValidationError) else str(refusal))
    rows = MemberImport.objects.visible_to(request.user, at=at).select_related("community", "by")
    page = Paginator(rows.order_by("-uploaded_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "can_upload": mine.exists()}
    return render(request, "members/staff/import_list.html", context, status=200 if posted is None else 422)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def import_columns(request: MemberRequest, import_id: int) -> HttpResponse:
    """Ask what the columns mean; the answer is remembered for the next file of the same form."""
    batch, at = _import(request, import_id), clock.now()
    if State.CHECKING not in MemberImport.TRANSITIONS[State(batch.state)] or batch.forgotten_at:
        return redirect("import_detail", batch.pk)
    posted = request.POST if request.method == "POST" else None
    form = ColumnsForm(posted, batch=batch)

    def act() -> dict[str, int]:
        imports.choose_columns(batch=batch, columns=form.columns(), options=form.options(), by=request.user, at=at)
        return {"import": batch.pk}

    if posted is not None and form.is_valid():
        try:
            key = form.cleaned_data["submission"]
            submissions.once(key=key, kind=f"import_columns:{batch.pk}", by=request.user, at=at, act=act)
            return redirect("import_detail", batch.pk)
        except ImportRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"batch": batch, "form": form, "lines": form.lines()}
    return render(request, "members/staff/import_columns.html", context, status=200 if posted is None else 422)


@require_safe
@staff_only
def import_detail(request: MemberRequest, import_id: int) -> HttpResponse:
    """Show what would become of each row, or what became of it; with the job at work, if any."""
    batch = _import(request, import_id)
    return _detail(request, batch, status=200)


@require_POST
@staff_only
def import_decide(request: MemberRequest, import_id: int) -> HttpResponse:
    """Keep what the coordinator says about people and organisations of similar names; and import, if that is wanted."""
    batch, at = _import(request, import_id), clock.now()
    then_commit = request.POST.get("then") == "import"
    rows, organisations = import_pages.questions(batch)
    form = DecideForm(request.POST, rows=rows, organisations=organisations)
    if not form.is_valid():
        return _detail(request, batch, form=form, status=422)

    def act() -> None:
        imports.decide(
            batch=batch, people=form.people(), organisations=form.chosen_organisations(), then_commit=then_commit,
            by=request.user, at=at,
        )  # fmt: skip

    return _once(request, form, batch, "decide", act, said="" if then_commit else _("Your answers are kept."))


@require_POST
@staff_only
def import_commit(request: MemberRequest, import_id: int) -> HttpResponse:
    """Bring the good rows in; a job does it within seconds or minutes."""
    batch, at = _import(request, import_id), clock.now()
    return _once(
        request, SubmissionForm(request.POST), batch, "commit",
        lambda: imports.commit(batch=batch, by=request.user, at=at),
    )  # fmt: skip


@require_POST
@staff_only
def import_undo(request: MemberRequest, import_id: int) -> HttpResponse:
    """Take an import back."""
    batch, at = _import(request, import_id), clock.now()
    return _once(
        request, SubmissionForm(request.POST), batch, "undo", lambda: imports.undo(batch=batch, by=request.user, at=at)
    )


@require_POST
@staff_only
def import_discard(request: MemberRequest, import_id: int) -> HttpResponse:
    """Throw away a file that was not imported."""
    batch, at = _import(request, import_id), clock.now()

    def act() -> None:
        imports.discard(batch=batch, by=request.user, at=at)

    said = _("The file was thrown away. Nothing of it was imported.")
    return _once(request, SubmissionForm(request.POST), batch, "discard", act, said=said, to=("import_list",))


@require_GET
@staff_only
def import_rows(request: MemberRequest, import_id: int) -> HttpResponse:
    """Hand over the rows that were not imported, with the reasons, as a CSV file that can be mended and sent again."""
    batch, at = _import(request, import_id), clock.now()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{batch.pk}-rows.csv"'
    imports.take_bad_rows(batch=batch, file=response, by=request.user, at=at)
    return response


def _import(request: MemberRequest, import_id: int) -> MemberImport:
    check_reader_coordinates(request)
    rows = MemberImport.objects.visible_to(request.user, at=clock.now()).select_related("community", "by")
    return get_object_or_404(rows, pk=import_id)


def _once(
    request: MemberRequest, form: SubmissionForm, batch: MemberImport, do: str, act: Callable[[], Any],
    *, said: str = "", to: tuple[Any, ...] = (),
) -> HttpResponse:  # fmt: skip
    """Do it once and show the import again; a refusal is said there."""
    if not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return _detail(request, batch, status=422)

    def once() -> dict[str, int]:
        act()
        return {"import": batch.pk}

    try:
        key = form.cleaned_data["submission"]
        submissions.once(key=key, kind=f"import_{do}:{batch.pk}", by=request.user, at=clock.now(), act=once)
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("import_detail", batch.pk)
    if said:
        messages.success(request, said)
    return redirect(*(to or ("import_detail", batch.pk)))


def _detail(
    request: MemberRequest, batch: MemberImport, *, status: int, form: DecideForm | None = None
) -> HttpResponse:
    page = Page(batch, show=request.GET.get("show", ""), number=request.GET.get("page"))
    context = {"batch": batch, "about": page, "page": page.rows, "form": form or page.form()}
    return render(request, "members/staff/import_detail.html", context, status=status)
