"""Messages as they stand in the outbox, for tests that need some."""

from datetime import UTC, datetime, timedelta
from itertools import count

from members.emails import circle_label
from members.models import Circle, Member
from notices.models import Notice

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FINISHED = ("sent", "failed", "suppressed", "cancelled", "missed")
numbers = count(1)


def notice(
    state: str = "queued", *, to: Member | None = None, circle: Circle | None = None, **values: object
) -> Notice:
    """A message with finished words, posted an hour ago, about a circle when one is named."""
    number = next(numbers)
    given: dict[str, object] = {
        "key": f"message:{number}",
        "kind": "event_cancelled",
        "recipient": to,
        "address": to.email if to else "x@example.org",
        "language": to.language if to else "en",
        "subject": "A subject",
        "text": "A text",
        "html": "<p>A text</p>",
        "state": state,
        "message_id": f"<{number}@portal.example.org>",
        "created_at": AT - timedelta(hours=1),
        "next_attempt_at": AT,
        "expires_at": AT + timedelta(days=1),
        "finished_at": AT if state in FINISHED else None,
        "claimed_at": AT if state == "sending" else None,
        "claimed_by": "a worker" if state == "sending" else "",
        "about": [circle_label(circle.pk)] if circle else [],
    }
    return Notice.objects.create(**{**given, **values})
