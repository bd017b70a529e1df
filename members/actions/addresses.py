"""Changing the address that signs in, and the way back for whoever did not do it."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from audit.models import record
from forestallies.lib import links
from members.actions import invitations, sessions
from members.models import AddressChange, Member

OBJECT_WITHIN = timedelta(days=14)
SHORTLY = timedelta(days=1)  # before the change: a thief may set up a way in first


class LinkRefused(Exception):
    """The link cannot be used (any more); the text is a sentence for the reader."""


@transaction.atomic
def changed(*, member: Member, old_address: str, request: HttpRequest, at: datetime) -> str:
    """See to what follows a confirmed change: other sessions end, and so do links that went to the old address.

    Returns:
        The token of the link by which the old address takes the change back; it is kept nowhere.
    """
    invitations.withdraw(member=member, at=at)
    token, token_hash = links.new_token()
    change = AddressChange.objects.create(
        member=member, old_address=old_address, token_hash=token_hash, changed_at=at, expires_at=at + OBJECT_WITHIN
    )
    sessions.end_others(member=member, request=request, by=member, at=at)
    record(verb="member.address_changed", subject=member, by=member, at=at, change=change.pk)
    return token


def find(*, token: str, at: datetime) -> AddressChange:
    """Find a change that can be taken back.

    Raises:
        LinkRefused: unknown, used or expired.
    """
    change = AddressChange.objects.select_related("member").filter(token_hash=links.hash_token(token)).first()
    if change is None:
        raise LinkRefused(_("This link is not known. Perhaps it was not copied whole."))
    if change.taken_back_at is not None:
        raise LinkRefused(_("This link was already used."))
    if not change.is_usable(at) or not change.member.is_active:
        raise LinkRefused(_("This link has expired."))
    return change


@transaction.atomic
def take_back(*, token: str, at: datetime) -> Member:
    """Give the old address back to the account: every session ends, and the password opens nothing any more.

    Later changes of the same account end as well: whoever made the first one may have made those, and may have set up
    a passkey or codes, which go, too. Older ones stay: the old mailbox alone does not get past them. Who reads it signs
    in with a mailed code and sets a new password.

    Raises:
        LinkRefused: unknown, used or expired, or another account has the address meanwhile.
    """
    change = find(token=token, at=at)
    member = Member.objects.select_for_update(no_key=True).get(pk=change.member_id)
    if not AddressChange.objects.select_for_update().get(pk=change.pk).is_usable(at):
        raise LinkRefused(_("This link was already used."))
    if Member.objects.by_address(change.old_address).exclude(pk=member.pk).exists():
        raise LinkRefused(_("Please write to the coordinators: this address belongs to another account by now."))
    later = AddressChange.objects.filter(member=member, taken_back_at=None, changed_at__gte=change.changed_at)
    later.update(taken_back_at=at)
    member.email = change.old_address
    member.set_unusable_password()
    member.save(update_fields=["email", "password"])
    EmailAddress.objects.filter(user=member).delete()
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    _remove_factors(member, since=change.changed_at - SHORTLY)
    invitations.withdraw(member=member, at=at)
    sessions.end_others(member=member, request=None, by=None, at=at)
    record(verb="member.address_taken_back", subject=member, by=None, at=at, change=change.pk)
    return member


def _remove_factors(member: Member, *, since: datetime) -> None:
    """Passkeys and codes that were set up since then; recovery codes stand in for another one and go with the last."""
    mine = Authenticator.objects.filter(user=member)
    mine.filter(created_at__gte=since).delete()
    if not mine.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        mine.delete()
