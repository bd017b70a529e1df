"""May this happen in an edition?"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from members.models import Circle, Member
from programs.models import Cohort


def check_can_issue(cohort: Cohort, *, by: Member, at: datetime) -> None:
    """Coordinators of the edition issue, replace and revoke its certificates.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not Circle.objects.run_by(by, at=at).filter(pk=cohort.edition.circle_id).exists():
        raise PermissionDenied(_("Only coordinators of this edition issue its certificates."))


def can_issue(cohort: Cohort, *, by: Member, at: datetime) -> bool:
    try:
        check_can_issue(cohort, by=by, at=at)
    except PermissionDenied:
        return False
    return True
