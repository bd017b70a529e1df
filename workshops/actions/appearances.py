"""Being named on the list of participants of a gathering: only as one wishes, and only until one wishes otherwise."""

from datetime import datetime

from django.db import transaction

from audit.models import record
from members.models import Member
from workshops.models import Appearance, Gathering


@transaction.atomic
def choose(*, gathering: Gathering, wishes: bool, by: Member, at: datetime) -> bool:
    """Name a member on the list, or take her name off. The same wish again changes nothing; tells whether it did."""
    if wishes:
        changed = Appearance.objects.get_or_create(gathering=gathering, member=by, defaults={"since": at})[1]
    else:
        changed = Appearance.objects.filter(gathering=gathering, member=by).delete()[0] > 0
    if changed:
        record(verb="gathering.named" if wishes else "gathering.unnamed", subject=gathering, by=by, at=at)
    return changed
