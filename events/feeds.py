"""The life of a member's private calendar address: made, made anew, withdrawn, read."""

import hashlib
from datetime import datetime

from django.db import transaction

from audit.models import record
from events.models import CalendarFeed
from forestallies.lib import links
from members.models import Member


@transaction.atomic
def renew(*, member: Member, by: Member, at: datetime) -> str:
    """Make a private address for a member's sessions; an older one stops working at once.

    Returns the token, which is kept nowhere.
    """
    token, token_hash = links.new_token()
    values = {"token_hash": token_hash, "created_at": at, "last_used_on": None, "content_hash": "", "changed_at": None}
    feed, is_first = CalendarFeed.objects.update_or_create(member=member, defaults=values)
    record(verb="calendar_feed.made" if is_first else "calendar_feed.renewed", subject=feed, by=by, at=at)
    return token


@transaction.atomic
def withdraw(*, member: Member, by: Member, at: datetime) -> bool:
    """Let a member's private address end. Returns whether there was one; safe to run twice."""
    feed = CalendarFeed.objects.select_for_update().filter(member=member).first()
    if feed is None:
        return False
    record(verb="calendar_feed.revoked", subject=feed, by=by, at=at)
    feed.delete()
    return True


def was_read(feed: CalendarFeed, *, body: bytes, at: datetime) -> tuple[str, datetime]:
    """Remember the day of a reading, and since when the feed has said what it says now. Mostly writes nothing.

    Returns the hash of what it says, and since when it has said so.
    """
    content_hash = hashlib.sha256(body).hexdigest()
    changed_at = feed.changed_at if feed.changed_at and content_hash == feed.content_hash else at
    if (feed.changed_at, feed.last_used_on) != (changed_at, at.date()):
        CalendarFeed.objects.filter(pk=feed.pk, token_hash=feed.token_hash).update(
            content_hash=content_hash, changed_at=changed_at, last_used_on=at.date()
        )
    return content_hash, changed_at
