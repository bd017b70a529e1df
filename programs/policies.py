"""May this happen in an edition?"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from certificates.models import Certificate
from members.models import Circle, Member
from programs.models import Cohort


def check_can_issue(cohort: Cohort, *, by: Member, at: datetime) -> None:
    """Coordinators of the edition issue its certificates.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not Circle.objects.run_by(by, at=at).filter(pk=cohort.edition.circle_id).exists():
        raise PermissionDenied(_("Only coordinators of this edition issue its certificates."))


def check_can_correct(cohort: Cohort, certificate: Certificate, *, by: Member, at: datetime) -> None:
    """Coordinators of the edition replace and revoke its certificates, but never their own.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    check_can_issue(cohort, by=by, at=at)
    if certificate.holder_id == by.pk:
        raise PermissionDenied(_("Nobody replaces or revokes her or his own certificate."))


def can_issue(cohort: Cohort, *, by: Member, at: datetime) -> bool:
    try:
        check_can_issue(cohort, by=by, at=at)
    except PermissionDenied:
        return False
    return True


def can_correct(cohort: Cohort, certificate: Certificate, *, by: Member, at: datetime) -> bool:
    try:
        check_can_correct(cohort, certificate, by=by, at=at)
    except PermissionDenied:
        return False
    return True
