"""Messages whose time is over: not sent late, but marked, so that somebody can see it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Q, TextField, Value, When
from django.db.models.functions import Concat, Trim

from notices.models import Notice

State = Notice.State

TOO_LATE = "Its time was over before it could be sent."
HOUR_PASSED = "The hour of this reminder passed before it could be sent."
IN_HAND = (
    "A worker stopped with this in hand, and its time was over before it could be tried again; it may have arrived."
)


def words_for(row: Notice) -> str:
    """Why a message did not leave in time, with what the server said when it was tried."""
    reason = HOUR_PASSED if row.priority == Notice.Priority.REMINDER else TOO_LATE
    return f"{reason} {row.problem}".strip()


@transaction.atomic
def mark_missed(*, at: datetime, lease: timedelta) -> None:
    """Mark all whose time is over: those that wait, for whatever moment, and those in the hand of a dead worker."""
    waiting = Q(state__in=[State.QUEUED, State.RETRY])
    dead = Q(state=State.SENDING, claimed_at__lt=at - lease)
    over = Notice.objects.filter(waiting | dead, expires_at__lte=at)
    keys = list(over.select_for_update(skip_locked=True).order_by("id").values_list("pk", flat=True))
    if keys:
        reasons = Case(
            When(state=State.SENDING, then=Value(IN_HAND)),
            When(priority=Notice.Priority.REMINDER, then=Value(HOUR_PASSED)),
            default=Value(TOO_LATE),
        )
        words = Trim(Concat(reasons, Value(" "), "problem", output_field=TextField()))
        Notice.objects.filter(pk__in=keys).update(state=State.MISSED, finished_at=at, problem=words)
