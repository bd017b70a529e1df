"""Addresses that mail servers refused: let them go on."""

from datetime import datetime

from django.db import models, transaction

from audit.models import record
from notices.models import RefusedAddress


@transaction.atomic
def let_go_on(*, refused: RefusedAddress, by: models.Model, at: datetime) -> bool:
    """Write to an address again, as if it had never refused anything. Whether there was still something to forget."""
    row = RefusedAddress.objects.select_for_update().filter(pk=refused.pk).first()
    if row is None:
        return False
    record(verb="refused_address.let_go_on", subject=row, by=by, at=at, refusals=row.refusals)
    row.delete()
    return True
