"""What co-facilitators note of the results: the only code that writes it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events import policies, rooms
from events.models import Event, Room, RoomNote
from forestallies.lib import text
from members.models import Member

SITTING = timedelta(minutes=30)  # after such a pause the next saving is another entry of the audit


class NoteRefused(Exception):
    """The words cannot be kept here; the text is a sentence for the reader."""


class NoteMovedOn(Exception):
    """The note was saved from another page meanwhile, so nothing was overwritten.

    Attributes:
        note: as it is now.
    """

    def __init__(self, note: RoomNote) -> None:
        super().__init__(_("These notes were saved from another page meanwhile."))
        self.note = note


@transaction.atomic
def save(*, event: Event, room: Room | None, words: str, version: int, by: Member, at: datetime) -> RoomNote:
    """Keep somebody's words for a room she hosts, or for the whole event when it has no rooms.

    Safe to run twice: the same words again change nothing, whatever the version, so that a page whose answer was lost
    may simply send them again. Saved over and over while she writes, it is one entry of the audit for each sitting,
    with neither words nor their number.

    Args:
        version: of the note that the words were written on; 0: there was none.

    Raises:
        NoteMovedOn: the note has other words and another version by now.
        NoteRefused: she notes nothing here, or the room was removed.
        PermissionDenied: the person does not help to lead this event.
    """
    policies.check_works(event, "help", by=by, at=at)
    _check_room(event, room, by=by)
    words = text.clean(words, lines=True)
    note = RoomNote.objects.select_for_update().filter(event=event, room=room, author=by).first()
    if note is None:
        if not words:
            return RoomNote(event=event, room=room, author=by, updated_at=at)
        note, is_new = RoomNote.objects.select_for_update().get_or_create(
            event=event, room=room, author=by, defaults={"words": words, "version": 1, "updated_at": at}
        )
        if is_new:
            record(verb="note.written", subject=note, by=by, at=at, event=event.pk, room=room.pk if room else None)
            return note
    if note.words == words:
        return note
    if note.version != version:
        raise NoteMovedOn(note)
    if at - note.updated_at >= SITTING:
        record(verb="note.written", subject=note, by=by, at=at, event=event.pk, room=room.pk if room else None)
    note.words, note.version, note.updated_at = words, version + 1, at
    note.save(update_fields=["words", "version", "updated_at"])
    return note


def _check_room(event: Event, room: Room | None, *, by: Member) -> None:
    """Hold the room, so that nobody removes it meanwhile, and check that she notes there."""
    if room and not Room.objects.select_for_update(no_key=True).filter(event=event, pk=room.pk).first():
        raise NoteRefused(_("This room was removed meanwhile."))
    if not rooms.may_note(event, by, room):
        raise NoteRefused(_("You are no host of this room, so you note nothing here."))
