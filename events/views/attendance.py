"""The attendance list of one event, for those who lead it.

`?without=mark` leaves out those who have a mark; forms are sent to the same address, so saving keeps it.
"""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from events import attendance
from events.actions.attendance import AttendanceRefused, record_marks
from events.forms.attendance import AttendanceForm, added_ids
from events.models import Event
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock
from jobs import submissions

GO_ON = "go-on"  # stands before the first person without a mark; where there is none, a browser stays at the top


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("help")
def attendance_edit(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show everybody who was expected, and take the marks; `do` is save, rest (the others were present) or find."""
    if request.method != "POST":
        return _show(request, event, AttendanceForm(lines=attendance.lines(event)), status=200)
    form = _sent_form(request, event)
    if request.POST.get("do") == "find":
        return _show(request, event, form, status=200 if form.is_valid() else 422)
    if form.is_valid() and _record(request, event, form):
        return redirect(f"{request.get_full_path()}#{GO_ON}")
    return _show(request, event, form, status=422)


def _sent_form(request: CockpitRequest, event: Event) -> AttendanceForm:
    """The form as it was sent, with those who were added to the list, and those whose name was looked for."""
    at = clock.now()
    invited = attendance.invited(event, at=at)
    added = list(invited.filter(pk__in=added_ids(request.POST)).values_list("pk", flat=True))
    if request.POST.get("do") == "find":
        name = request.POST.get("name", "").strip()[:80]
        known = {*attendance.expected(event), *added}
        added += [member.pk for member in attendance.found(event, name, known=known, at=at)]
    return AttendanceForm(request.POST, lines=attendance.lines(event, added=added), added=added)


def _record(request: CockpitRequest, event: Event, form: AttendanceForm) -> bool:
    """Take the marks and say so; False when they were refused, with the sentence in the form."""
    at = clock.now()

    def act() -> dict[str, Any]:
        marks = form.marks(rest=request.POST.get("do") == "rest")
        return {"changed": record_marks(event=event, marks=marks, by=request.user, at=at)}

    try:
        key = form.cleaned_data["submission"]
        result = submissions.once(key=key, kind=f"attendance:{event.pk}", by=request.user, at=at, act=act)
    except AttendanceRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    if not result["changed"]:
        messages.info(request, _("Nothing was changed: the list already said so."))
        return True
    said = ngettext("Saved: %(number)d mark.", "Saved: %(number)d marks.", result["changed"])
    messages.success(request, said % {"number": result["changed"]})
    return True


def _show(request: CockpitRequest, event: Event, form: AttendanceForm, *, status: int) -> HttpResponse:
    hints = attendance.hints(event)
    rows = [replace(row, seen=hints.seen.get(row.member.pk)) for row in form.rows()]
    is_narrowed = request.GET.get("without") == "mark"
    listed = [row for row in rows if not row.is_added and (row.is_open or not is_narrowed)]
    seated = [row for row in listed if not row.line.helps]
    context = {
        "form": form,
        "is_narrowed": is_narrowed,
        "go_on": GO_ON,
        "first_open": next((row for row in seated if not row.line.status), None),
        "rows": seated,
        "helpers": [row for row in listed if row.line.helps],
        "added": [row for row in rows if row.is_added],
        "looked_for": form.is_bound and request.POST.get("do") == "find",
        "was": form.data.get("was", "") if form.is_bound else form.shown(),
        "tally": attendance.tally([row.line for row in rows if not row.line.helps and not row.is_added]),
        "beside": hints.named(),
        "has_hints": bool(hints.seen),
        "has_begun": event.starts_at <= clock.now(),
        "takes_place": event.state in (Event.State.SCHEDULED, Event.State.CLOSED),
    }
    return render(request, "events/staff/attendance.html", framed(request, event, context), status=status)
