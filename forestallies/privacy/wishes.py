"""The wish to be erased: asked, confirmed by a mailed link, waiting some days, taken back or carried out."""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from audit.models import record
from forestallies.privacy import emails
from forestallies.privacy.erasure import ErasureRefused, check_can_be_erased, erase
from forestallies.privacy.ledger import LedgerUnusable
from members.models import Circle, CircleMember, ErasureRequest, Member
from notices import outbox

logger = logging.getLogger(__name__)

State = ErasureRequest.State
BETWEEN_MAILS = timedelta(minutes=10)


@transaction.atomic
def ask(*, member: Member, keeps_certificates: bool, by: Member, at: datetime) -> ErasureRequest:
    """Let a person ask to be erased: a link to confirm goes to her address. Asking again mails a new one.

    Her mailbox confirms it, and not her password: most people have none, and a telephone lies open at times.

    Raises:
        ErasureRefused: it waits for its day already, she is the last coordinator of a circle, or asked a moment ago.
    """
    _lock(member)
    check_can_be_erased(member, at=at)
    wish = ErasureRequest.objects.open().filter(member=member).first()
    if wish and wish.state == State.WAITING:
        raise ErasureRefused(_("You have confirmed this already; it waits for its day."))
    if wish and at < wish.asked_at + BETWEEN_MAILS:
        raise ErasureRefused(_("A mail with the link was just sent to you. Please look into your mailbox."))
    wish = wish or ErasureRequest(member=member)
    wish.keeps_certificates, wish.asked_by, wish.asked_at = keeps_certificates, by, at
    wish.save()
    record(verb="erasure.asked", subject=wish, by=by, at=at, member=member.pk, certificates=keeps_certificates)
    outbox.post_once(emails.erasure_asked(wish), at=at)
    return wish


@transaction.atomic
def ask_for(*, member: Member, reason: str, keeps_certificates: bool, by: Member, at: datetime) -> ErasureRequest:
    """Let a coordinator ask for somebody who cannot do it herself; it waits as long, and she is told if she has mail.

    Raises:
        PermissionDenied: she is not of the coordinator's people, or is the coordinator herself.
        ErasureRefused: she can sign in, waits already, or is the last coordinator of a circle.
    """
    _lock(member)
    check_can_ask_for(member, by=by, at=at)
    if ErasureRequest.objects.open().filter(member=member).exists():
        raise ErasureRefused(_("Somebody has asked for this already; it waits for its day."))
    wish = ErasureRequest.objects.create(
        member=member, state=State.WAITING, keeps_certificates=keeps_certificates, asked_by=by, reason=reason,
        asked_at=at, confirmed_at=at, due_at=at + ErasureRequest.waiting_time(),
    )  # fmt: skip
    record(verb="erasure.asked_for", subject=wish, by=by, at=at, member=member.pk, certificates=keeps_certificates)
    outbox.post_once(emails.erasure_planned(wish), at=at)
    return wish


def check_can_ask_for(member: Member, *, by: Member, at: datetime) -> None:
    """A coordinator asks for people who are or were in her circles, are in nobody else's, and never signed in.

    Raises:
        PermissionDenied: not of her people, or herself.
        ErasureRefused: with a sentence for the reader.
    """
    run = Circle.objects.run_by(by, at=at)
    if member.pk == by.pk or not Member.objects.filter(pk=member.pk, belongings__circle__in=run).exists():
        raise PermissionDenied(_("Only coordinators of this person's circles may do this."))
    if member.erased_at:
        raise ErasureRefused(_("This person was erased already."))
    if CircleMember.objects.current(at).filter(member=member).exclude(circle__in=run).exists():
        raise ErasureRefused(
            _("This person is in a group of other coordinators, too. Please ask an administrator to do it.")
        )
    if member.email and member.last_login:
        raise ErasureRefused(_("This person signs in, and can ask for it herself under “My data”."))
    check_can_be_erased(member, at=at)


@transaction.atomic
def confirm(*, wish: ErasureRequest, at: datetime) -> ErasureRequest:
    """Confirm by the mailed link: from now on it waits for its day. Twice is harmless.

    Raises:
        ErasureRefused: the link is too old, it was taken back, or she is the last coordinator of a circle.
    """
    wish = _locked(wish)
    if wish.state == State.WAITING:
        return wish
    if not wish.can_be_confirmed(at):
        raise ErasureRefused(_("This link is too old or was taken back. Please ask again under “My data”."))
    check_can_be_erased(wish.member, at=at)
    wish.state, wish.confirmed_at, wish.due_at = State.WAITING, at, at + ErasureRequest.waiting_time()
    wish.save(update_fields=["state", "confirmed_at", "due_at"])
    record(verb="erasure.confirmed", subject=wish, by=wish.member, at=at)
    outbox.post_once(emails.erasure_planned(wish), at=at)
    return wish


@transaction.atomic
def take_back(*, wish: ErasureRequest, by: Member, at: datetime) -> ErasureRequest:
    """Take it back as long as its day has not come. Twice is harmless.

    Raises:
        ErasureRefused: it is being done, or is done.
    """
    wish = _locked(wish)
    if wish.state == State.WITHDRAWN:
        return wish
    if wish.state == State.DONE or (wish.due_at and at >= wish.due_at):
        raise ErasureRefused(_("It is too late to take this back: the day has come."))
    wish.state, wish.ended_at = State.WITHDRAWN, at
    wish.save(update_fields=["state", "ended_at"])
    record(verb="erasure.taken_back", subject=wish, by=by, at=at)
    return wish


def carry_out_due(*, at: datetime) -> int:
    """Erase everybody whose day has come; return how many. Safe to run twice and in several processes at once.

    One who cannot be erased now is logged and waits; the others go on. `check_invariants` names who waits for days.
    """
    done = 0
    for wish in ErasureRequest.objects.due(at).select_related("member", "asked_by").order_by("due_at", "pk"):
        try:
            erase(member=wish.member, by=wish.asked_by, keeps_certificates=wish.keeps_certificates, at=at)
        except (ErasureRefused, LedgerUnusable, DatabaseError):
            logger.exception("erasure request %s could not be carried out", wish.pk)
            continue
        done += ErasureRequest.objects.filter(pk=wish.pk, state=State.WAITING).update(state=State.DONE, ended_at=at)
    return done


def _lock(member: Member) -> None:
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)


def _locked(wish: ErasureRequest) -> ErasureRequest:
    rows = ErasureRequest.objects.select_for_update(of=("self",), no_key=True).select_related("member")
    return rows.get(pk=wish.pk)
