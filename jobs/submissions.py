"""Do something once however often its form arrives."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import models, transaction

from jobs.models import Submission

Result = dict[str, Any]


@transaction.atomic
def once(*, key: UUID, kind: str, by: models.Model | None, at: datetime, act: Callable[[], Result]) -> Result:
    """Run `act` unless the same person already sent the form with this key; answer what it answered then.

    The row is inserted before `act` runs and in one transaction with it, so a second sending at the same moment waits
    for the first one's outcome. When `act` raises, nothing is remembered and the form may be sent again.

    Args:
        act: makes the change and returns what the page needs to say, as JSON.

    Raises:
        WrongSubmission: the key was used for another kind of form.
    """
    made, created = Submission.objects.get_or_create(
        key=key, actor_id=by.pk if by else None, defaults={"kind": kind, "created_at": at}
    )
    if not created:
        if made.kind != kind:
            raise WrongSubmission(f"{key} was sent for {made.kind}, not {kind}")
        return made.result
    made.result = act()
    made.save(update_fields=["result"])
    return made.result


class WrongSubmission(BadRequest):
    """A form key came back with another form than the one it was made for; the page answers 400."""
