"""Refused addresses: letting mails go out to one again."""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from audit.models import record
from notices.models import RefusedAddress


class AddressRefused(Exception):
    """Nothing was changed; the text is a sentence for the reader."""


@transaction.atomic
def let_go_on(*, refused: RefusedAddress, by: models.Model, at: datetime) -> None:
    """Let mails go out to an address again that was refused too often; its refusals are counted anew.

    What was held back meanwhile stays held back.

    Raises:
        AddressRefused: somebody else did so already, or a server took a mail meanwhile.
    """
    locked = RefusedAddress.objects.stopped().select_for_update(no_key=True).filter(pk=refused.pk).first()
    if locked is None:
        raise AddressRefused(_("Messages go out to this address again already."))
    record(verb="refused_address.let_go_on", subject=locked, by=by, at=at, refusals=locked.refusals)
    locked.delete()
