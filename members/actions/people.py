"""Changes to a person, and people who come by another door than an application."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from audit.models import record
from members.actions import invitations, sessions
from members.models import AddressChange, Member

PROFILE = ("name", "language", "country", "zone")


@dataclass(frozen=True)
class Newcomer:
    """A guest whom somebody of the team names, such as a speaker or an interpreter."""

    name: str
    email: str
    language: str
    zone: str
    country: str = ""


@transaction.atomic
def known_or_new(*, newcomer: Newcomer, by: Member, at: datetime) -> Member:
    """Find the person behind an address, whether or not her account is open, or make one who belongs to no circle.

    Somebody known stays as she is: nobody changes another person by typing her address. A new person has no password;
    she works through the links that she is sent.
    """
    known = Member.objects.by_address(newcomer.email).first()
    if known:
        return known
    member, is_new = Member.objects.get_or_create(
        email=newcomer.email.strip().lower(),
        defaults={
            "name": newcomer.name,
            "language": newcomer.language,
            "zone": newcomer.zone,
            "country": newcomer.country,
            "password": make_password(None),
        },
    )
    if is_new:
        record(verb="member.added_as_guest", subject=member, by=by, at=at)
    return member


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

    allauth keeps its own row of the address that signs in. The new one still has to be proved, with its first code; all
    sessions end, and no earlier change can be taken back any more.
    """
    EmailAddress.objects.filter(user=member).exclude(email=member.email or "").delete()
    if member.email:
        EmailAddress.objects.update_or_create(user=member, email=member.email, defaults={"primary": True})
    invitations.withdraw(member=member, at=at)
    AddressChange.objects.filter(member=member, taken_back_at=None).update(taken_back_at=at)
    sessions.end_others(member=member, request=None, by=by, at=at)
    record(verb="member.address_changed", subject=member, by=by, at=at)
