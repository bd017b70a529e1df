"""Is a mail about a registration still wanted when its turn comes?"""

from datetime import datetime

from events.models import Event, Registration
from notices.guards import Verdict, register


def registration_is_so(subject_ref: str, at: datetime) -> Verdict:
    """The registration is still in the state the mail tells of. `subject_ref` is `<id>:<state>`."""
    pk, state = subject_ref.split(":")
    if Registration.objects.filter(pk=int(pk), state=state, member__is_active=True).exists():
        return Verdict(True)
    return Verdict(False, f"The registration is no longer {state}.")


def reminder_is_due(subject_ref: str, at: datetime) -> Verdict:
    """Still confirmed, still scheduled, at the very start the reminder names. `subject_ref` is `<id>:<start>`."""
    pk, start = subject_ref.split(":")
    registration = Registration.objects.select_related("event").confirmed().filter(pk=int(pk)).first()
    if registration is None:
        return Verdict(False, "The registration is no longer confirmed.")
    event = registration.event
    if event.state != Event.State.SCHEDULED or f"{event.starts_at:%Y%m%dT%H%MZ}" != start:
        return Verdict(False, "The event was moved or cancelled.")
    return Verdict(event.starts_at > at, "The event has begun.")


register("events.registration", registration_is_so)
register("events.reminder", reminder_is_due)
