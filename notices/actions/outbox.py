"""Take a message back before it leaves, or send it once more. Every row is locked first, then looked at."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.models import Entry, entry, record
from notices import guards
from notices.models import Notice, RefusedAddress

State = Notice.State

AT_MOST = 500  # messages in one act
TAKEN_BACK = gettext_noop("The team took it back.")


class OutboxRefused(Exception):
    """It was not done; says why, in words for the reader."""


@dataclass(frozen=True)
class Outcome:
    """How many messages something was done with, and how many had changed meanwhile or may not be sent again."""

    done: int
    left: int


@transaction.atomic
def cancel(*, notice: Notice, by: models.Model, at: datetime) -> Notice:
    """Take one message back.

    Raises:
        OutboxRefused: it is on its way to the mail server at this moment, or came to its end before.
    """
    notice = Notice.objects.select_for_update(no_key=True, of=("self",)).get(pk=notice.pk)
    _check_not_private(notice)
    if notice.state == State.SENDING:
        raise OutboxRefused(_("This message is being handed to the mail server right now. Please look again shortly."))
    if not notice.can_become(State.CANCELLED):
        raise OutboxRefused(_("This message does not wait any more, so there is nothing to cancel."))
    _take_back([notice], by=by, at=at)
    return notice


@transaction.atomic
def cancel_many(*, ids: Collection[int], by: models.Model, at: datetime) -> Outcome:
    """Take back those of the messages that still wait; the others stay as they are and are counted.

    Raises:
        OutboxRefused: more than `AT_MOST`.
    """
    rows = _locked(ids)
    waiting = [row for row in rows if row.can_become(State.CANCELLED) and not row.is_private]
    _take_back(waiting, by=by, at=at)
    return Outcome(len(waiting), len(set(ids)) - len(waiting))


@transaction.atomic
def resend(*, notice: Notice, by: models.Model, at: datetime) -> Notice:
    """Send one message once more, and give the row that will be sent.

    A failed one is tried again, with the same Message-ID. Of one that was sent a copy is posted: a message of its own,
    whose words are drawn anew and whose guard is asked again when it leaves. It goes to the address that the person has
    now.

    Raises:
        OutboxRefused: says why not.
    """
    notice = Notice.objects.select_for_update(no_key=True, of=("self",)).select_related("recipient").get(pk=notice.pk)
    check_can_resend(notice, at=at)
    address = _address_now(notice)
    if RefusedAddress.objects.stopped().filter(address=address).exists():
        raise OutboxRefused(
            _("Mail servers refused this address too often, so nothing is sent to it. Please let it go on first.")
        )
    verdict = guards.ask(notice.guard, notice.subject_ref, at)
    if not verdict.ok:
        raise OutboxRefused(_("This message is not true any more, so it is not sent again."))
    return _send_again(notice, address, by=by, at=at)


@transaction.atomic
def resend_many(*, ids: Collection[int], by: models.Model, at: datetime) -> Outcome:
    """Send those of the messages once more that may be; as `resend`, but their guards are asked when they leave.

    Raises:
        OutboxRefused: more than `AT_MOST`.
    """
    rows = [row for row in _locked(ids) if may_resend(row, at=at)]
    addresses = {row.pk: _address_now(row) for row in rows}
    stopped = set(
        RefusedAddress.objects.stopped().filter(address__in=set(addresses.values())).values_list("address", flat=True)
    )
    rows = [row for row in rows if addresses[row.pk] not in stopped]
    for row in rows:
        _send_again(row, addresses[row.pk], by=by, at=at)
    return Outcome(len(rows), len(set(ids)) - len(rows))


def check_can_resend(notice: Notice, *, at: datetime) -> None:
    """What was sent or failed may be sent again, unless it is private or a reminder whose time is over.

    Raises:
        OutboxRefused: with a sentence for the reader.
    """
    _check_not_private(notice)
    if notice.state not in (State.SENT, State.FAILED):
        raise OutboxRefused(_("Only a message that was sent or that failed can be sent again."))
    if notice.priority == Notice.Priority.REMINDER and notice.expires_at <= at:
        raise OutboxRefused(_("The time of this reminder is over, so it is not sent again."))
    if notice.recipient_id is None and notice.facts is not None:
        raise OutboxRefused(_("The person this message was for is not here any more."))


def may_resend(notice: Notice, *, at: datetime) -> bool:
    try:
        check_can_resend(notice, at=at)
    except OutboxRefused:
        return False
    return True


def may_cancel(notice: Notice) -> bool:
    return notice.can_become(State.CANCELLED) and not notice.is_private


def _check_not_private(notice: Notice) -> None:
    if notice.is_private:
        raise OutboxRefused(_("Messages about signing in are sent when the person asks for them, and only then."))


def _locked(ids: Collection[int]) -> list[Notice]:
    """The messages, locked in the one order that everybody keeps."""
    if len(set(ids)) > AT_MOST:
        words = _("That is more than %(number)d messages at a time. Please narrow the search.")
        raise OutboxRefused(words % {"number": AT_MOST})
    rows = Notice.objects.filter(pk__in=ids).select_related("recipient").order_by("pk")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def _take_back(rows: Iterable[Notice], *, by: models.Model, at: datetime) -> None:
    rows = list(rows)
    for row in rows:
        row.state, row.problem, row.finished_at = State.CANCELLED, TAKEN_BACK, at
    Notice.objects.bulk_update(rows, ["state", "problem", "finished_at"])
    Entry.objects.bulk_create([entry(verb="notice.cancelled", subject=row, by=by, at=at) for row in rows])


def _address_now(notice: Notice) -> str:
    recipient = notice.recipient
    return (recipient.email if recipient else "") or notice.address


def _send_again(notice: Notice, address: str, *, by: models.Model, at: datetime) -> Notice:
    lifetime = notice.expires_at - notice.created_at
    fresh: dict[str, Any] = {
        "address": address,
        "state": State.QUEUED,
        "problem": "",
        "attempts": 0,
        "next_attempt_at": at,
        "expires_at": notice.expires_at if notice.expires_at > at else at + lifetime,
        "finished_at": None,
    }
    if notice.facts is not None:
        fresh |= {"subject": "", "text": "", "html": "", "calendar": b"", "calendar_method": ""}  # to be drawn anew
        if notice.recipient:
            fresh |= {"language": notice.recipient.language, "zone": notice.recipient.zone}
    if notice.state == State.SENT:
        return _copy(notice, fresh, by=by, at=at)
    for name, value in fresh.items():
        setattr(notice, name, value)
    notice.save(update_fields=list(fresh))
    record(verb="notice.tried_again", subject=notice, by=by, at=at)
    return notice


def _copy(notice: Notice, fresh: dict[str, Any], *, by: models.Model, at: datetime) -> Notice:
    """Post a copy; one a minute at most, so that two who press together send one mail."""
    kept = {field.attname: getattr(notice, field.attname) for field in Notice._meta.concrete_fields}
    del kept["id"], kept["key"]
    fresh |= {
        "message_id": f"<{uuid4()}@{settings.SITE_HOST}>",
        "created_at": at,
        "claimed_at": None,
        "claimed_by": "",
    }
    key = f"again:{notice.pk}:{at:%Y%m%dT%H%MZ}"
    made, is_new = Notice.objects.get_or_create(key=key, defaults={**kept, **fresh})
    if is_new:
        record(verb="notice.sent_again", subject=notice, by=by, at=at, copy=made.pk)
        record(verb="notice.copied", subject=made, by=by, at=at, original=notice.pk)
    return made
