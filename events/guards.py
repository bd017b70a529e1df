"""Is a mail about an event still wanted when its turn comes?"""

from datetime import datetime

from events import leads
from events.models import Event, Registration, Role
from events.telling import ANSWER_GUARD, MOVED_GUARD, MoveRef, Span
from notices.guards import Verdict, register


def registration_is_so(subject_ref: str, at: datetime) -> Verdict:
    """The registration is still in the state the mail tells of, and the event is not called off.

    `subject_ref` is `<id>:<state>`.
    """
    pk, state = subject_ref.split(":")
    rows = Registration.objects.select_related("event").filter(pk=int(pk), state=state, member__is_active=True)
    registration = rows.first()
    if registration is None:
        return Verdict(False, f"The registration is no longer {state}.")
    if registration.stands and registration.event.state == Event.State.CANCELLED:
        return Verdict(False, "The event was cancelled.")
    return Verdict(True)


def circle_place_stands(subject_ref: str, at: datetime) -> Verdict:
    """At least one of the places she got with her circle stands. `subject_ref` is `<member>:<first id>:<last id>`."""
    member_id, first, last = (int(part) for part in subject_ref.split(":"))
    mine = Registration.objects.standing().filter(member=member_id, member__is_active=True, automatic=True)
    if mine.filter(pk__range=(first, last), event__state=Event.State.SCHEDULED).exists():
        return Verdict(True)
    return Verdict(False, "She has declined all of them, or none takes place.")


def reminder_is_due(subject_ref: str, at: datetime) -> Verdict:
    """Still confirmed, for an active member, at the very start the reminder names, of an event that still has it.

    `subject_ref` is `<id>:<start>:<lead>`; without a lead, as it was written before there were three, 24h is meant.
    """
    pk, start, lead = (*subject_ref.split(":"), leads.DAY.code)[:3]
    rows = Registration.objects.select_related("event").confirmed()
    registration = rows.filter(pk=int(pk), member__is_active=True).first()
    if registration is None:
        return Verdict(False, "The registration is no longer confirmed.")
    event = registration.event
    if event.state != Event.State.SCHEDULED or f"{event.starts_at:%Y%m%dT%H%MZ}" != start:
        return Verdict(False, "The event was moved or cancelled.")
    if lead not in event.reminders:
        return Verdict(False, "The event no longer has this reminder.")
    return Verdict(event.starts_at > at, "The event has begun.")


def move_is_news(subject_ref: str, at: datetime) -> Verdict:
    """The event still stands where this move put it, that is not where she believes it to be, and she still takes part.

    `subject_ref` is a `telling.MoveRef`.
    """
    move = MoveRef.parse(subject_ref)
    event = Event.objects.filter(pk=move.event_id).first()
    if event is None or event.state != Event.State.SCHEDULED or event.sequence != move.sequence:
        return Verdict(False, "The event was moved again or cancelled.")
    if Span.of(event) == move.told:
        return Verdict(False, "The event is back at the time she was told.")
    return _takes_part(event, move.member_id, Registration.SEATED)


def cancellation_is_news(subject_ref: str, at: datetime) -> Verdict:
    """The event is off and she had a part in it. `subject_ref` is `<event>:<member>`."""
    event_id, member_id = (int(part) for part in subject_ref.split(":"))
    event = Event.objects.filter(pk=event_id, state=Event.State.CANCELLED).first()
    if event is None:
        return Verdict(False, "The event is not cancelled.")
    return _takes_part(event, member_id, Registration.STANDING)


def _takes_part(event: Event, member_id: int, states: tuple[str, ...]) -> Verdict:
    mine = {"event": event, "member": member_id, "member__is_active": True}
    registered = Registration.objects.filter(**mine, state__in=states)
    if registered.exists() or Role.objects.standing().filter(**mine).exists():
        return Verdict(True)
    return Verdict(False, "She takes no part any more.")


register(ANSWER_GUARD, registration_is_so)
register("events.registered_with_circle", circle_place_stands)
register("events.reminder", reminder_is_due)
register(MOVED_GUARD, move_is_news)
register("events.cancelled", cancellation_is_news)
