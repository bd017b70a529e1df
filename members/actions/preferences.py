"""What a person wants to get: the only code that writes it down."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members import preferences
from members.models import Member
from notices import kinds
from notices.models import Preference


class PreferenceRefused(Exception):
    """This cannot be chosen, and nothing was changed; the text is a sentence for the reader."""


@transaction.atomic
def choose(*, member: Member, wanted: set[str], by: Member, at: datetime) -> set[str]:
    """Let a person have these optional messages and none of the others that are offered to her; give what changed.

    The same choice again changes nothing. What is queued already is asked about when its turn comes.

    Args:
        wanted: names of kinds.

    Raises:
        PreferenceRefused: one of them is not offered to her.
    """
    offered = {kind.name for kind in preferences.offered_to(member, at=at)}
    if not wanted <= offered:
        raise PreferenceRefused(_("One of these messages cannot be chosen. Nothing was changed."))
    return _write(member, {name: name in wanted for name in offered}, by=by, at=at)


@transaction.atomic
def turn(*, member: Member, kind: str, wanted: bool, by: Member, at: datetime) -> bool:
    """Stop one optional kind of messages for a person, or let it come again; tell whether that changed anything.

    Raises:
        PreferenceRefused: messages of this kind always come.
    """
    if not kinds.get(kind).is_optional:
        raise PreferenceRefused(_("Messages of this kind always come."))
    return bool(_write(member, {kind: wanted}, by=by, at=at))


def _write(member: Member, choices: dict[str, bool], *, by: Member, at: datetime) -> set[str]:
    """Keep what differs from before, under a lock on the person: two pages saved at once are two choices in a row."""
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    before = preferences.unwanted(member)
    changed = {name: wanted for name, wanted in choices.items() if wanted == (name in before)}
    for name, wanted in changed.items():
        Preference.objects.update_or_create(member=member, kind=name, defaults={"wanted": wanted, "changed_at": at})
    if changed:
        stopped = sorted(name for name, wanted in changed.items() if not wanted)
        resumed = sorted(name for name, wanted in changed.items() if wanted)
        record(verb="messages.chosen", subject=member, by=by, at=at, stopped=stopped, resumed=resumed)
    return set(changed)
