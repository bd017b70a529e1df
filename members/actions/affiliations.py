"""For which organisations a person speaks, in which role, from when until when. What was is kept."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members.models import Affiliation, Grant, Member, Membership, Organisation

DAY = timedelta(days=1)


class AffiliationRefused(Exception):
    """Nothing was changed; the text is a sentence for the reader."""


@transaction.atomic
def begin(*, member: Member, organisation: Organisation, role: str, by: Member, at: datetime) -> Affiliation:
    """Let a person speak for an organisation from today on, and her memberships that go through none go through it.

    Raises:
        AffiliationRefused: she speaks for it already.
        PermissionDenied: `by` coordinates no circle of hers.
    """
    _check_coordinates(member, by=by, at=at)
    _lock(member)
    if Affiliation.objects.filter(member=member, organisation=organisation, ends_on=None).exists():
        raise AffiliationRefused(_("%(name)s speaks for this organisation already.") % {"name": member.name})
    made = Affiliation.objects.create(member=member, organisation=organisation, role=role, starts_on=at.date())
    for membership in Membership.objects.standing().filter(member=member, organisation=None):
        membership.organisation = organisation
        membership.save(update_fields=["organisation"])
    record(verb="affiliation.begun", subject=made, by=by, at=at, member=member.pk, organisation=organisation.pk)
    return made


@transaction.atomic
def change_role(*, affiliation: Affiliation, role: str, by: Member, at: datetime) -> Affiliation:
    """Give a person another role in her organisation: the old one ends and stays in her history.

    A role that began today is put right instead. The same role again changes nothing.

    Raises:
        AffiliationRefused: it has ended.
        PermissionDenied: `by` is neither she nor one who coordinates a circle of hers.
    """
    old = _locked(affiliation, by=by, at=at)
    today = at.date()
    if old.role == role:
        return old
    if old.starts_on >= today or not old.role:
        old.role = role
        old.save(update_fields=["role"])
        now_held = old
    else:
        _end_row(old, today)
        now_held = Affiliation.objects.create(
            member=old.member, organisation=old.organisation, role=role, starts_on=today
        )
    record(verb="affiliation.role_changed", subject=now_held, by=by, at=at, member=old.member_id)
    return now_held


@transaction.atomic
def end(*, affiliation: Affiliation, by: Member, at: datetime) -> Affiliation:
    """Let a person speak for an organisation no longer.

    Her memberships through it go on through another organisation of hers, where she has exactly one, or through none.
    Her right as its contact ends with it.

    Raises:
        AffiliationRefused: it has ended.
        PermissionDenied: `by` is neither she nor one who coordinates a circle of hers.
    """
    row = _locked(affiliation, by=by, at=at)
    _end_row(row, at.date())
    others = Affiliation.objects.filter(member=row.member, ends_on=None).exclude(organisation=row.organisation)
    ids = list(others.values_list("organisation", flat=True)[:2])
    through = Membership.objects.filter(member=row.member, organisation=row.organisation)
    through.update(organisation=ids[0] if len(ids) == 1 else None)
    Grant.objects.current(at).filter(
        member=row.member, organisation=row.organisation, right=Grant.Right.ORGANISATION_CONTACT, starts_at__lt=at
    ).update(ends_at=at)
    record(verb="affiliation.ended", subject=row, by=by, at=at, member=row.member_id)
    return row


def _end_row(row: Affiliation, today: date) -> None:
    row.ends_on = max(today, row.starts_on + DAY)
    row.save(update_fields=["ends_on"])


def _locked(affiliation: Affiliation, *, by: Member, at: datetime) -> Affiliation:
    if affiliation.member_id != by.pk:
        _check_coordinates(affiliation.member, by=by, at=at)
    _lock(affiliation.member)
    row = Affiliation.objects.select_related("member", "organisation").get(pk=affiliation.pk)
    if row.ends_on is not None:
        raise AffiliationRefused(_("This has ended already. Nothing was changed."))
    return row


def _lock(member: Member) -> None:
    """The person is the lock: two pages sent at once change one after the other."""
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)


def _check_coordinates(member: Member, *, by: Member, at: datetime) -> None:
    if not Member.objects.known_to(by, at=at).filter(pk=member.pk).exists():
        raise PermissionDenied(_("Only coordinators of her or his communities change this."))
