"""The team's page of an event's materials: what there is, for whom and from when, and a file or a link more."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from events import materials as pages
from events.actions import materials
from events.actions.materials import MaterialRefused
from events.forms.materials import ChangeForm, FileForm, HourForm, LinkForm, planned
from events.models import Event, Material
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock, uploads
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.submissions import Result

SAID = {
    "file": gettext_lazy("The file is posted."),
    "link": gettext_lazy("The link is posted."),
    "release": gettext_lazy("Participants see it now. Those registered read of it in the next e-mail at 18:00."),
    "hour": gettext_lazy("Saved. Participants see it from that hour on."),
    "take_back": gettext_lazy("Participants do not see it any more."),
    "remove": gettext_lazy("The material is removed."),
    "change": gettext_lazy("The changes are saved."),
}
BUTTONS = ("release", "take_back", "remove")


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("run")
def material_list(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show what there is; take a file or a link (`do`), or press one of the buttons beside a material."""
    at = clock.now()
    do = request.POST.get("do", "")
    if request.method != "POST":
        return _show(request, event, at=at)
    if do == "file":
        return _post_file(request, event, at)
    if do == "link":
        return _post_link(request, event, at)
    return _press(request, event, at)


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("run")
def material_change(request: CockpitRequest, event: Event, material_id: int) -> HttpResponse:
    """Change what is said about one material, or say from which hour on participants see it (`do` is `hour`)."""
    at = clock.now()
    material = get_object_or_404(event.materials.prefetch_related("audience"), pk=material_id)
    material.event = event
    does_hour = request.POST.get("do") == "hour"
    posted = request.POST if request.method == "POST" else None
    form = ChangeForm(None if does_hour else posted, material=material)
    hour = HourForm(posted if does_hour else None, event=event, initial=planned(material, at))
    asked = hour if does_hour else form

    def act() -> Result:
        if does_hour:
            materials.release(material=material, moment=hour.chosen(), by=request.user, at=at)
        else:
            url = form.cleaned_data.get("url", "")
            materials.change(material=material, words=form.words(), url=url, by=request.user, at=at)
        return {"said": "hour" if does_hour else "change"}

    if (
        posted is not None
        and asked.is_valid()
        and _once(request, asked, f"material:{material.pk}:{does_hour}", act, at)
    ):
        return redirect("material_list", event.pk)
    context = {"material": material, "form": form, "hour": hour, "is_released": material.is_released(at)}
    return _drawn(request, event, "events/staff/material.html", context, status=200 if posted is None else 422)


def _post_file(request: CockpitRequest, event: Event, at: datetime) -> HttpResponse:
    form = FileForm(request.POST, request.FILES, event=event, cut_off=uploads.was_cut_off(request))

    def act() -> Result:
        file, moment = form.cleaned_data["file"], form.moment(at)
        made = materials.post_file(event=event, words=form.words(), file=file, moment=moment, by=request.user, at=at)
        return {"material": made.pk, "said": "file"}

    if form.is_valid() and _once(request, form, f"material_file:{event.pk}", act, at):
        return redirect("material_list", event.pk)
    return _show(request, event, at=at, file_form=form, status=422)


def _post_link(request: CockpitRequest, event: Event, at: datetime) -> HttpResponse:
    form = LinkForm(request.POST, event=event, auto_id="link_%s")

    def act() -> Result:
        url, moment = form.cleaned_data["url"], form.moment(at)
        made = materials.post_link(event=event, words=form.words(), url=url, moment=moment, by=request.user, at=at)
        return {"material": made.pk, "said": "link"}

    if form.is_valid() and _once(request, form, f"material_link:{event.pk}", act, at):
        return redirect("material_list", event.pk)
    return _show(request, event, at=at, link_form=form, status=422)


def _press(request: CockpitRequest, event: Event, at: datetime) -> HttpResponse:
    """Do what a button beside a material says; its value is the material."""
    form = SubmissionForm(request.POST)
    do = next((name for name in BUTTONS if name in request.POST), "")
    chosen = request.POST.get(do, "")
    if not do or not chosen.isdecimal() or len(chosen) > 18 or not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return _show(request, event, at=at, status=422)
    material = Material(pk=int(chosen), event=event)  # the action looks for it among those of this event
    acts: dict[str, Callable[[], Any]] = {
        "release": lambda: materials.release(material=material, moment=at, by=request.user, at=at),
        "take_back": lambda: materials.take_back(material=material, by=request.user, at=at),
        "remove": lambda: materials.remove(material=material, by=request.user, at=at),
    }

    def act() -> Result:
        acts[do]()
        return {"said": do}

    if _once(request, form, f"material_{do}:{chosen}", act, at):
        return redirect("material_list", event.pk)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return _show(request, event, at=at, status=422)


def _once(request: CockpitRequest, form: SubmissionForm, kind: str, act: Callable[[], Result], at: datetime) -> bool:
    """Act once and say so; False when it was refused, with the sentence in the form."""
    try:
        result = submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
    except (MaterialRefused, ValidationError) as refusal:
        words = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
        form.add_error(None, ValidationError(words))
        return False
    except submissions.WrongSubmission:
        form.add_error(None, _("This page was sent before. Here is the list as it is now; please press again."))
        return False
    messages.success(request, str(SAID[result["said"]]))
    return True


def _show(
    request: CockpitRequest,
    event: Event,
    *,
    at: datetime,
    file_form: FileForm | None = None,
    link_form: LinkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = list(event.materials.prefetch_related("audience"))
    for row in rows:
        row.seen = row.is_released(at)  # type: ignore[attr-defined]  # for the template, which cannot ask with `at`
    context = {
        "groups": pages.grouped(rows),
        "number": len(rows),
        "megabytes": sum(row.size or 0 for row in rows),
        "file_form": file_form or FileForm(event=event),
        "link_form": link_form or LinkForm(event=event, auto_id="link_%s"),
        "refused": file_form or link_form,
    }
    return _drawn(request, event, "events/staff/materials.html", context, status=status)


def _drawn(request: CockpitRequest, event: Event, page: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    return render(request, page, framed(request, event, context), status=status)
