"""Applications: sent by anybody, decided by coordinators; approval makes the member."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from forestallies.lib import links
from members import emails, policies, reviewing
from members.actions import consents, invitations, memberships
from members.models import Application, ApplicationDraft, Community, DirectoryEntry, Member, Membership, Organisation
from notices import outbox


class ApplicationRefused(Exception):
    """The application cannot take this step; the text is a sentence for the reader."""


@transaction.atomic
def submit(
    *, community: Community, answers: dict[str, Any], at: datetime, draft: ApplicationDraft | None = None
) -> Application | None:
    """Take an application and tell the applicant and the coordinators.

    An address that already applied or is already a member gets a mail saying so instead; the page must answer the same
    in every case, so that nobody can find out who is a member.

    Args:
        answers: the applicant's cleaned words, by field name of `Application`.
        draft: the form that was continued to this end; it is not kept any longer.

    Returns:
        The new application, or None when the address was known.
    """
    address = answers["email"].strip().lower()
    if draft:
        draft.delete()
    # One row per community is the lock: two sendings at once become one application.
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    standing = Membership.objects.standing().filter(community=community)  # who left may apply again
    member = Member.objects.active().by_address(address).filter(memberships__in=standing).first()
    if member:
        outbox.post_once(emails.already_member(member, at=at), at=at)
        return None
    token, token_hash = links.new_token()
    waiting = Application.objects.open().filter(community=community, email=address).first()
    if waiting:
        # The link in the applicant's hands stays good unless this mail brings her a new one.
        if outbox.post_once(emails.application_exists(waiting, token=token, at=at), at=at):
            waiting.token_hash = token_hash
            waiting.save(update_fields=["token_hash"])
        return None
    application = Application.objects.create(community=community, token_hash=token_hash, submitted_at=at, **answers)
    record(verb="application.submitted", subject=application, by=None, at=at, community=community.pk)
    postings = [emails.application_received(application, token=token)]
    outbox.post_many_once([*postings, *reviewing.postings(application, at=at)], at=at)
    return application


@dataclass(frozen=True)
class Approval:
    """What an approval made."""

    application: Application
    member: Member


@transaction.atomic
def approve(*, application: Application, organisation: Organisation | None, by: Member, at: datetime) -> Approval:
    """Make the applicant a member and send her the link that sets up her sign-in.

    Args:
        organisation: the existing one she belongs to; None makes a new one from her words (none for an independent
            practitioner without an organisation).

    Raises:
        ApplicationRefused: somebody decided already, or the person's account is switched off.
        PermissionDenied: `by` may not decide.
    """
    application = locked(application, Application.State.APPROVED, by=by, at=at)
    member = _member_of(application)
    if not member.is_active:
        raise ApplicationRefused(_("This person’s account is switched off; only an administrator can open it again."))
    membership = memberships.begin(
        member=member,
        community=application.community,
        organisation=organisation or _organisation_of(application, is_demo=member.is_demo),
        stakeholder=application.stakeholder,
        role=application.role,
        by=by,
        at=at,
    )
    _take_over_languages(member, application.languages)
    consents.give_with_application(application=application, member=member)
    _decide(application, Application.State.APPROVED, by=by, at=at, member=member)
    record(verb="application.approved", subject=application, by=by, at=at, membership=membership.pk, member=member.pk)
    invitation, token = invitations.issue(member=member, at=at)
    outbox.post_once(emails.welcome(application, member, token=token, expires_at=invitation.expires_at), at=at)
    return Approval(application, member)


@transaction.atomic
def decline(*, application: Application, reason: str, by: Member, at: datetime) -> Application:
    """Decline with a reason; the applicant hears of it after an hour in which `reopen` takes it back.

    Raises:
        ApplicationRefused: somebody decided already.
        PermissionDenied: `by` may not decide.
    """
    application = locked(application, Application.State.DECLINED, by=by, at=at)
    _decide(application, Application.State.DECLINED, by=by, at=at, reason=reason)
    record(verb="application.declined", subject=application, by=by, at=at, reason=reason)
    outbox.post_once(emails.application_declined(application, at=at), at=at)
    return application


@transaction.atomic
def reopen(*, application: Application, by: Member, at: datetime) -> Application:
    """Take a declined application back into review; a mail that did not leave yet never does.

    Raises:
        ApplicationRefused: it is not declined, or a newer application of the same address is open.
        PermissionDenied: `by` may not decide.
    """
    application = locked(application, Application.State.IN_REVIEW, by=by, at=at)
    newer = Application.objects.open().filter(community=application.community, email=application.email)
    if newer.exists():
        raise ApplicationRefused(_("This person has applied again; please decide on the newer application."))
    application.state, application.decided_at, application.decided_by = Application.State.IN_REVIEW, None, None
    application.reason = ""
    application.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    record(verb="application.reopened", subject=application, by=by, at=at)
    outbox.withdraw(
        guard="members.application_declined",
        subject_ref=f"{application.pk}",
        at=at,
        reason="The decision was taken back.",
    )
    return application


@transaction.atomic
def withdraw(*, application: Application, at: datetime) -> Application:
    """Let the applicant take her application back; what she was to be told of it is told no more.

    One that was declined a moment ago, which she cannot know yet, is withdrawn as well.

    Raises:
        ApplicationRefused: it was decided on, or withdrawn before.
    """
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    if not application.is_open() and (application.state != Application.State.DECLINED or application.is_told(at)):
        raise ApplicationRefused(_("This application has its answer already."))
    application.state, application.withdrawn_at = Application.State.WITHDRAWN, at
    application.decided_at, application.decided_by, application.reason = None, None, ""
    application.save(update_fields=["state", "withdrawn_at", "decided_at", "decided_by", "reason"])
    record(verb="application.withdrawn", subject=application, by=None, at=at)
    return application


def locked(application: Application, target: str, *, by: Member, at: datetime) -> Application:
    """Lock the application and check that `by` may bring it into the target state.

    Raises:
        ApplicationRefused: it cannot go there from the state it is in.
        PermissionDenied: `by` may not decide.
    """
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    policies.check_can_decide(application, by=by, at=at)
    if target not in Application.TRANSITIONS[Application.State(application.state)]:
        raise ApplicationRefused(
            _("This application is already %(state)s.") % {"state": application.get_state_display()}
        )
    return application


def _decide(
    application: Application, state: str, *, by: Member, at: datetime, reason: str = "", member: Member | None = None
) -> None:
    application.state, application.decided_by, application.decided_at = state, by, at
    application.reason, application.member = reason, member
    application.save(update_fields=["state", "decided_by", "decided_at", "reason", "member"])


def _member_of(application: Application) -> Member:
    """The person behind an application: somebody the portal knew by this address, or a new one."""
    known = Member.objects.by_address(application.email).first()
    if known:
        return known
    return Member.objects.create_user(
        application.email,
        name=application.name,
        country=application.country,
        zone=application.zone,
        language=application.language,
    )


def _take_over_languages(member: Member, spoken: list[str]) -> None:
    """Write the languages of the application into her entry in the directory, where none are there. It opens nothing:
    she still chooses whether she is listed, and whether her languages are shown."""
    if not spoken:
        return
    entry, is_new = DirectoryEntry.objects.get_or_create(member=member, defaults={"languages": spoken})
    if not is_new and not entry.languages:
        entry.languages = spoken
        entry.save(update_fields=["languages"])


def _organisation_of(application: Application, *, is_demo: bool) -> Organisation | None:
    if not application.organisation_name:
        return None
    return Organisation.objects.create(
        name=application.organisation_name,
        kind=application.stakeholder,
        country=application.country,
        is_demo=is_demo,
    )
