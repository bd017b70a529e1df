"""Changes to a person."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from audit.models import record
from members.actions import invitations
from members.models import Member

PROFILE = ("name", "language", "country", "zone")


@transaction.atomic
def change_profile(*, member: Member, by: Member, at: datetime) -> Member:
    """Save what a member changed about herself; the audit names the fields, not their values."""
    before = Member.objects.get(pk=member.pk)
    changed = [name for name in PROFILE if getattr(before, name) != getattr(member, name)]
    member.save(update_fields=changed)
    record(verb="member.profile_changed", subject=member, by=by, at=at, fields=changed)
    return member


@transaction.atomic
def follow_address(*, member: Member, by: Member, at: datetime) -> None:
    """Let sign-in follow an address that staff has just changed: the old one opens nothing any more.

    allauth keeps its own row of the address that signs in. The new one still has to be proved, with its first code.
    """
    EmailAddress.objects.filter(user=member).exclude(email=member.email or "").delete()
    if member.email:
        EmailAddress.objects.update_or_create(user=member, email=member.email, defaults={"primary": True})
    invitations.withdraw(member=member, at=at)
    record(verb="member.address_changed", subject=member, by=by, at=at)
