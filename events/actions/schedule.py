"""When events take place: made, announced, moved, cancelled; and everybody told, in the same transaction."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events import emails, kinds, policies
from events.actions import moving
from events.actions.moving import LONGEST, Impact, ScheduleRefused, When
from events.locks import lock_event, lock_events
from events.models import Event, Registration
from events.telling import Span, listeners
from members.models import Circle, Member
from notices import outbox

__all__ = ["LONGEST", "Impact", "ScheduleRefused"]

Kind = TypeVar("Kind", bound=Event)


@transaction.atomic
def create(*, event: Kind, audience: Iterable[Circle], by: Member, at: datetime) -> Kind:
    """Save a new event of any kind, as a draft or already scheduled, for the people of these circles.

    Raises:
        ScheduleRefused: its time cannot be, or it is to be scheduled although that is over or something is missing.
        PermissionDenied: the person schedules nothing in that home.
    """
    policies.check_can_schedule_in(event.home, by=by, at=at)
    moving.check_time(When.of(event))
    event.derive_instants()
    if event.state == Event.State.SCHEDULED:
        moving.check_ahead(event.starts_at, at)
        event.reminders_since = at
    event.save()
    if event.state == Event.State.SCHEDULED:
        kinds.of(event).check_ready(event)  # its kind is set when it is saved
    event.audience.set(audience)
    record(
        verb="event.created",
        subject=_spine(event),
        by=by,
        at=at,
        state=event.state,
        starts_at=moving.stamp(event.starts_at)[0],
    )
    return event


@transaction.atomic
def announce(*, event: Event, by: Member, at: datetime) -> Event:
    """Make a draft a scheduled event: its audience sees it and can register.

    Raises:
        ScheduleRefused: it is no draft, its time is over, or something is missing that people must read.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    if event.state != Event.State.DRAFT:
        raise ScheduleRefused(_("Only a draft can be announced."), field="state")
    moving.check_ahead(event.starts_at, at)
    kinds.of(event).check_ready(event)
    event.state, event.reminders_since = Event.State.SCHEDULED, at
    event.save(update_fields=["state", "reminders_since", "updated_at"])
    record(verb="event.announced", subject=event, by=by, at=at)
    return event


def move(*, event: Event, wall_date: date, wall_time: time, minutes: int, zone: str, by: Member, at: datetime) -> Event:
    """Let an event take place at another time, and tell those who have a seat or a part in it.

    They are told once, after `telling.UNDO`, from the time each of them knows to the last one; an event that is back
    where she knows it by then is no news. What starts soon is told at once. The same time again changes nothing.
    Several events are moved together by `moving.move_all`.

    Raises:
        ScheduleRefused: that time cannot be or is over, or the event can no longer be moved.
    """
    [moved] = moving.move_all({event.pk: When(wall_date, wall_time, minutes, zone)}, by=by, at=at)
    return moved


@transaction.atomic
def change_reminders(*, event: Event, reminders: Iterable[str], by: Member, at: datetime) -> Event:
    """Choose which reminders an event sends. Those whose moment is past are not made up for; the same set again
    changes nothing.

    Args:
        reminders: values of `Event.Reminder`, in any order.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    before, chosen = event.reminders, set(reminders)
    after = [code for code in Event.Reminder.values if code in chosen]
    if after == before:
        return event
    event.reminders, event.reminders_since = after, at
    event.save(update_fields=["reminders", "reminders_since", "updated_at"])
    record(verb="event.reminders_changed", subject=event, by=by, at=at, before=before, after=after)
    return event


@transaction.atomic
def cancel(*, event: Event, reason: str, by: Member, at: datetime) -> Event:
    """Call an event off for good and tell everybody at once, those on the waiting list too.

    Args:
        reason: a sentence for them, in the writer's words.

    Raises:
        ScheduleRefused: it is cancelled already, closed or over.
    """
    policies.check_can_schedule(event, by=by, at=at)
    event = lock_event(event.pk)
    check_can_cancel(event, at=at)
    moving.hold_moves([event])
    was_draft = event.state == Event.State.DRAFT
    people = [] if was_draft else listeners(event, states=Registration.STANDING)
    moving.withdraw_moves(event, at=at)
    event.state, event.sequence = Event.State.CANCELLED, event.sequence + 1
    event.save(update_fields=["state", "sequence", "updated_at"])
    record(verb="event.cancelled", subject=event, by=by, at=at, people=len(people))
    outbox.post_many_once([emails.event_cancelled(event, person, reason=reason, at=at) for person in people], at=at)
    return event


@transaction.atomic
def rederive(*, at: datetime) -> list[Event]:
    """Bring the instants of all events that have not begun in line with their wall clocks, and tell people.

    To be done after the rules of a zone changed: what stands on the wall stays, the instant follows. Told as a move is.
    Safe to run twice. Returns the events that were out of line, by ascending id.
    """
    locked = lock_events(event.pk for event in out_of_line(at=at))
    stale = [event for event in locked.values() if _is_out_of_line(event)]
    moving.carry_out([(event, When.of(event)) for event in stale], verb="event.rederived", by=None, at=at)
    return stale


def out_of_line(*, at: datetime) -> list[Event]:
    """The events ahead whose stored instants are not what their wall clocks say by today's zone rules, by id."""
    ahead = Event.objects.filter(state__in=[Event.State.DRAFT, Event.State.SCHEDULED], starts_at__gt=at)
    return [event for event in ahead.order_by("pk").iterator() if _is_out_of_line(event)]


def describe_impact(event: Event) -> Impact:
    """Count whom a cancellation would reach."""
    draft = event.state == Event.State.DRAFT
    return moving.impact([] if draft else listeners(event, states=Registration.STANDING), at_once=True)


def check_can_cancel(event: Event, *, at: datetime) -> None:
    """Only what lies ahead or is going on can be called off.

    Raises:
        ScheduleRefused: with a sentence for the reader.
    """
    if event.state == Event.State.CANCELLED:
        raise ScheduleRefused(_("This event is already cancelled."))
    if Event.State.CANCELLED not in Event.TRANSITIONS[Event.State(event.state)] or event.is_held(at):
        raise ScheduleRefused(_("This event is over; it can no longer be cancelled."))


def _is_out_of_line(event: Event) -> bool:
    return When.of(event).span() != Span.of(event)


def _spine(event: Event) -> Event:
    """The event itself, for the audit: every kind of event is told of under one name."""
    return event if type(event) is Event else Event(pk=event.pk)
