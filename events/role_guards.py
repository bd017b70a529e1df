"""Is a mail about a role still wanted when its turn comes?"""

from datetime import datetime

from events.models import Event, Role
from events.role_emails import BRIEF_GUARD, INVITED_GUARD, WITHDRAWN_GUARD, invited_ref, start_stamp
from notices.guards import Verdict, register


def invitation_waits(subject_ref: str, at: datetime) -> Verdict:
    """This very invitation is not answered, and what it is for takes place. `subject_ref` is `invited_ref(role)`."""
    pk, _stamp = subject_ref.split(":")
    invited = Role.objects.select_related("event").filter(pk=int(pk), state=Role.State.INVITED, member__is_active=True)
    role = invited.first()
    if role is None or invited_ref(role) != subject_ref:
        return Verdict(False, "The invitation was answered or taken back.")
    if role.event.state != Event.State.SCHEDULED:
        return Verdict(False, "The event does not take place.")
    return Verdict(role.event.ends_at > at, "The event is over.")


def role_is_given_up(subject_ref: str, at: datetime) -> Verdict:
    """The role is still with somebody else or withdrawn. `subject_ref` is its id."""
    given_up = Role.objects.filter(pk=int(subject_ref), state=Role.State.REPLACED, member__is_active=True)
    return Verdict(given_up.exists(), "She was invited again.")


def brief_is_due(subject_ref: str, at: datetime) -> Verdict:
    """She still has an accepted role, and the event begins at the very start that the mail names.

    `subject_ref` is `<event>:<member>:<start>`.
    """
    event_id, member_id, start = subject_ref.split(":")
    mine = Role.objects.accepted().filter(event=int(event_id), member=int(member_id), member__is_active=True)
    role = mine.select_related("event").first()
    if role is None:
        return Verdict(False, "She has no part in the event any more.")
    if role.event.state != Event.State.SCHEDULED or start_stamp(role.event) != start:
        return Verdict(False, "The event was moved or cancelled.")
    return Verdict(role.event.starts_at > at, "The event has begun.")


register(INVITED_GUARD, invitation_waits)
register(WITHDRAWN_GUARD, role_is_given_up)
register(BRIEF_GUARD, brief_is_due)
