"""The mails about events. One function per message; the words stand in `templates/emails/`."""

from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.urls import reverse

from events.invitation import calendar_for
from events.models import Event, Registration
from events.telling import MOVED_GUARD, NEAR, UNDO, Listener, MoveRef, Span
from forestallies.lib import ical, links, zones
from members.emails import to
from members.models import Member
from notices.models import Notice
from notices.outbox import Posting
from notices.render import render

GUARD = "events.registration"
REMINDER_CLOSES = timedelta(hours=2)  # a 24-hour reminder is not worth sending later than this before the start
STILL_NEWS = timedelta(hours=2)  # a move or a cancellation is told until this long after the later of the starts


def about(event: Event) -> tuple[str, ...]:
    return (f"events.event:{event.pk}",)


def context_for(event: Event, member: Member) -> dict[str, Any]:
    """What every mail about an event says: when, for this person first, and where to look."""
    return {
        "event": event,
        "when": zones.local(event.starts_at, member.zone, member.language),
        "country_line": event.country_line(),
        "page": links.absolute(event.get_absolute_url()),
        "my_page": links.absolute(reverse("my_page")),
    }


def which_day(starts_at: datetime, zone: str, *, at: datetime) -> Literal["today", "tomorrow", ""]:
    """Say how a person calls the day of a start, by the calendar of her own zone; empty for any other day.

    "24 hours ahead" may be the same local day, the next one, or (across a night of 23 hours) even the one after that.
    """
    tz = ZoneInfo(zone)
    days = (starts_at.astimezone(tz).date() - at.astimezone(tz).date()).days
    if days == 0:
        return "today"
    return "tomorrow" if days == 1 else ""


def _posting(
    kind: str,
    registration: Registration,
    *,
    at: datetime,
    state: str,
    method: ical.Method | None = None,
    extra: dict[str, Any] | None = None,
    **options: Any,
) -> Posting:
    """Make a mail about a registration, keyed on the moment of its present state and guarded by that state."""
    event = registration.event
    calendar = calendar_for(event, registration.member, method=method, at=at) if method else b""
    message = render(
        kind,
        to(registration.member),
        {**context_for(event, registration.member), **(extra or {})},
        calendar=calendar,
        calendar_method=method or "",
        about=about(event),
    )
    defaults: dict[str, Any] = {
        "key": f"{kind}:{registration.pk}:{event.sequence}:{registration.state_since:%Y%m%dT%H%M%S.%f}",
        "guard": GUARD,
        "subject_ref": f"{registration.pk}:{state}",
        "expires_at": max(event.starts_at, at + timedelta(hours=2)),
    }
    return Posting(message=message, **{**defaults, **options})


def registration_confirmed(registration: Registration, *, at: datetime) -> Posting:
    """Answer a registration that got a seat; the event goes into her calendar."""
    return _posting("registration_confirmed", registration, at=at, state="confirmed", method="REQUEST")


def waitlisted(registration: Registration, *, position: int | None, at: datetime) -> Posting:
    """Answer a registration for a full event with the position on the waiting list and how the list works."""
    return _posting("waitlisted", registration, at=at, state="waitlisted", extra={"position": position})


def promoted(registration: Registration, *, at: datetime) -> Posting:
    """Tell somebody who waited that a place is hers now; the event goes into her calendar."""
    return _posting("promoted", registration, at=at, state="confirmed", method="REQUEST")


def registration_cancelled(registration: Registration, *, had_seat: bool, at: datetime) -> Posting:
    """Answer a cancellation; an entry that was in her calendar is withdrawn."""
    return _posting(
        "registration_cancelled",
        registration,
        at=at,
        state="cancelled",
        method="CANCEL" if had_seat else None,
        extra={"by_staff": registration.cancelled_by == Registration.CancelledBy.STAFF, "had_seat": had_seat},
    )


def reminder_24h(registration: Registration, *, at: datetime) -> Posting:
    """Remind somebody of what starts in a day. Keyed on the start: a moved event is reminded of anew."""
    event = registration.event
    return _posting(
        "reminder_24h",
        registration,
        at=at,
        state="confirmed",
        extra={"which_day": which_day(event.starts_at, registration.member.zone, at=at)},
        key=f"reminder:{registration.pk}:{event.starts_at:%Y%m%dT%H%MZ}:24h",
        guard="events.reminder",
        subject_ref=f"{registration.pk}:{event.starts_at:%Y%m%dT%H%MZ}",
        priority=Notice.Priority.REMINDER,
        expires_at=event.starts_at - REMINDER_CLOSES,
    )


def span(when: Span, member: Member) -> str:
    """Say from when until when in a person's zone and language: `Thursday, 10 December, 09:00–11:00 (Lima, UTC−5)`."""
    start, end = (zones.local(instant, member.zone, member.language) for instant in when)
    return f"{start.day}, {start.clock}–{end.clock} ({start.city}, {start.offset})"


def rescheduled(event: Event, listener: Listener, *, at: datetime) -> Posting:
    """Tell somebody the old and the new time, in her own hours; the entry in her calendar moves along.

    Waits for the time of undo, unless either time is near. Keyed on the sequence: each move is news of its own.
    """
    member, told, new = listener.member, listener.told, Span.of(event)
    first, last = sorted((told.starts_at, new.starts_at))
    waits = first - at >= NEAR
    message = render(
        "rescheduled",
        to(member),
        {
            **context_for(event, member),
            "old": span(told, member),
            "new": span(new, member),
            "has_seat": listener.has_seat,
            "calendar_moves": listener.has_entry,
        },
        calendar=calendar_for(event, member, method="REQUEST", at=at) if listener.has_entry else b"",
        calendar_method="REQUEST" if listener.has_entry else "",
        about=about(event),
    )
    return Posting(
        message=message,
        key=f"rescheduled:{event.pk}:{member.pk}:{event.sequence}",
        guard=MOVED_GUARD,
        subject_ref=str(MoveRef(event.pk, member.pk, event.sequence, told, new)),
        wait_until=at + UNDO if waits else None,
        expires_at=max(last, at + UNDO) + STILL_NEWS,
    )


def event_cancelled(event: Event, listener: Listener, *, reason: str, at: datetime) -> Posting:
    """Tell somebody that an event she knows of does not take place, and why; its entry leaves her calendar.

    The mail names the time that she knows, which may be older than a move that was never told.
    """
    member, told = listener.member, listener.told
    context = {
        **context_for(event, member),
        "when": zones.local(told.starts_at, member.zone, member.language),
        "country_line": zones.country_line(told.starts_at, event.countries, event.zone),
        "reason": reason,
    }
    message = render(
        "event_cancelled",
        to(member),
        context,
        calendar=calendar_for(event, member, method="CANCEL", at=at) if listener.has_entry else b"",
        calendar_method="CANCEL" if listener.has_entry else "",
        about=about(event),
    )
    return Posting(
        message=message,
        key=f"event_cancelled:{event.pk}:{member.pk}",
        guard="events.cancelled",
        subject_ref=f"{event.pk}:{member.pk}",
        expires_at=max(told.starts_at, at) + STILL_NEWS,
    )
