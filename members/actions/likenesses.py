"""What a coordinator found out about people and organisations that look alike."""

from datetime import datetime

from django.db import transaction

from audit.models import record
from members import policies
from members.duplicates import Found
from members.models import Application, Member, NotTheSame


@transaction.atomic
def tell_apart(*, application: Application, found: Found, by: Member, at: datetime) -> None:
    """Remember that the applicant, or her organisation, is not this one. Safe to run twice.

    Raises:
        PermissionDenied: `by` may not decide on the application.
    """
    policies.check_can_decide(application, by=by, at=at)
    _row, created = NotTheSame.objects.get_or_create(
        application=application, **found.pair(), defaults={"by": by, "at": at}
    )
    if created:
        record(verb="application.told_apart", subject=application, by=by, at=at, of=found.of, id=found.pk)


@transaction.atomic
def forget(*, application: Application, found: Found, by: Member, at: datetime) -> None:
    """Take "not the same" back; the two are shown together again. Safe to run twice.

    Raises:
        PermissionDenied: `by` may not decide on the application.
    """
    policies.check_can_decide(application, by=by, at=at)
    if NotTheSame.objects.filter(application=application, **found.pair()).delete()[0]:
        record(verb="application.told_apart_no_more", subject=application, by=by, at=at, of=found.of, id=found.pk)
