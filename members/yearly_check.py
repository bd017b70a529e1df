"""Once a year: is what is written of a member, and of an organisation, still right?

Members are asked themselves, organisations through their contacts. Who was asked is written on the row, so a mail that
is not answered is not followed by another before a year has gone by; My page goes on asking.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Greatest

from members import membership_emails
from members.models import Grant, Membership, Organisation
from members.models.communities import LAST_CHECK
from members.models.organisations import CHECKED_EVERY
from notices import outbox
from notices.models import Preference

BATCH = 500  # in one minute


def members_due(at: datetime) -> QuerySet[Membership]:
    """Active memberships that nobody asked about or confirmed for a year, of people who want to be asked by mail."""
    unwilling = Preference.objects.filter(member=OuterRef("member"), kind=membership_emails.YEARLY, wanted=False)
    return (
        Membership.objects.filter(state=Membership.State.ACTIVE, member__is_active=True, member__email__isnull=False)
        .alias(last_check=LAST_CHECK)
        .filter(~Exists(unwilling), last_check__lte=at - CHECKED_EVERY)
    )


def organisations_due(at: datetime) -> QuerySet[Organisation]:
    """Organisations with a contact that nobody asked about or confirmed for a year."""
    held = Grant.objects.current(at).filter(
        organisation=OuterRef("pk"), right=Grant.Right.ORGANISATION_CONTACT,
        member__is_active=True, member__email__isnull=False,
    )  # fmt: skip
    last = Greatest("created_at", "checked_at", "check_asked_at")
    return Organisation.objects.alias(last_check=last).filter(Exists(held), last_check__lte=at - CHECKED_EVERY)


@transaction.atomic
def send_due(*, at: datetime) -> int:
    """Ask those who are due, at most `BATCH` in one run; return how many mails that made. Safe to run twice, and in
    several processes at once."""
    rows = members_due(at).select_for_update(of=("self",), skip_locked=True, no_key=True)
    asked = list(rows.select_related("member", "community").order_by("pk")[:BATCH])
    if not asked:
        return 0
    Membership.objects.filter(pk__in=[one.pk for one in asked]).update(check_asked_at=at)
    return outbox.post_many_once((membership_emails.yearly_check(one, at=at) for one in asked), at=at)


def count_due(*, at: datetime) -> int:
    return members_due(at).count()


@transaction.atomic
def send_to_contacts(*, at: datetime) -> int:
    """Ask the contacts of organisations that are due; return how many mails that made. Safe to run twice."""
    rows = organisations_due(at).select_for_update(of=("self",), skip_locked=True, no_key=True)
    asked = {one.pk: one for one in rows.order_by("pk")[:BATCH]}
    if not asked:
        return 0
    Organisation.objects.filter(pk__in=asked).update(check_asked_at=at)
    held = Grant.objects.current(at).filter(organisation__in=asked, right=Grant.Right.ORGANISATION_CONTACT)
    contacts = held.filter(member__is_active=True).select_related("member").order_by("pk")
    return outbox.post_many_once(
        (
            membership_emails.organisation_check(asked[one.organisation_id], one.member, at=at)
            for one in contacts
            if one.organisation_id
        ),
        at=at,
    )


def count_to_contacts(*, at: datetime) -> int:
    held = Grant.objects.current(at).filter(right=Grant.Right.ORGANISATION_CONTACT, member__is_active=True)
    return held.filter(organisation__in=organisations_due(at), member__email__isnull=False).count()
