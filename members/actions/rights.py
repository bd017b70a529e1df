"""Rights with dates: an organisation's contacts, and the end of any right. What was is kept."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members.models import Affiliation, Grant, Member, Organisation

CONTACT = Grant.Right.ORGANISATION_CONTACT
ENDED_BY_COORDINATORS = (CONTACT, Grant.Right.FACILITATOR, Grant.Right.COACH)


class RightRefused(Exception):
    """Nothing was changed; the text is a sentence for the reader."""


@transaction.atomic
def make_contact(*, organisation: Organisation, member: Member, by: Member, at: datetime) -> Grant:
    """Let somebody who speaks for an organisation see its people on a page of her own. The same again changes nothing.

    Raises:
        RightRefused: she does not speak for it.
        PermissionDenied: `by` coordinates no circle of anybody who speaks for it.
    """
    if not Organisation.objects.run_by(by, at=at).filter(pk=organisation.pk).exists():
        raise PermissionDenied(_("Only coordinators name the contact of an organisation."))
    if not Affiliation.objects.filter(organisation=organisation, member=member, ends_on=None).exists():
        raise RightRefused(_("Only somebody who speaks for the organisation can be its contact."))
    grant, is_new = Grant.objects.get_or_create(
        member=member, right=CONTACT, organisation=organisation, circle=None, ends_at=None, defaults={"starts_at": at}
    )
    if is_new:
        record(verb="grant.given", subject=grant, by=by, at=at, right=grant.right, organisation=organisation.pk)
    return grant


@transaction.atomic
def end(*, grant: Grant, by: Member, at: datetime) -> Grant:
    """End a right; that it was held, and when, stays. Ending what has ended changes nothing.

    Raises:
        PermissionDenied: it is not hers to end; rights to coordinate are ended by superusers.
    """
    locked = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    check_can_end(locked, by=by, at=at)
    if locked.ends_at is None or locked.ends_at > at:
        # One that was given for later ends as soon as it begins: it never holds.
        locked.ends_at = max(at, locked.starts_at + timedelta(microseconds=1))
        locked.save(update_fields=["ends_at"])
        record(verb="grant.ended", subject=locked, by=by, at=at, right=locked.right, member=locked.member_id)
    return locked


def check_can_end(grant: Grant, *, by: Member, at: datetime) -> None:
    """May this person end that right?

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    hers = Grant.objects.visible_to(by, at=at).filter(pk=grant.pk)
    if not is_for_coordinators(grant, by=by) or not hers.exists():
        raise PermissionDenied(_("You cannot end this right."))


def is_for_coordinators(grant: Grant, *, by: Member) -> bool:
    """Whether it is of a kind that one ends who sees it; asks no database."""
    return by.is_superuser or grant.right in ENDED_BY_COORDINATORS
