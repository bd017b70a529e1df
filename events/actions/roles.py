"""Who does what in one event: invited, answered, replaced, withdrawn; and told, in the same transaction.

The only code that changes the state of a role. Every function locks the event first and decides under the lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events import policies, role_emails
from events.locks import lock_event
from events.models import Event, Role, Segment
from members.actions import people
from members.actions.people import Newcomer
from members.models import Member
from notices import outbox
from notices.models import Notice

State = Role.State
BETWEEN_MAILS = timedelta(hours=24)  # nobody is asked for the same answer more often
HOURS_OPEN = timedelta(days=14)  # after the end, somebody may still correct the minutes she confirmed
LONGEST = 24 * 60


class RoleRefused(Exception):
    """The role does not take this change, and nothing was changed; the text is a sentence for the reader."""


@dataclass(frozen=True)
class Part:
    """What somebody is asked to do: a kind, an interpreter's channel, and what she has to know."""

    kind: str
    channel: str = ""
    expectation: str = ""
    rehearsal_at: datetime | None = None


@transaction.atomic
def invite(*, event: Event, who: Member | Newcomer, part: Part, by: Member, at: datetime) -> Role:
    """Ask somebody to take a part in an event, and tell her. Who declined or was replaced before may be asked again.

    Args:
        who: somebody the portal knows, or a new person. When her address is known, she is asked as the portal knows
            her, and what was typed about her is dropped.

    Raises:
        RoleRefused: the event is a draft, cancelled or over, she has this part already, or cannot be invited.
        PermissionDenied: the person does not schedule this event.
    """
    event = _lock(event.pk, by, at)
    return _invite(event, who, part, by, at)


@transaction.atomic
def replace(*, role: Role, who: Member | Newcomer, part: Part, by: Member, at: datetime) -> Role:
    """Give a part to somebody else, who is invited; the former holder is told when she counted on it.

    What the former holder was to lead in the run of show is led by the new one.

    Returns the new role.

    Args:
        part: its kind and channel are those of the role; what else she has to know may be new.

    Raises:
        RoleRefused: it was given away already, or as `invite`.
        PermissionDenied: the person does not schedule this event.
    """
    event = _lock(role.event_id, by, at)
    role = _current(role, event)
    _check_step(role, State.REPLACED)
    new = _invite(event, who, Part(role.kind, role.channel, part.expectation, part.rehearsal_at), by, at)
    if new.pk == role.pk:
        raise RoleRefused(_("Please choose somebody else, or ask %(name)s again.") % {"name": role.member.name})
    _give_up(role, by=by, at=at, replaced_by=new)
    Segment.objects.filter(event=event, lead=role).update(lead=new)
    return new


@transaction.atomic
def withdraw(*, role: Role, by: Member, at: datetime) -> Role:
    """Take a part back without giving it to somebody else; who counted on it is told. Twice is harmless.

    Raises:
        RoleRefused: the event is a draft, cancelled or over.
        PermissionDenied: the person does not schedule this event.
    """
    event = _lock(role.event_id, by, at)
    role = _current(role, event)
    if role.state == State.REPLACED:
        return role
    _check_ahead(event, at)
    return _give_up(role, by=by, at=at)


@transaction.atomic
def accept(*, role: Role, by: Member, at: datetime) -> Role:
    """Say yes. Twice is harmless; after saying no, it is still possible as long as nobody else has the part.

    Raises:
        RoleRefused: the part was given away or taken back, or the event is cancelled or over.
        PermissionDenied: it is somebody else's.
    """
    return _answer(role, State.ACCEPTED, by=by, at=at)


@transaction.atomic
def decline(*, role: Role, by: Member, at: datetime, reason: str = "") -> Role:
    """Say no, or that one cannot after all. Twice is harmless.

    Raises:
        RoleRefused: the part was given away or taken back, or the event is cancelled or over.
        PermissionDenied: it is somebody else's.
    """
    return _answer(role, State.DECLINED, by=by, at=at, reason=reason)


@transaction.atomic
def release(*, event: Event, member: Member, by: Member | None, at: datetime) -> int:
    """Let somebody out of every part she has in an event that is not over, because she leaves the portal for good.

    The caller holds the event's lock. Nobody is told: the team sees the gap in the run of show. Safe to run twice.
    """
    rows = list(Role.objects.standing().filter(event=event, member=member)) if event.ends_at > at else []
    for role in rows:
        _unheard(role, at)
        _go(role, State.DECLINED, by=by, at=at, verb="role.released", answered_at=at)
    return len(rows)


@transaction.atomic
def remind(*, role: Role, by: Member, at: datetime) -> Role:
    """Ask somebody for her answer once more, by hand; at most one mail in `BETWEEN_MAILS`.

    Raises:
        RoleRefused: she has answered, was written to a short while ago or has no address, or the event has begun.
        PermissionDenied: the person does not schedule this event.
    """
    event = _lock(role.event_id, by, at)
    role = _current(role, event)
    if role.state != State.INVITED:
        raise RoleRefused(_("%(name)s has answered already.") % {"name": role.member.name})
    _check_ahead(event, at)
    if not role.member.email:
        raise RoleRefused(_("The portal has no e-mail address of %(name)s.") % {"name": role.member.name})
    if event.starts_at <= at:
        raise RoleRefused(_("This event has already begun."))
    last = role_emails.last_asked([role]).get(role.pk)
    if last and last > at - BETWEEN_MAILS:
        raise RoleRefused(
            _("%(name)s got a message about this less than a day ago. Please wait a little.")
            % {"name": role.member.name}
        )
    outbox.post_once(role_emails.invitation(role, step=f"hand-{at:%Y%m%d%H%M}", at=at), at=at)
    record(verb="role.reminded", subject=role, by=by, at=at, event=event.pk)
    return role


@transaction.atomic
def change(*, role: Role, part: Part, by: Member, at: datetime) -> Role:
    """Set what is expected, when the rehearsal is, and an interpreter's channel. The kind stays.

    Raises:
        RoleRefused: the role was given away, she has the new channel already, or the event is cancelled or over.
        PermissionDenied: the person does not schedule this event.
    """
    event = _lock(role.event_id, by, at)
    role = _current(role, event)
    _check_ahead(event, at)
    if not role.stands:
        raise RoleRefused(_("%(name)s has no part in this event any more.") % {"name": role.member.name})
    channel = _channel(role.kind, part.channel)
    others = Role.objects.filter(event=event, member=role.member, kind=role.kind, channel=channel)
    if others.exclude(pk=role.pk).exists():
        raise RoleRefused(_("%(name)s is or was asked for this channel already.") % {"name": role.member.name})
    role.channel, role.expectation, role.rehearsal_at = channel, part.expectation, part.rehearsal_at
    role.save(update_fields=["channel", "expectation", "rehearsal_at"])
    record(verb="role.changed", subject=role, by=by, at=at, event=event.pk, channel=channel)
    return role


@transaction.atomic
def confirm_minutes(*, role: Role, minutes: int, by: Member, at: datetime) -> Role:
    """Write down how long a guest worked, as she says herself; until `HOURS_OPEN` after the end she may correct it.

    Raises:
        RoleRefused: she did not accept, the event is not over or did not take place, or it is too late or too long.
        PermissionDenied: it is somebody else's.
    """
    _check_own(role, by)
    event = lock_event(role.event_id)
    role = _current(role, event)
    if role.state != State.ACCEPTED or role.kind not in Role.GUESTS:
        raise RoleRefused(_("There are no hours to confirm for this part."))
    if not event.is_held(at):
        raise RoleRefused(_("Hours can be confirmed when the event is over."))
    if at >= event.ends_at + HOURS_OPEN:
        raise RoleRefused(_("Hours can be changed until 14 days after the event. Please write to the team."))
    if not 1 <= minutes <= LONGEST:
        raise RoleRefused(_("Please give between 1 and 1440 minutes."))
    if role.minutes_worked != minutes:
        before, role.minutes_worked, role.minutes_confirmed_at = role.minutes_worked, minutes, at
        role.save(update_fields=["minutes_worked", "minutes_confirmed_at"])
        record(verb="role.minutes_confirmed", subject=role, by=by, at=at, before=before, after=minutes)
    return role


def hours_are_open(role: Role, event: Event, at: datetime) -> bool:
    """Whether a guest may confirm or correct her hours now."""
    is_guest = role.state == State.ACCEPTED and role.kind in Role.GUESTS
    return is_guest and event.is_held(at) and at < event.ends_at + HOURS_OPEN


def _lock(event_id: int, by: Member, at: datetime) -> Event:
    """Lock an event for somebody who decides about its roles."""
    event = lock_event(event_id)
    policies.check_works(event, "schedule", by=by, at=at)
    return event


def _current(role: Role, event: Event) -> Role:
    """The role as it is under the lock."""
    role = Role.objects.select_related("member").get(pk=role.pk, event=event)
    role.event = event
    return role


def _check_step(role: Role, state: State) -> None:
    """The table of states allows this step.

    Raises:
        RoleRefused: it does not, because somebody was quicker.
    """
    if state in Role.TRANSITIONS[State(role.state)]:
        return
    if role.state == State.REPLACED:
        raise RoleRefused(_("This part was given to somebody else meanwhile. Nothing was changed."))
    raise RoleRefused(_("This was answered meanwhile. Nothing was changed."))


def _check_ahead(event: Event, at: datetime) -> None:
    """People are asked, and answer, until the end of what takes place.

    Raises:
        RoleRefused: with the reason as a sentence.
    """
    if event.state == Event.State.CANCELLED:
        raise RoleRefused(_("This event was cancelled."))
    if event.state == Event.State.DRAFT:
        raise RoleRefused(_("This event is a draft. Announce it first: then those you invite hear when it is moved."))
    if event.state == Event.State.CLOSED or event.ends_at <= at:
        raise RoleRefused(_("This event is over."))


def _check_own(role: Role, by: Member) -> None:
    if role.member_id != by.pk:
        raise PermissionDenied(_("This part is somebody else’s."))


def _channel(kind: str, channel: str) -> str:
    if kind != Role.Kind.INTERPRETER:
        return ""
    if not channel:
        raise RoleRefused(_("Please choose the channel."))
    return channel


def _invite(event: Event, who: Member | Newcomer, part: Part, by: Member, at: datetime) -> Role:
    _check_ahead(event, at)
    channel = _channel(part.kind, part.channel)
    member = people.known_or_new(newcomer=who, by=by, at=at) if isinstance(who, Newcomer) else who
    if not member.is_active:
        raise RoleRefused(_("This person cannot be invited. Please write to the coordination."))
    role = Role.objects.filter(event=event, member=member, kind=part.kind, channel=channel).first()
    if role and role.stands:
        raise RoleRefused(_("%(name)s was asked for this already.") % {"name": member.name})
    role = role or Role(event=event, member=member, kind=part.kind, channel=channel, state=State.REPLACED)
    _check_step(role, State.INVITED)
    role.event, role.member = event, member
    role.expectation, role.rehearsal_at = part.expectation, part.rehearsal_at
    role.invited_at, role.invited_by = at, by
    _go(role, State.INVITED, by=by, at=at, verb="role.invited", answered_at=None, kind=part.kind)
    outbox.post_once(role_emails.invitation(role, at=at), at=at)
    return role


def _answer(role: Role, state: State, *, by: Member, at: datetime, reason: str = "") -> Role:
    _check_own(role, by)
    event = lock_event(role.event_id)
    role = _current(role, event)
    if role.state == state:
        return role
    _check_step(role, state)
    _check_ahead(event, at)
    return _go(role, state, by=by, at=at, verb=f"role.{state}", answered_at=at, reason=reason)


def _give_up(role: Role, *, by: Member, at: datetime, replaced_by: Role | None = None) -> Role:
    """Let a role go and tell its holder, unless she never heard of it or had said no."""
    _check_step(role, State.REPLACED)
    counted_on = role.stands and not _unheard(role, at)
    verb = "role.replaced" if replaced_by else "role.withdrawn"
    _go(role, State.REPLACED, by=by, at=at, verb=verb, replaced_by=replaced_by, answered_at=role.answered_at)
    if counted_on:
        outbox.post_once(role_emails.withdrawn(role, at=at), at=at)
    return role


def _unheard(role: Role, at: datetime) -> bool:
    """Take back what is still to be sent about an invitation; tell whether nothing at all had left."""
    posted = Notice.objects.filter(guard=role_emails.INVITED_GUARD, subject_ref=role_emails.invited_ref(role))
    taken_back = outbox.withdraw_all(posted, at=at, reason="The role was given to somebody else.")
    if role.state != State.INVITED or not taken_back:
        return False
    return not posted.exclude(state=Notice.State.CANCELLED).exists()


def _go(
    role: Role,
    state: State,
    *,
    by: Member | None,
    at: datetime,
    verb: str,
    answered_at: datetime | None,
    reason: str = "",
    replaced_by: Role | None = None,
    **detail: Any,
) -> Role:
    """Take a step that was checked, and write it down."""
    before, is_new = role.state, role.pk is None
    role.state, role.answered_at, role.replaced_by = state, answered_at, replaced_by
    role.reason = reason if state == State.DECLINED else role.reason if state == State.REPLACED else ""
    if is_new:
        role.save()
    else:
        role.save(
            update_fields=[
                "state", "answered_at", "reason", "replaced_by", "expectation", "rehearsal_at", "invited_at",
                "invited_by",
            ]
        )  # fmt: skip
    record(
        verb=verb,
        subject=role,
        by=by,
        at=at,
        event=role.event_id,
        before="" if is_new else before,
        replaced_by=replaced_by.pk if replaced_by else None,
        **detail,
    )
    return role
