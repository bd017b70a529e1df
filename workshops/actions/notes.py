"""The notes that a workshop's group writes together: the only code that writes them."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events.locks import lock_event
from forestallies.lib import text
from members.models import Member
from workshops import policies
from workshops.models import GroupNote, Workshop

SITTING = timedelta(minutes=30)  # who saves again within it replaces her own words; others' are never replaced


class NotesMovedOn(Exception):
    """Somebody else saved the notes meanwhile, so nothing was overwritten.

    Attributes:
        note: as it is now.
    """

    def __init__(self, note: GroupNote) -> None:
        super().__init__(_("Somebody saved these notes while you were writing."))
        self.note = note


@transaction.atomic
def save(*, workshop: Workshop, words: str, version: int, by: Member, at: datetime) -> GroupNote:
    """Keep the group's words. What others saved before stays readable as an earlier version.

    Safe to run twice: the same words again change nothing, whatever the version.

    Args:
        version: of the notes that the words were written on; 0: there were none.

    Raises:
        NotesMovedOn: the notes have other words and another version by now.
        PermissionDenied: the person does not belong to the group, or its notes are closed.
    """
    policies.check_reads_notes(workshop, by=by, at=at)
    if not policies.writes_notes(workshop, by=by, at=at):
        raise PermissionDenied(_("These notes are closed."))
    lock_event(workshop.pk)
    words = text.clean(words, lines=True)
    latest = workshop.group_notes.first()
    if latest is None and not words:
        return GroupNote(workshop=workshop, version=0, words="", author=by, updated_at=at)
    if latest and latest.words == words:
        return latest
    if version != (latest.version if latest else 0):
        raise NotesMovedOn(latest or GroupNote(workshop=workshop, version=0, updated_at=at))
    if latest and latest.author_id == by.pk and at - latest.updated_at < SITTING:
        latest.words, latest.version, latest.updated_at = words, latest.version + 1, at
        latest.save(update_fields=["words", "version", "updated_at"])
        return latest
    note = GroupNote.objects.create(workshop=workshop, version=version + 1, words=words, author=by, updated_at=at)
    record(verb="group_note.saved", subject=note, by=by, at=at, workshop=workshop.pk, version=note.version)
    return note
