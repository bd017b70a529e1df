"""Concerns are reported and looked into here."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members import concern_emails
from members.models import Concern, ConcernStep, Member
from notices import outbox


class ConcernRefused(Exception):
    """This cannot be done with a concern, and nothing was changed; the text is a sentence for the reader."""


@transaction.atomic
def report(*, concern: Concern, by: Member | None, at: datetime) -> Concern:
    """Keep what somebody reported and tell those who look after it, without a word of it in their mail.

    Args:
        concern: unsaved; its reporter is `by` or nobody.
        by: the reporter, when she wants her name with it; None keeps no trace of who it was.
    """
    concern.reporter, concern.created_at = by, at
    concern.save(force_insert=True)
    record(verb="concern.reported", subject=concern, by=by, at=at, circle=concern.circle_id)
    for reader in concern_emails.readers(concern, at=at):
        outbox.post_once(concern_emails.concern_reported(concern, reader), at=at)
    return concern


@transaction.atomic
def handle(*, concern: Concern, seen: str, state: str, note: str, by: Member, at: datetime) -> Concern:
    """Write down what is done about a concern, and bring it into a state.

    Args:
        seen: the state that the reader saw when she decided.

    Raises:
        ConcernRefused: somebody else was faster, the state does not follow, or it is closed without a word.
        PermissionDenied: the person does not look after it.
    """
    concern = Concern.objects.select_for_update(no_key=True).get(pk=concern.pk)
    if not Concern.objects.visible_to(by, at=at).filter(pk=concern.pk).exists():
        raise PermissionDenied(_("Only those who look after it work on a concern."))
    if concern.state != seen:
        raise ConcernRefused(_("Somebody else changed it meanwhile. Please look again; nothing was changed."))
    if state not in concern.next_states():
        raise ConcernRefused(_("That step does not follow from where it stands now."))
    if not note and state in (concern.state, Concern.State.CLOSED):
        raise ConcernRefused(_("Please write a note: what was done, or what you found."))
    if state != concern.state:
        concern.state = state
        concern.closed_at = at if state == Concern.State.CLOSED else None
        concern.save(update_fields=["state", "closed_at"])
    ConcernStep.objects.create(concern=concern, state=state, note=note, by=by, at=at)
    record(verb="concern.handled", subject=concern, by=by, at=at, state=state)
    return concern
