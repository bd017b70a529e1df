"""Changes to a person."""

from datetime import datetime

from django.db import transaction

from audit.models import record
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
