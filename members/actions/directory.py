"""What a person opens of herself in the directory."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from audit.models import record
from members.models import DirectoryEntry, Member, Theme

FIELDS = ("is_listed", "about", "languages", *(f"shows_{name}" for name in DirectoryEntry.OPENABLE))


@transaction.atomic
def change_entry(*, entry: DirectoryEntry, themes: Iterable[Theme], by: Member, at: datetime) -> DirectoryEntry:
    """Save what a person chose, for the first time or again; the audit names the fields, not their values."""
    before, _is_new = DirectoryEntry.objects.select_for_update().get_or_create(member=entry.member)
    changed = [name for name in FIELDS if getattr(before, name) != getattr(entry, name)]
    for name in changed:
        setattr(before, name, getattr(entry, name))
    before.save(update_fields=changed)
    wanted = {theme.pk for theme in themes}
    if wanted != set(before.themes.values_list("pk", flat=True)):
        before.themes.set(wanted)
        changed.append("themes")
    if changed:
        record(
            verb="directory.entry_changed", subject=entry.member, by=by, at=at, fields=changed, listed=before.is_listed
        )
    return before
