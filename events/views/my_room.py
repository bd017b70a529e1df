"""The page of those who help to lead an event: who is in their room, and what they note there.

`?room=` chooses among several rooms that one hosts; 0 is the whole event. Notes are saved by the form, with or without
script; a script that saves while its reader writes asks for JSON and gets the new version.
"""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from events import rooms
from events.actions import notes
from events.forms.rooms import NoteForm
from events.models import Event, Room, RoomNote
from events.views.frame import CockpitRequest, cockpit_page, framed
from forestallies.lib import clock, zones

WHOLE = "0"


@require_http_methods(["GET", "HEAD", "POST"])
@cockpit_page("help")
def my_room(request: CockpitRequest, event: Event) -> HttpResponse:
    """Show the people of the room and the notes, and keep what is written."""
    at, mine = clock.now(), list(rooms.hosted_by(event, request.user))
    try:
        room = _asked(request, mine)
    except Room.DoesNotExist as missing:
        if request.method == "POST":
            return _keep(request, event, mine)
        raise Http404 from missing
    note = RoomNote.objects.filter(event=event, room=room, author=request.user).first()
    if request.method != "POST":
        return _show(request, event, mine, room, NoteForm(note=note), note, status=200)
    form = NoteForm(request.POST)
    moved_on = None
    if form.is_valid():
        try:
            note = _save(request, event, room, form, at=at)
        except notes.NoteMovedOn as refusal:
            moved_on = note = refusal.note
            form.add_error(None, str(refusal))
        except notes.NoteRefused as refusal:
            form.add_error(None, str(refusal))
    status = 409 if moved_on else 422 if form.errors else 200
    if request.headers.get("Accept") == "application/json":
        return _answer_script(form, note, status=status)
    if status == 200:
        messages.success(request, said_of(at))
        return redirect(f"{request.get_full_path()}#note")
    return _show(request, event, mine, room, form, note, status=status, moved_on=moved_on)


def said_of(at: datetime) -> str:
    """Say when the notes were saved, on the clock of the reader's zone."""
    moment = zones.local(at, timezone.get_current_timezone_name())
    return _("Saved at %(clock)s (%(city)s, %(offset)s)") % {
        "clock": moment.clock,
        "city": moment.city,
        "offset": moment.offset,
    }


def _save(request: CockpitRequest, event: Event, room: Room | None, form: NoteForm, *, at: datetime) -> RoomNote:
    said = form.cleaned_data
    return notes.save(event=event, room=room, words=said["words"], version=said["version"], by=request.user, at=at)


def _asked(request: CockpitRequest, mine: list[Room]) -> Room | None:
    """The room that the address names, or the first one she hosts; None is the whole event.

    Raises:
        Room.DoesNotExist: it names one that she does not host (any more).
    """
    asked = request.GET.get("room", str(mine[0].pk) if mine else WHOLE)
    if asked == WHOLE:
        return None
    for room in mine:
        if str(room.pk) == asked:
            return room
    raise Room.DoesNotExist(f"{asked!r} is no room of hers")


def _keep(request: CockpitRequest, event: Event, mine: list[Room]) -> HttpResponse:
    """Show the words of somebody who was taken off the room while she wrote, so that she can copy them."""
    form = NoteForm(request.POST)
    form.add_error(None, _("You are no host of this room, so you note nothing here."))
    if request.headers.get("Accept") == "application/json":
        return _answer_script(form, None, status=422)
    return _show(request, event, mine, None, form, None, status=422)


def _answer_script(form: NoteForm, note: RoomNote | None, *, status: int) -> JsonResponse:
    errors = [str(error) for field in form.errors.values() for error in field]
    if errors or note is None:
        return JsonResponse({"error": " ".join(errors)}, status=status)
    return JsonResponse({"version": note.version, "said": said_of(note.updated_at)})


def _show(
    request: CockpitRequest,
    event: Event,
    mine: list[Room],
    room: Room | None,
    form: NoteForm,
    note: RoomNote | None,
    *,
    status: int,
    moved_on: RoomNote | None = None,
) -> HttpResponse:
    everybody = rooms.people(event)
    has_rooms = bool(mine) or Room.objects.filter(event=event).exists()
    has_whole = RoomNote.objects.filter(event=event, room=None, author=request.user).exists()
    context = {
        "mine": mine,
        "has_whole": has_whole,
        "room": room,
        "has_rooms": has_rooms,
        "people": [one for one in everybody if one.room == room.pk] if room else [] if has_rooms else everybody,
        "form": form,
        "note": note,
        "may_note": room is not None or not has_rooms or has_whole or form.is_bound,
        "moved_on": moved_on,
        # Without a version that makes sense the form never overwrites anything.
        "version": moved_on.version if moved_on else 0 if "version" in form.errors else form["version"].value(),
        "others": _others(request, event, room, has_rooms=has_rooms),
    }
    return render(request, "events/staff/my_room.html", framed(request, event, context), status=status)


def _others(request: CockpitRequest, event: Event, room: Room | None, *, has_rooms: bool) -> list[RoomNote]:
    """What the other hosts of the room noted; of an event without rooms, what all who help to lead it noted."""
    if room is None and has_rooms:
        return []
    return list(rooms.notes_of(event, rooms=[room]).exclude(author=request.user))
