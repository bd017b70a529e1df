"""May these two records be merged?"""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import Circle, ErasureRequest, Grant, Member, Organisation
from members.policies import check_coordinates_anything


class MergeRefused(Exception):
    """These two cannot become one; the text is a sentence for the reader."""


def check_can_merge_people(kept: Member, other: Member, *, by: Member, at: datetime) -> None:
    """Coordinators merge people of their circles, but neither themselves nor people who hold more than they do.

    A wish to be erased stands against it: it would go over to a record whose owner never said it.

    Raises:
        MergeRefused: with a sentence for the reader.
        PermissionDenied: `by` coordinates nothing.
    """
    check_coordinates_anything(by, at=at)
    _check_two(kept, other)
    if by.pk in (kept.pk, other.pk):
        raise MergeRefused(_("Nobody merges her or his own record. Please ask another coordinator."))
    if (kept.is_superuser or other.is_superuser) and not by.is_superuser:
        raise MergeRefused(_("Only an administrator merges the record of an administrator."))
    if Member.objects.visible_to(by, at=at).filter(pk__in=[kept.pk, other.pk]).count() < 2:
        raise MergeRefused(_("One of these people is not in a group that you coordinate."))
    if kept.erased_at or other.erased_at:
        raise MergeRefused(_("This person was erased already."))
    if ErasureRequest.objects.open().filter(member__in=[kept, other]).exists():
        raise MergeRefused(
            _("One of these two is to be erased. Please wait for that day, or have it taken back first.")
        )
    if not (kept.is_active and other.is_active) and not by.is_superuser:
        raise MergeRefused(_("This person’s account is switched off; only an administrator can open it again."))
    held = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at))  # now, or from a later day on
    elsewhere = held.staff().filter(member__in=[kept, other])
    if not by.is_superuser and elsewhere.exclude(circle__in=Circle.objects.run_by(by, at=at)).exists():
        raise MergeRefused(
            _("One of these people works for a group that you do not coordinate. Please ask an administrator.")
        )


def check_can_merge_organisations(kept: Organisation, other: Organisation, *, by: Member, at: datetime) -> None:
    """Coordinators merge organisations of the people of their circles.

    Raises:
        MergeRefused: with a sentence for the reader.
        PermissionDenied: `by` coordinates nothing.
    """
    check_coordinates_anything(by, at=at)
    _check_two(kept, other)
    if Organisation.objects.visible_to(by, at=at).filter(pk__in=[kept.pk, other.pk]).count() < 2:
        raise MergeRefused(_("One of these organisations has nobody in a group that you coordinate."))


def _check_two(kept: Member | Organisation, other: Member | Organisation) -> None:
    if kept.pk == other.pk:
        raise MergeRefused(_("These two are one record already. Please choose another one."))
