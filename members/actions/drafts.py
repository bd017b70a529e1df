"""Applications that are continued later: kept for fourteen days behind a mailed link, without any account."""

from datetime import datetime

from django.db import transaction

from audit.models import record
from forestallies.lib import links
from members import joining_emails
from members.models import ApplicationDraft, Community
from notices import outbox

Words = dict[str, list[str]]


@transaction.atomic
def save(*, community: Community, email: str, language: str, words: Words, at: datetime) -> ApplicationDraft:
    """Keep what was typed and mail the link that continues it. The same for every address, known or not.

    Each saving is a row of its own: nobody can write over what somebody else keeps.
    """
    forget_old(at=at)
    token, token_hash = links.new_token()
    draft = ApplicationDraft.objects.create(
        community=community, email=email, language=language, words=words, token_hash=token_hash,
        saved_at=at, expires_at=at + ApplicationDraft.KEPT,
    )  # fmt: skip
    record(verb="draft.saved", subject=draft, by=None, at=at)
    outbox.post_once(joining_emails.application_draft(draft, token=token), at=at)
    return draft


def save_again(*, draft: ApplicationDraft, language: str, words: Words, at: datetime) -> ApplicationDraft:
    """Keep the present state of a form that is being continued; the same link opens it, for fourteen days anew."""
    draft.words, draft.language, draft.saved_at = words, language, at
    draft.expires_at = at + ApplicationDraft.KEPT
    draft.save(update_fields=["words", "language", "saved_at", "expires_at"])
    return draft


def find(*, token: str, at: datetime) -> ApplicationDraft | None:
    """Find what a link continues; None when it is not known or over."""
    draft = ApplicationDraft.objects.filter(token_hash=links.hash_token(token)).select_related("community").first()
    return draft if draft and draft.is_usable(at) else None


def forget_old(*, at: datetime) -> int:
    """Delete what was kept long enough; returns how many. Safe to run at any time."""
    return ApplicationDraft.objects.filter(expires_at__lte=at).delete()[0]
