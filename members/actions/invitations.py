"""The link in the welcome mail: it sets up a sign-in once."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from forestallies.lib import links
from members.models import Member, SignInInvitation

LIFETIME = timedelta(days=7)


class InvitationRefused(Exception):
    """The link cannot be used (any more); the text is a sentence for the reader."""


@transaction.atomic
def issue(*, member: Member, at: datetime) -> tuple[SignInInvitation, str]:
    """Make a link for a member; older ones stop working. Returns the row and the token, which is kept nowhere."""
    withdraw(member=member, at=at)
    # allauth's row of the address, so that the first sign-in by code, too, proves it and asks for no second code.
    EmailAddress.objects.get_or_create(user=member, email=member.email, defaults={"primary": True})
    token, token_hash = links.new_token()
    invitation = SignInInvitation.objects.create(
        member=member, token_hash=token_hash, created_at=at, expires_at=at + LIFETIME
    )
    return invitation, token


def withdraw(*, member: Member, at: datetime) -> None:
    """Let a member's open links end: they were sent to an address that is hers no longer, or newer ones follow."""
    SignInInvitation.objects.filter(member=member, used_at=None).update(used_at=at)


def find(*, token: str, at: datetime) -> SignInInvitation:
    """Find a usable invitation.

    Raises:
        InvitationRefused: unknown, used or expired.
    """
    invitation = SignInInvitation.objects.select_related("member").filter(token_hash=links.hash_token(token)).first()
    if invitation is None:
        raise InvitationRefused(_("This link is not known. Perhaps it was not copied whole."))
    if invitation.used_at is not None:
        raise InvitationRefused(_("This link was already used."))
    if not invitation.is_usable(at) or not invitation.member.is_active:
        raise InvitationRefused(_("This link has expired."))
    return invitation


@transaction.atomic
def accept(*, token: str, password: str, at: datetime) -> Member:
    """Use an invitation: the address is proved, the password (if any) is set.

    Args:
        password: already validated; empty leaves the person to sign in by mailed codes.

    Raises:
        InvitationRefused: unknown, used or expired.
    """
    find(token=token, at=at)
    row = SignInInvitation.objects.select_for_update().get(token_hash=links.hash_token(token))
    if not row.is_usable(at):
        raise InvitationRefused(_("This link was already used."))
    member = row.member
    row.used_at = at
    row.save(update_fields=["used_at"])
    if password:
        member.set_password(password)
        member.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(user=member, email=member.email, defaults={"verified": True, "primary": True})
    record(verb="invitation.accepted", subject=row, by=member, at=at, member=member.pk)
    return member
