"""Put messages into the outbox, inside the transaction of what they tell about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet
from psycopg2.extras import Json

from forestallies.lib.database import execute_values
from notices.models import Notice
from notices.render import Draft, Message

SIGN_IN_LIFETIME = timedelta(minutes=30)
DEFAULT_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Posting:
    """A message, its words finished or still to be drawn, with everything delivery needs.

    Attributes:
        key: what makes this message this one; the same key twice is one message.
        wait_until: not before this instant (at once when None).
        expires_at: never after this instant (30 days when None).
        guard, subject_ref: see `notices.guards`.
        sensitive: words are blanked once sent.
        missed_because: it is too late for it: it is never sent, only written down, with this reason, so that somebody
            can see it. `wait_until`, its hour, and `expires_at`, when that was over, are then in the past.
    """

    message: Message | Draft
    key: str
    priority: Notice.Priority = Notice.Priority.ANSWER
    wait_until: datetime | None = None
    expires_at: datetime | None = None
    guard: str = ""
    subject_ref: str = ""
    sensitive: bool = False
    missed_because: str = ""


def post_once(posting: Posting, *, at: datetime) -> bool:
    """Post one message; tell whether it was new. Safe to run twice."""
    return post_many_once([posting], at=at) == 1


def post_many_once(postings: Iterable[Posting], *, at: datetime) -> int:
    """Post many messages, a thousand in a statement; return how many were new. Safe to run twice.

    Two runs at the same moment: the unique key decides, and the loser's rows are simply not inserted. A message whose
    recipient has no address is left out: somebody without e-mail is told by a person.
    """
    rows = [_row(posting, at) for posting in postings if posting.message.recipient.address]
    return len(execute_values(_INSERT, rows))


def withdraw(*, guard: str, subject_ref: str, at: datetime, reason: str) -> int:
    """Take back messages about a subject that did not leave yet; return how many."""
    return withdraw_all(Notice.objects.filter(guard=guard, subject_ref=subject_ref), at=at, reason=reason)


def withdraw_all(notices: QuerySet[Notice], *, at: datetime, reason: str) -> int:
    """Take back those of these messages that did not leave yet; return how many."""
    return notices.filter(state__in=[Notice.State.QUEUED, Notice.State.RETRY]).update(
        state=Notice.State.CANCELLED, problem=reason, finished_at=at
    )


_COLUMNS = (
    "key", "kind", "recipient_id", "address", "language", "zone", "subject", "text", "html", "calendar",
    "calendar_method", "facts", "about", "sensitive", "priority", "guard", "subject_ref", "message_id", "created_at",
    "next_attempt_at", "expires_at", "state", "problem", "attempts", "claimed_by", "finished_at",
)  # fmt: skip
# Written out, because Django's insert cannot tell which of its rows a conflict left out.
_INSERT = f"INSERT INTO notices_notice ({', '.join(_COLUMNS)}) VALUES %s ON CONFLICT (key) DO NOTHING RETURNING id"  # noqa: S608


def _row(posting: Posting, at: datetime) -> tuple[Any, ...]:
    """The values of `_COLUMNS`."""
    message = posting.message
    words: tuple[Any, ...] = ("", "", "", b"", "", Json(message.facts)) if isinstance(message, Draft) else (
        message.subject, message.text, message.html, message.calendar, message.calendar_method, None,
    )  # fmt: skip
    recipient, due_at = message.recipient, posting.wait_until or at
    state = Notice.State.MISSED if posting.missed_because else Notice.State.QUEUED
    return (
        posting.key, message.kind, recipient.member_id, recipient.address, recipient.language,
        recipient.zone, *words,
        list(message.about), posting.sensitive, posting.priority, posting.guard, posting.subject_ref,
        f"<{uuid4()}@{settings.SITE_HOST}>", min(at, due_at), due_at,
        posting.expires_at or at + DEFAULT_LIFETIME, state.value, posting.missed_because, 0, "",
        at if posting.missed_because else None,
    )  # fmt: skip
