"""The one lock order of the house: events by ascending id, then registrations, then notices."""

from collections.abc import Iterable

from events.models import Event


def lock_events(ids: Iterable[int]) -> dict[int, Event]:
    """Lock events for a change; call it first and once per transaction.

    `FOR NO KEY UPDATE` on the parent rows, because inserting a registration takes a key share lock on the event: with a
    full lock taken afterwards, simultaneous registrations deadlock. Waits at most the connection's `lock_timeout`.

    Raises:
        OperationalError: the lock was not free in time; the middleware answers "busy, try again".
    """
    rows = Event.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=set(ids)).order_by("pk")
    return {event.pk: event for event in rows}


def lock_event(event_id: int) -> Event:
    """Lock one event; see `lock_events`.

    Raises:
        Event.DoesNotExist: there is no such event (any more).
    """
    locked = lock_events([event_id])
    if event_id not in locked:
        raise Event.DoesNotExist(f"event {event_id} does not exist")
    return locked[event_id]
