"""What people agree to, put off, decline and take back; and what follows from a no."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import models, transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import record
from members import consent_emails, terms
from members.actions import circles, life
from members.actions.life import Why
from members.models import Application, Consent, Member, Membership, TermAnswer
from notices import outbox

State = Membership.State


class Then(TextChoices):
    """What becomes of the membership of somebody who does not agree any more."""

    PAUSE = "pause", gettext_lazy("Pause my membership. I may agree and come back at any time.")
    END = "end", gettext_lazy("End my membership.")


class ConsentRefused(Exception):
    """This cannot be agreed to, put off or taken back (any more); the text is a sentence for the reader."""


@transaction.atomic
def give_with_application(*, application: Application, member: Member) -> list[Consent]:
    """Write down what an applicant agreed to: the versions that counted when she sent her form. Safe to run twice."""
    at = application.submitted_at
    versions = terms.in_force(at)
    return _give(member, [(term, versions[term].version) for term in versions], application.language, None, at)


@transaction.atomic
def agree(*, member: Member, chosen: Collection[str], shown: str, language: str, by: Member, at: datetime) -> int:
    """Agree to the present versions of some terms; a membership that was paused for want of this goes on.

    Args:
        chosen: the terms.
        shown: the signature of the versions that the page showed.
        language: in which she read them.

    Raises:
        ConsentRefused: another version has come into force since the page was drawn, or nothing was chosen.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    versions = terms.in_force(at)
    if shown != terms.signature(versions):
        raise ConsentRefused(_("These words changed while you were reading. Please read them once more."))
    if not chosen:
        raise ConsentRefused(_("Please tick what you agree to, or choose “Later”."))
    had_stopped = _stopped(member, chosen)
    _give(member, [(term, versions[term].version) for term in chosen], language, by, at)
    if had_stopped:
        _resume(member, by=by, at=at)
    return len(chosen)


@transaction.atomic
def put_off(*, member: Member, by: Member, at: datetime) -> datetime:
    """Answer later; returns when she is asked again.

    Raises:
        ConsentRefused: there is nothing to put off, or the time to answer is over.
    """
    waiting = terms.asked(member, at=at)
    latest = min((one.may_wait for one in waiting if one.may_wait), default=None)
    if latest is None or at >= latest:
        raise ConsentRefused(_("This cannot wait any longer: please say yes or no."))
    again = min(at + terms.LATER, latest)
    for one in waiting:
        TermAnswer.objects.update_or_create(
            member=member,
            term=one.term,
            version=one.version.version,
            defaults={"answer": TermAnswer.Answer.LATER, "answered_at": at, "ask_again_at": again},
        )
    record(verb="consent.put_off", subject=member, by=by, at=at, terms=[one.term.value for one in waiting])
    return again


@transaction.atomic
def refuse(*, member: Member, term: Consent.Term, then: str, by: Member, at: datetime) -> None:
    """Decline the present version of a term, and take back what was agreed to before.

    The coordinators of her communities are told. Without a term that belongs to membership, `then` says whether hers is
    paused or ended; without the privacy notice nothing ends by itself: her data has its own page.

    Raises:
        ConsentRefused: `then` is missing though she is a member.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    version = terms.in_force(at)[term]
    memberships = list(_open(member).select_related("community"))
    if ends_membership(term) and memberships and then not in Then:
        raise ConsentRefused(_("Please say what becomes of your membership."))
    withdrawn = Consent.objects.filter(member=member, term=term, withdrawn_at=None).update(withdrawn_at=at)
    TermAnswer.objects.update_or_create(
        member=member,
        term=term,
        version=version.version,
        defaults={"answer": TermAnswer.Answer.NO, "answered_at": at, "ask_again_at": None},
    )
    record(
        verb="consent.withdrawn" if withdrawn else "consent.declined", subject=member, by=by, at=at,
        term=term.value, version=version.version,
    )  # fmt: skip
    outcome = then if ends_membership(term) and memberships else ""
    for membership in memberships if outcome else []:
        _stop(membership, then=outcome, by=by, at=at)
    mails = consent_emails.withdrawn(term, memberships, outcome=outcome, member=member, at=at)
    outbox.post_many_once(mails, at=at)


def ends_membership(term: str) -> bool:
    """Whether nobody can be a member without this term."""
    return term in terms.OF_MEMBERSHIP


def has_membership(member: Member) -> bool:
    return _open(member).exists()


def _give(
    member: Member, agreed: Iterable[tuple[str, str]], language: str, by: Member | None, at: datetime
) -> list[Consent]:
    given = []
    for term, version in agreed:
        consent, is_new = Consent.objects.get_or_create(
            member=member,
            term=term,
            version=version,
            withdrawn_at=None,
            defaults={"given_at": at, "language": language},
        )
        given += [consent] if is_new else []
    names = [one.term for one in given]
    TermAnswer.objects.filter(member=member, term__in=names).delete()
    if given:
        versions = {one.term: one.version for one in given}
        record(verb="consent.given", subject=member, by=by, at=at, versions=versions, language=language)
    return given


def _open(member: Member) -> "models.QuerySet[Membership]":
    return Membership.objects.filter(member=member).exclude(state=Membership.State.ENDED).order_by("pk")


def _stopped(member: Member, chosen: Collection[str]) -> bool:
    """Whether she said no to one of these that belongs to membership."""
    no = TermAnswer.objects.filter(member=member, answer=TermAnswer.Answer.NO, term__in=chosen)
    return no.filter(term__in=terms.OF_MEMBERSHIP).exists()


def _stop(membership: Membership, *, then: str, by: Member, at: datetime) -> None:
    state = State.ENDED if then == Then.END else State.DORMANT
    if membership.may_become(state, by_herself=True):  # one that pauses already goes on pausing
        life.change_state(membership=membership, state=state, why=Why(Membership.Reason.TERMS), by=by, at=at)
    if state == State.DORMANT:  # who does not agree to the rules takes part in nothing more, unlike others who pause
        circles.leave(circle=membership.community.circle, member=membership.member, at=at)


def _resume(member: Member, *, by: Member, at: datetime) -> None:
    """Let memberships that paused for want of this go on, once no term that belongs to membership is declined."""
    no = TermAnswer.objects.filter(member=member, answer=TermAnswer.Answer.NO, term__in=terms.OF_MEMBERSHIP)
    if no.exists():
        return
    for membership in _open(member).filter(state=State.DORMANT):
        last = membership.steps.first()
        if last is not None and last.reason == Membership.Reason.TERMS:
            life.change_state(membership=membership, state=State.ACTIVE, why=Why(), by=by, at=at)
