"""The run of show of one event: built by those who run it, read on the day by all who lead it, and printed."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events import policies, run_of_show, show_rows
from events.actions import segments
from events.actions.segments import MOST, SegmentRefused
from events.forms.segments import CopyForm, PressedForm, SegmentForm
from events.models import Event, Role, Segment
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock, zones
from jobs import submissions
from jobs.forms import SubmissionForm


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("run")
def segment_list(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show the run of show with its times, and take a new row."""
    if request.method != "POST":
        return _show(request, event)
    form = SegmentForm(request.POST, event=event, rows=_rows_of(event))

    def act() -> dict[str, Any]:
        cleaned = form.cleaned_data
        materials, by = cleaned.get("materials", ()), request.user
        made = segments.add(segment=form.instance, materials=materials, to=cleaned.get("to"), by=by, at=clock.now())
        return {"segment": made.pk}

    if form.is_valid() and _once(request, form, f"segment-add:{event.pk}:{_said(request)}", act):
        return redirect(f"{request.path}#add")
    return _show(request, event, form=form, status=422)


@require_POST
@cockpit_page("run")
def segment_move(request: CockpitRequest, event: Event) -> HttpResponse:
    """Move one row up or down by one, and come back to where it stands now."""
    form = PressedForm(request.POST)
    if not form.is_valid():
        form.add_error(None, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return _show(request, event, refused=form, status=422)
    pk, by_rows = form.pressed()
    segment = _segment(event, pk)

    def act() -> dict[str, Any]:
        return {"segment": segments.move(segment=segment, by_rows=by_rows, by=request.user, at=clock.now()).pk}

    if _once(request, form, f"segment-move:{form.cleaned_data['do']}", act):
        return redirect(f"{reverse('segment_list', args=[event.pk])}#segment-{pk}")
    return _show(request, event, refused=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("run")
def segment_edit(request: CockpitRequest, event: Event, segment_id: int) -> HttpResponse:
    """Change one row, or its place."""
    segment = _segment(event, segment_id)
    data = request.POST if request.method == "POST" else None
    form = SegmentForm(data, instance=segment, event=event, rows=_rows_of(event))

    def act() -> dict[str, Any]:
        form.check_fresh()
        cleaned = form.cleaned_data
        materials, by = cleaned.get("materials", ()), request.user
        segments.change(segment=form.instance, materials=materials, to=cleaned.get("to"), by=by, at=clock.now())
        return {"segment": segment_id}

    if data is None:
        return _show_one(request, event, form)
    if form.is_valid() and _once(request, form, f"segment-change:{segment_id}:{_said(request)}", act):
        return redirect(f"{reverse('segment_list', args=[event.pk])}#segment-{segment_id}")
    return _show_one(request, event, form, status=422)


@require_POST
@cockpit_page("run")
def segment_remove(request: CockpitRequest, event: Event, segment_id: int) -> HttpResponse:
    """Take one row out; the form comes from the row's own page, where it is asked whether that is meant."""
    form = SubmissionForm(request.POST)

    def act() -> dict[str, Any]:
        segments.remove(segment=Segment(pk=segment_id, event=event), by=request.user, at=clock.now())
        return {"segment": segment_id}

    if form.is_valid() and _once(request, form, f"segment-remove:{segment_id}", act):
        messages.success(request, _("The row is removed."))
        return redirect("segment_list", event.pk)
    again = SegmentForm(instance=_segment(event, segment_id), event=event, rows=_rows_of(event))
    return _show_one(request, event, again, refused=form, status=422)


@require_POST
@cockpit_page("run")
def segment_copy(request: CockpitRequest, event: Event) -> HttpResponse:
    """Take over the run of show of another event; what is here already makes way after a question only."""
    form = CopyForm(request.POST, sources=_sources(request, event))
    if not form.is_valid():
        return _show(request, event, copy_form=form, status=422)
    source, replace, here = form.cleaned_data["source"], form.cleaned_data["replace"], len(_rows_of(event))
    if replace and here and "sure" not in request.POST:
        context = {"source": source, "here": here, "there": len(_rows_of(source))}
        return render(request, "events/staff/segments_replace.html", framed(request, event, context))

    def act() -> dict[str, Any]:
        at = clock.now()
        return {"copied": segments.copy_from(source=source, event=event, replace=replace, by=request.user, at=at)}

    if result := _once(request, form, f"segment-copy:{event.pk}:{source.pk}", act):
        said = ngettext("Copied: %(number)d row.", "Copied: %(number)d rows.", result["copied"])
        messages.success(request, said % {"number": result["copied"]})
        return redirect("segment_list", event.pk)
    return _show(request, event, copy_form=form, status=422)


@require_safe
@cockpit_page("help")
def segment_live(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show what is on now and what comes next, on the reader's clock; drawn anew each minute unless `?still=1`."""
    at = clock.now()
    context = {
        "live": show_rows.live(event, reader=request.user, at=at),
        "at": at,
        "is_still": request.GET.get("still") == "1",
    }
    return render(request, "events/staff/segments_live.html", framed(request, event, context))


@require_safe
@cockpit_page("help")
def segment_print(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show everything about the run of show on paper: hours of the event's zone, channels, notes."""
    found = list(show_rows.segments_of(event).prefetch_related("materials"))
    roles = list(Role.objects.standing().filter(event=event.pk).select_related("member").order_by("channel", "pk"))
    channels = [
        (code, [role for role in roles if role.kind == Role.Kind.INTERPRETER and role.channel == code])
        for code in event.interpretation
    ]
    context = {
        "rows": show_rows.rows(event, run_of_show.timed_of(event, found), zone=event.zone, reader=request.user),
        "fit": run_of_show.fit(event, found),
        "channels": channels,
        "team": [role for role in roles if role.kind != Role.Kind.INTERPRETER],
        "printed_at": clock.now(),
    }
    return render(request, "events/staff/segments_print.html", framed(request, event, context))


def _segment(event: Event, segment_id: int) -> Segment:
    return get_object_or_404(Segment.objects.filter(event=event.pk).select_related("lead__member"), pk=segment_id)


def _rows_of(event: Event) -> list[Segment]:
    return list(Segment.objects.filter(event=event.pk))


def _sources(request: CockpitRequest, event: Event) -> QuerySet[Event]:
    """The events with a run of show that the reader runs, but for this one; the latest first."""
    with_rows = Segment.objects.exclude(event=event.pk).values("event")
    events = policies.events_to_run(request.user, at=clock.now()).filter(pk__in=with_rows)
    return events.order_by("-starts_at", "-pk")


def _said(request: CockpitRequest) -> str:
    """What was written, in short: the same key with other words is another form."""
    aside = {"csrfmiddlewaretoken", "submission"}
    return f"{crc32(repr(sorted(pair for pair in request.POST.lists() if pair[0] not in aside)).encode()):x}"


def _once(request: CockpitRequest, form: BaseForm, kind: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Act once for this form; empty when it was refused, with the sentence in the form."""
    try:
        key = form.cleaned_data["submission"]
        return submissions.once(key=key, kind=kind, by=request.user, at=clock.now(), act=act)
    except SegmentRefused as refusal:
        form.add_error(None, str(refusal))
    except submissions.WrongSubmission:
        form.add_error(None, _("This page was sent before. Here is the list as it is now; please press again."))
    return {}


def _show(
    request: CockpitRequest,
    event: Event,
    *,
    form: SegmentForm | None = None,
    copy_form: CopyForm | None = None,
    refused: BaseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = list(show_rows.segments_of(event).prefetch_related("materials"))
    copy_form = copy_form or CopyForm(sources=_sources(request, event))
    context = {
        "rows": show_rows.rows(event, run_of_show.timed_of(event, found), zone=event.zone),
        "fit": run_of_show.fit(event, found),
        "here": zones.local(event.starts_at, event.zone),
        "form": form or SegmentForm(event=event, rows=found),
        "copy_form": copy_form,
        "looked_at": next((one for one in (form, copy_form, refused) if one and one.errors), None),
        "is_full": len(found) >= MOST,
    }
    return render(request, "events/staff/segments.html", framed(request, event, context), status=status)


def _show_one(
    request: CockpitRequest, event: Event, form: SegmentForm, *, refused: BaseForm | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "segment": form.instance, "looked_at": refused or form}
    return render(request, "events/staff/segment.html", framed(request, event, context), status=status)
