"""Is a mail about an event still wanted when its turn comes?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.models import Event, Registration, Role
from events.telling import ANSWER_GUARD, MOVED_GUARD, MoveRef, Span
from notices.guards import Verdict, register, register_many


def registrations_are_so(subject_refs: Sequence[str], at: datetime) -> list[Verdict]:
    """Each registration is still in the state the mail tells of, and its event is not called off; one query.

    A `subject_ref` is `<id>:<state>`.
    """
    wanted = [(int(pk), state) for pk, state in (ref.split(":") for ref in subject_refs)]
    rows = Registration.objects.filter(pk__in={pk for pk, _state in wanted}, member__is_active=True)
    found = {pk: values for pk, *values in rows.values_list("pk", "state", "event__state")}
    return [_is_so(state, *found.get(pk, ("", ""))) for pk, state in wanted]


def _is_so(told: str, state: str, event_state: str) -> Verdict:
    if state != told:
        return Verdict(False, f"The registration is no longer {told}.")
    if state in Registration.STANDING and event_state == Event.State.CANCELLED:
        return Verdict(False, "The event was cancelled.")
    return Verdict(True)


def circle_place_stands(subject_ref: str, at: datetime) -> Verdict:
    """At least one of the places she got with her circle stands. `subject_ref` is `<member>:<first id>:<last id>`."""
    member_id, first, last = (int(part) for part in subject_ref.split(":"))
    mine = Registration.objects.standing().filter(member=member_id, member__is_active=True, automatic=True)
    if mine.filter(pk__range=(first, last), event__state=Event.State.SCHEDULED).exists():
        return Verdict(True)
    return Verdict(False, "She has declined all of them, or none takes place.")


def reminders_are_due(subject_refs: Sequence[str], at: datetime) -> list[Verdict]:
    """Each is still confirmed, active, and the event starts when the reminder says; one query.

    A `subject_ref` is `<id>:<start>`.
    """
    wanted = [(int(pk), start) for pk, start in (ref.split(":") for ref in subject_refs)]
    rows = Registration.objects.confirmed().filter(pk__in={pk for pk, _start in wanted}, member__is_active=True)
    found = {pk: values for pk, *values in rows.values_list("pk", "event__state", "event__starts_at")}
    return [_is_due(start, found.get(pk), at) for pk, start in wanted]


def _is_due(told: str, event: Sequence[Any] | None, at: datetime) -> Verdict:
    if event is None:
        return Verdict(False, "The registration is no longer confirmed.")
    state, starts_at = event
    if state != Event.State.SCHEDULED or f"{starts_at:%Y%m%dT%H%MZ}" != told:
        return Verdict(False, "The event was moved or cancelled.")
    return Verdict(starts_at > at, "The event has begun.")


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


register_many(ANSWER_GUARD, registrations_are_so)
register("events.registered_with_circle", circle_place_stands)
register_many("events.reminder", reminders_are_due)
register(MOVED_GUARD, move_is_news)
register("events.cancelled", cancellation_is_news)
