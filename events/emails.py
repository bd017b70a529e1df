"""The mails about events. One function per message; the words stand in `templates/emails/`.

Messages about one registration are drawn when they are sent, so posting one costs a row and no template.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from django.urls import reverse

from events import reminder_words
from events.invitation import calendar_for
from events.leads import Lead
from events.models import Event, Registration
from events.places import join_link, place_link
from events.telling import ANSWER_GUARD, MOVED_GUARD, NEAR, UNDO, Listener, MoveRef, Span, label
from forestallies.lib import ical, links, zones
from members.emails import circle_label, to
from members.models import Member
from notices import drawers
from notices.drawers import Facts
from notices.merging import Merger
from notices.outbox import Posting
from notices.render import Draft, Message, render

State = Registration.State

STILL_NEWS = timedelta(hours=2)  # a move or a cancellation is told until this long after the later of the starts


def about(event: Event) -> tuple[str, ...]:
    """The event, and the circle whose coordinators read of its messages."""
    return (label(event.pk), circle_label(event.home_id))


def context_for(event: Event, member: Member) -> dict[str, Any]:
    """What every mail about an event says: when, for this person first, and where to look."""
    return {
        "event": event,
        "when": zones.local(event.starts_at, member.zone, member.language),
        "country_line": event.country_line(),
        "page": links.absolute(event.get_absolute_url()),
        "my_page": links.absolute(reverse("my_page")),
    }


def _nothing_more(_registration: Registration, _facts: Facts, _at: datetime) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Kind:
    """How a message about a registration is drawn.

    Attributes:
        words: gives what its templates need beyond `context_for`.
        method: of the calendar part that goes with it, or empty.
        varies: these words differ between people of one event, language and zone.
    """

    words: Callable[[Registration, Facts, datetime], dict[str, Any]] = _nothing_more
    method: ical.Method | Literal[""] = ""
    varies: bool = False


def draw_many(kind: str, facts: Sequence[Facts], at: datetime) -> list[Message]:
    """Write messages about registrations as they stand now; facts name each and what else the kind has to know."""
    ids = {one["registration"] for one in facts}
    registrations = Registration.objects.select_related("event", "member").in_bulk(ids)
    merger = Merger()
    return [_draw(kind, registrations[one["registration"]], one, at, merger) for one in facts]


def _draw(kind: str, registration: Registration, facts: Facts, at: datetime, merger: Merger) -> Message:
    event, member, how = registration.event, registration.member, KINDS[kind]
    method = how.method if facts.get("in_calendar", True) else ""
    if facts.get("had_entry") and registration.state != State.CONFIRMED:
        method = "CANCEL"
    join = join_link(registration) if registration.state == State.CONFIRMED else ""
    return merger.render(
        kind,
        to(member),
        alike=(event.pk, registration.pk if how.varies else None),
        context=lambda: {**context_for(event, member), **how.words(registration, facts, at)},
        own={"place": place_link(registration), "join": join},
        calendar=calendar_for(event, member, method=method, at=at, join=join) if method else b"",
        calendar_method=method,
        about=about(event),
    )


def _posting(
    kind: str, registration: Registration, *, at: datetime, facts: Facts | None = None, **options: Any
) -> Posting:
    """Post a message about a registration, keyed on the moment of its present state and guarded by that state."""
    event = registration.event
    facts = {"registration": registration.pk, **(facts or {})}
    defaults: dict[str, Any] = {
        "key": f"{kind}:{registration.pk}:{event.sequence}:{registration.state_since:%Y%m%dT%H%M%S.%f}",
        "guard": ANSWER_GUARD,
        "subject_ref": f"{registration.pk}:{registration.state}",
        "expires_at": max(event.starts_at, at + timedelta(hours=2)),
    }
    draft = Draft(kind, to(registration.member), facts, about=about(event))
    return Posting(message=draft, **{**defaults, **options})


def answer(registration: Registration, *, had_entry: bool = False, at: datetime) -> Posting:
    """Answer somebody who came in: she has a seat (and the event in her calendar), waits, or is being decided on.

    Args:
        had_entry: the event is in her calendar already, and leaves it unless she has a seat.
    """
    return _posting(ANSWERS[State(registration.state)], registration, at=at, facts={"had_entry": had_entry})


def registered_with_circle(registrations: Sequence[Registration], *, at: datetime) -> Posting:
    """Tell somebody that she has a place in several events without asking, and how to decline one."""
    member, ids = registrations[0].member, [registration.pk for registration in registrations]
    return Posting(
        message=Draft("registered_with_circle", to(member), {"registrations": ids}, about=_about_all(registrations)),
        key=f"registered_with_circle:{min(ids)}",
        guard="events.registered_with_circle",
        subject_ref=f"{member.pk}:{min(ids)}:{max(ids)}",
        expires_at=max(*(row.event.starts_at for row in registrations), at + timedelta(hours=2)),
    )


def _about_all(registrations: Iterable[Registration]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for row in registrations for name in about(row.event)))


def draw_circle(facts: Facts, at: datetime) -> Message:
    """Write `registered_with_circle`: each event in which she still has a place or waits, with her own hour."""
    rows = Registration.objects.standing().filter(pk__in=facts["registrations"], event__state=Event.State.SCHEDULED)
    found = list(rows.select_related("event", "member").order_by("event__starts_at"))
    member = found[0].member
    lines = [
        {"title": row.event.title, "when": zones.local(row.event.starts_at, member.zone, member.language), "row": row}
        for row in found
    ]
    context = {"lines": lines, "my_page": links.absolute(reverse("my_page"))}
    return render("registered_with_circle", to(member), context, about=())


def promoted(registration: Registration, *, had_entry: bool = False, at: datetime) -> Posting:
    """Tell somebody who waited that a seat is hers now, or until when she can take it; `had_entry` as in `answer`."""
    kind = "offered" if registration.state == State.OFFERED else "promoted"
    return _posting(kind, registration, at=at, facts={"had_entry": had_entry})


def offer_expired(registration: Registration, *, at: datetime) -> Posting:
    """Tell somebody that her offer ended, and how to come back onto the list."""
    return _posting("offer_expired", registration, at=at)


def registration_declined(registration: Registration, *, reason: str, at: datetime) -> Posting:
    """Tell somebody that the team could not give her a place, and why."""
    return _posting("registration_declined", registration, at=at, facts={"reason": reason})


def registration_cancelled(registration: Registration, *, had_seat: bool, at: datetime, reason: str = "") -> Posting:
    """Answer a cancellation; an entry that was in her calendar is withdrawn."""
    facts = {"in_calendar": had_seat, "had_seat": had_seat, "reason": reason}
    return _posting("registration_cancelled", registration, at=at, facts=facts)


def reminder(registration: Registration, lead: Lead, *, at: datetime, missed_because: str = "") -> Posting:
    """Remind somebody of what comes. Keyed on the start: a moved event is reminded of anew.

    Args:
        missed_because: it is too late to be sent; it is only written down that it was missed, and why.
    """
    start, zone = registration.event.starts_at, registration.member.zone
    return _posting(
        lead.kind,
        registration,
        at=at,
        key=f"reminder:{registration.pk}:{start:%Y%m%dT%H%MZ}:{lead.code}",
        guard="events.reminder",
        subject_ref=f"{registration.pk}:{start:%Y%m%dT%H%MZ}:{lead.code}",
        priority=lead.priority,
        wait_until=lead.moment(start, zone) if missed_because else None,
        expires_at=lead.closes(start, zone),
        missed_because=missed_because,
    )


def _place_in_line(registration: Registration, _facts: Facts, _at: datetime) -> dict[str, Any]:
    ahead = Registration.objects.filter(event=registration.event, queue_no__lt=registration.queue_no).waiting()
    return {"position": ahead.count() + 1, "makes_offers": registration.event.makes_offers}


def _offer(registration: Registration, _facts: Facts, _at: datetime) -> dict[str, Any]:
    member, ends = registration.member, registration.offer_expires_at
    assert ends is not None  # noqa: S101 (for the type checker; the database holds it)
    return {"until": zones.local(ends, member.zone, member.language)}


def _why_gone(registration: Registration, facts: Facts, _at: datetime) -> dict[str, Any]:
    by_staff = registration.cancelled_by == Registration.CancelledBy.STAFF
    return {"by_staff": by_staff, "had_seat": facts["had_seat"], "reason": facts["reason"]}


def _reason(_registration: Registration, facts: Facts, _at: datetime) -> dict[str, Any]:
    return {"reason": facts["reason"]}


ANSWERS = {
    State.CONFIRMED: "registration_confirmed",
    State.WAITLISTED: "waitlisted",
    State.PENDING: "registration_pending",
}
KINDS = {
    "registration_confirmed": Kind(method="REQUEST"),
    "registration_pending": Kind(),
    "registration_declined": Kind(_reason, varies=True),
    "registration_cancelled": Kind(_why_gone, method="CANCEL", varies=True),
    "waitlisted": Kind(_place_in_line, varies=True),
    "promoted": Kind(method="REQUEST"),
    "offered": Kind(_offer, varies=True),
    "offer_expired": Kind(),
    "reminder_7d": Kind(reminder_words.week_before, varies=True),
    "reminder_24h": Kind(reminder_words.day_before),
    "reminder_1h": Kind(reminder_words.hour_before),
}
for _kind in KINDS:
    drawers.register_many(_kind, partial(draw_many, _kind))
drawers.register("registered_with_circle", draw_circle)


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
            "place": listener.place,
            "calendar_moves": listener.has_entry,
        },
        calendar=calendar_for(event, member, method="REQUEST", at=at, join=listener.join)
        if listener.has_entry
        else b"",
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
