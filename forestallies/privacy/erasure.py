"""Erase a person: her seats go to the next in line, her words go, her row stays for the counts.

docs/decisions/0023-erasure.md gives the reasons for this order.
"""

from collections import Counter
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audit.models import record
from certificates import issuing
from events.actions import feedback, registrations, roles
from events.locks import lock_events
from events.models import Event, Feedback, Registration, Role, Transition
from forestallies.privacy import forgetting, ledger
from forestallies.privacy.finders import FINDS, Person, in_words
from forestallies.privacy.forgetting import MEMBER
from forestallies.privacy.rules import blank_value, fields_with
from members.models import Application, Circle, CircleMember, Grant, Member, Membership, MembershipStep
from notices import outbox
from notices.models import Notice
from programs.models import Enrolment

ATTEMPTS = 5
PATIENCE = "5min"  # for statements that read every message for her name


class ErasureRefused(Exception):
    """She cannot be erased now, and nothing was changed; the text is a sentence for the reader."""


def check_can_be_erased(member: Member, *, at: datetime) -> None:
    """Somebody who is the last coordinator of a circle names another one first.

    Raises:
        ErasureRefused: with the names of the circles.
    """
    alone = last_coordinator_of(member, at=at)
    if alone:
        raise ErasureRefused(
            _("Nobody else coordinates %(circles)s. Please have another coordinator named first.")
            % {"circles": ", ".join(circle.name for circle in alone)}
        )


def last_coordinator_of(member: Member, *, at: datetime) -> list[Circle]:
    """The circles that would be left without a coordinator."""
    held = Grant.objects.current(at).filter(right=Grant.Right.COORDINATOR, circle__isnull=False)
    others = held.exclude(member=member).filter(member__is_active=True).values("circle")
    mine = held.filter(member=member).values("circle")
    return list(Circle.objects.filter(pk__in=mine).exclude(pk__in=others).order_by("pk"))


def erase(
    *, member: Member, by: Member | None, keeps_certificates: bool, at: datetime, is_replay: bool = False
) -> Counter[str]:
    """Erase a person for good; count the rows that were changed, by table. Safe to run twice and at any hour.

    First her seats, parts and sign-in go, under the locks of her events; then, under the lock of her own row, all that
    is left. Whatever came in between is seen there, and both are done again. The second step writes the ledger last.

    Args:
        by: who asked; None where the ledger is replayed.
        is_replay: the ledger says that she was erased, so that nothing is refused and nothing is written into it.

    Raises:
        ErasureRefused: she is the last coordinator of a circle.
        LedgerUnusable: the ledger could not be written; she is out, and her words are still there.
    """
    for _attempt in range(ATTEMPTS):
        _leave(member, by=by, at=at, is_replay=is_replay)
        try:
            return _forget(member, by=by, keeps_certificates=keeps_certificates, at=at, is_replay=is_replay)
        except _SomethingCame:
            continue
    raise ErasureRefused(_("The person keeps coming back into events. Please try again later."))


class _SomethingCame(Exception):
    """Between the two steps she got a seat, a part or an answer with her name; nothing was changed."""


@transaction.atomic
def _leave(member: Member, *, by: Member | None, at: datetime, is_replay: bool) -> None:
    """Close the account and give back what others wait for."""
    events = lock_events(_events_of(member, at=at))
    if not is_replay:
        _hold_circles(member, at=at)
        check_can_be_erased(member, at=at)
    Member.objects.filter(pk=member.pk).update(is_active=False)
    for event_id, event in events.items():
        rows = list(_seats(member, at=at).filter(event=event_id).select_related("member"))
        if rows:
            registrations.leave(rows, event=event, by=by, at=at)
        roles.release(event=event, member=member, by=by, at=at)
        feedback.forget_name(event=event, member=member)
    Transition.objects.to_tell().filter(registration__member=member).update(told=True)  # she hears of nothing any more
    Session.objects.filter(FINDS["sessions.session"].about(Person.of(member))).delete()


@transaction.atomic
def _forget(
    member: Member, *, by: Member | None, keeps_certificates: bool, at: datetime, is_replay: bool
) -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
    row = Member.objects.select_for_update().get(pk=member.pk)  # full: nothing new can point to her meanwhile
    if _events_of(row, at=at):
        raise _SomethingCame
    if not is_replay:
        _hold_circles(row, at=at)
        check_can_be_erased(row, at=at)
    person = Person.of(row)
    _end_belonging(row, by=by, at=at)
    if not keeps_certificates:
        issuing.withdraw(holder=row, by=by, at=at)
    _stop_messages(person, at=at)
    done = forgetting.forget(person, keeps_certificates=keeps_certificates)
    was_erased = row.erased_at is not None
    for name in fields_with(MEMBER, "blank"):
        setattr(row, name, blank_value(MEMBER, name))
    row.is_active, row.is_superuser, row.erased_at = False, False, row.erased_at or at
    row.save(update_fields=[*fields_with(MEMBER, "blank"), "is_active", "is_superuser", "erased_at"])
    if not was_erased:
        record(verb="member.erased", subject=row, by=by, at=at, certificates=keeps_certificates, rows=dict(done))
    if not is_replay:
        for one in (*ledger.earlier_selves(row), row):
            ledger.append(one, keeps_certificates=keeps_certificates, at=at)
    return done


def _seats(member: Member, *, at: datetime) -> QuerySet[Registration]:
    coming = Q(event__state=Event.State.SCHEDULED, event__starts_at__gt=at)
    return Registration.objects.standing().filter(coming, member=member)


def _events_of(member: Member, *, at: datetime) -> set[int]:
    """Events in which something of hers has to be changed under the event's lock."""
    parts = Role.objects.standing().filter(member=member, event__ends_at__gt=at)
    named = Feedback.objects.filter(member=member)
    found = (_seats(member, at=at), parts, named)
    return {pk for rows in found for pk in rows.values_list("event", flat=True)}


def _hold_circles(member: Member, *, at: datetime) -> None:
    """Two coordinators who leave at the same moment see each other."""
    held = Grant.objects.current(at).filter(member=member, right=Grant.Right.COORDINATOR).values("circle")
    list(Circle.objects.select_for_update(no_key=True).filter(pk__in=held).order_by("pk"))


def _end_belonging(member: Member, *, by: Member | None, at: datetime) -> None:
    """End memberships, circles, rights and unfinished applications and enrolments; what was stays as a count."""
    for membership in Membership.objects.filter(member=member).exclude(state=Membership.State.ENDED):
        membership.state, membership.ended_at = Membership.State.ENDED, at
        membership.save(update_fields=["state", "ended_at"])
        MembershipStep.objects.create(
            membership=membership, state=Membership.State.ENDED, reason=Membership.Reason.OTHER, by=by, at=at
        )
        record(verb="membership.ended", subject=membership, by=by, at=at, reason="erased")
    belongings = CircleMember.objects.filter(member=member)
    belongings.filter(joined_at__gte=at).delete()
    belongings.current(at).update(left_at=at)
    grants = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), member=member)
    grants.filter(starts_at__gte=at).delete()
    grants.update(ends_at=at)
    taking_part = Enrolment.objects.filter(member=member)
    over = (Enrolment.State.COMPLETED, Enrolment.State.INCOMPLETE, Enrolment.State.DECLINED, Enrolment.State.WITHDRAWN)
    taking_part.exclude(state__in=over).update(state=Enrolment.State.WITHDRAWN, state_since=at)
    person = Person.of(member)
    Application.objects.open().filter(FINDS["members.application"].about(person)).update(
        state=Application.State.WITHDRAWN, withdrawn_at=at
    )


def _stop_messages(person: Person, *, at: datetime) -> None:
    """Nothing more is sent to her, nor about her."""
    about = FINDS["notices.notice"].about(person)
    for words in person.words:
        about |= in_words("text", words) | in_words("subject", words)
    outbox.withdraw_all(Notice.objects.filter(about), at=at, reason="The person was erased.")
