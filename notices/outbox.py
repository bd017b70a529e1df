"""Put messages into the outbox, inside the transaction of what they tell about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from notices.models import Notice
from notices.render import Message

SIGN_IN_LIFETIME = timedelta(minutes=30)
DEFAULT_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Posting:
    """A message with everything delivery needs.

    Attributes:
        key: what makes this message this one; the same key twice is one message.
        wait_until: not before this instant (at once when None).
        expires_at: never after this instant (30 days when None).
        guard, subject_ref: see `notices.guards`.
        sensitive: words are blanked once sent.
    """

    message: Message
    key: str
    priority: Notice.Priority = Notice.Priority.ANSWER
    wait_until: datetime | None = None
    expires_at: datetime | None = None
    guard: str = ""
    subject_ref: str = ""
    sensitive: bool = False


def post_once(posting: Posting, *, at: datetime) -> bool:
    """Post one message; tell whether it was new. Safe to run twice."""
    return post_many_once([posting], at=at) == 1


@transaction.atomic
def post_many_once(postings: Iterable[Posting], *, at: datetime) -> int:
    """Post many messages in a few statements; return how many were new. Safe to run twice.

    A message whose recipient has no address is left out: somebody without e-mail is told by a person.
    """
    rows = [_row(posting, at) for posting in postings if posting.message.recipient.address]
    known = set(Notice.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    # Two runs at the same moment: the unique key decides, and the loser's rows are simply not inserted.
    fresh = {row.key: row for row in rows if row.key not in known}
    Notice.objects.bulk_create(fresh.values(), ignore_conflicts=True, batch_size=500)
    return Notice.objects.filter(message_id__in=[row.message_id for row in fresh.values()]).count()


def withdraw(*, guard: str, subject_ref: str, at: datetime, reason: str) -> int:
    """Take back messages about a subject that did not leave yet; return how many."""
    return withdraw_all(Notice.objects.filter(guard=guard, subject_ref=subject_ref), at=at, reason=reason)


def withdraw_all(notices: QuerySet[Notice], *, at: datetime, reason: str) -> int:
    """Take back those of these messages that did not leave yet; return how many."""
    return notices.filter(state__in=[Notice.State.QUEUED, Notice.State.RETRY]).update(
        state=Notice.State.CANCELLED, problem=reason, finished_at=at
    )


def _row(posting: Posting, at: datetime) -> Notice:
    message = posting.message
    return Notice(
        key=posting.key,
        kind=message.kind,
        recipient_id=message.recipient.member_id,
        address=message.recipient.address,
        language=message.recipient.language,
        subject=message.subject,
        text=message.text,
        html=message.html,
        calendar=message.calendar,
        calendar_method=message.calendar_method,
        about=list(message.about),
        sensitive=posting.sensitive,
        priority=posting.priority,
        guard=posting.guard,
        subject_ref=posting.subject_ref,
        message_id=f"<{uuid4()}@{settings.SITE_HOST}>",
        created_at=at,
        next_attempt_at=posting.wait_until or at,
        expires_at=posting.expires_at or at + DEFAULT_LIFETIME,
    )
