"""The notes of a workshop's group, for those who have a seat in it and its team."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from events.forms.rooms import NoteForm
from forestallies.lib import clock
from members.requests import MemberRequest
from workshops import policies
from workshops.actions import notes
from workshops.models import GroupNote, Workshop

LISTED = 30  # earlier versions


@require_http_methods(["GET", "HEAD", "POST"])
def workshop_notes(request: MemberRequest, slug: str) -> HttpResponse:
    """Show the group's notes and keep what is written; `version` shows an earlier state, to read only."""
    at = clock.now()
    rows = Workshop.objects.visible_to(request.user, at=at).select_related("theme", "gathering")
    workshop = get_object_or_404(rows, slug=slug)
    policies.check_reads_notes(workshop, by=request.user, at=at)
    latest = workshop.group_notes.select_related("author").first()
    if request.method != "POST":
        return _show(request, workshop, _form(latest), latest)
    form, moved_on = NoteForm(request.POST), None
    if not policies.writes_notes(workshop, by=request.user, at=at):
        form.add_error(None, _("These notes are closed. What you wrote still stands below, so that you can copy it."))
    elif form.is_valid():
        said = form.cleaned_data
        try:
            notes.save(workshop=workshop, words=said["words"], version=said["version"], by=request.user, at=at)
            messages.success(request, _("The notes are saved, for everybody in the group."))
            return redirect("workshop_notes", workshop.slug)
        except notes.NotesMovedOn as refusal:
            moved_on = refusal.note
            form.add_error(None, str(refusal))
    return _show(request, workshop, form, latest, moved_on=moved_on)


def _form(note: GroupNote | None) -> NoteForm:
    form = NoteForm()
    form.initial = {"version": note.version if note else 0, "words": note.words if note else ""}
    return form


def _show(
    request: MemberRequest,
    workshop: Workshop,
    form: NoteForm,
    latest: GroupNote | None,
    *,
    moved_on: GroupNote | None = None,
) -> HttpResponse:
    earlier = list(workshop.group_notes.select_related("author").defer("words")[1 : LISTED + 1])
    status = 409 if moved_on else 422 if form.errors else 200
    context = {
        "workshop": workshop,
        "form": form,
        "latest": latest,
        "shown": _asked(request, workshop),
        "earlier": earlier,
        "moved_on": moved_on,
        # Without a version that makes sense the form never overwrites anything.
        "version": moved_on.version if moved_on else 0 if "version" in form.errors else form["version"].value(),
        "may_write": policies.writes_notes(workshop, by=request.user, at=clock.now()),
        "opens_at": workshop.doors_open_at(),
        "is_ahead": clock.now() < workshop.doors_open_at(),
    }
    return render(request, "workshops/notes.html", context, status=status)


def _asked(request: MemberRequest, workshop: Workshop) -> GroupNote | None:
    """The earlier version that the address names."""
    wanted = request.GET.get("version", "")
    if not wanted:
        return None
    if not wanted.isdecimal() or len(wanted) > 9:
        raise Http404
    return get_object_or_404(workshop.group_notes.select_related("author"), version=int(wanted))
