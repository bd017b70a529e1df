"""Where somebody is signed in: noting it, ending one session, ending all but this one."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from audit.models import record
from members import devices
from members.models import Member, OpenSession

SEEN = "seen_at"  # in the session: when its row was last written
EVERY = timedelta(minutes=15)  # so often at most


@transaction.atomic
def note(*, request: HttpRequest, member: Member, at: datetime) -> OpenSession:
    """Write down that this browser is signed in, now. Safe to run twice."""
    request.session[SEEN] = at.timestamp()
    request.session.save()  # a session has its key from here on
    signature = request.headers.get("User-Agent", "")
    row, is_new = OpenSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "member": member,
            "browser": devices.browser_of(signature),
            "system": devices.system_of(signature),
            "seen_at": at,
        },
        create_defaults={
            "member": member,
            "browser": devices.browser_of(signature),
            "system": devices.system_of(signature),
            "seen_at": at,
            "begun_at": at,
        },
    )
    if is_new:
        over = at - timedelta(seconds=settings.SESSION_COOKIE_AGE)
        OpenSession.objects.filter(member=member, seen_at__lt=over).delete()
    return row


def is_stale(request: HttpRequest, *, at: datetime) -> bool:
    """Whether this session was not noted for a while, or never."""
    noted = request.session.get(SEEN)
    return not isinstance(noted, (int, float)) or at.timestamp() - noted >= EVERY.total_seconds()


def open_ones(member: Member, *, at: datetime) -> list[OpenSession]:
    """The sessions that are really open, the latest seen first, without those that ended otherwise."""
    rows = list(OpenSession.objects.filter(member=member).order_by("-seen_at", "-pk"))
    alive = set(
        Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=at).values_list(
            "session_key", flat=True
        )
    )
    return [row for row in rows if row.session_key in alive]


@transaction.atomic
def end(*, row: OpenSession, by: Member, at: datetime) -> None:
    """End one session: whoever sits there is asked to sign in at the next step. Safe to run twice."""
    _store().delete(row.session_key)
    OpenSession.objects.filter(pk=row.pk).delete()
    record(verb="session.ended", subject=row.member, by=by, at=at, session=row.pk)


@transaction.atomic
def end_others(*, member: Member, request: HttpRequest | None, by: Member | None, at: datetime) -> int:
    """End every session of a person but that of `request`: noted or not, in browsers that remember her as well.

    Args:
        request: whose session stays; None ends them all.

    Returns:
        How many noted sessions ended.
    """
    Member.objects.filter(pk=member.pk).update(sign_outs=F("sign_outs") + 1)
    member.refresh_from_db(fields=["sign_outs"])
    rows = OpenSession.objects.filter(member=member)
    here = request.session.session_key if request else None
    others = list(rows.exclude(session_key=here).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=others).delete()
    rows.delete()
    if request:
        _keep(request, member, at)
    record(verb="session.others_ended", subject=member, by=by, at=at, number=len(others))
    return len(others)


def _keep(request: HttpRequest, member: Member, at: datetime) -> None:
    """Let this session go on under a new key."""
    update_session_auth_hash(request, member)
    note(request=request, member=member, at=at)


def forget(*, session_key: str | None) -> None:
    """Take away the row of a session that was signed out of."""
    if session_key:
        OpenSession.objects.filter(session_key=session_key).delete()


def _store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore()
