"""Who is to be reminded now? Asked anew each minute; nothing is planned ahead."""

from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from events import emails
from events.models import Registration
from events.planned_reminders import Planned, planned, planned_all
from events.telling import MOVED_GUARD, SERIES_GUARD, label
from notices import outbox
from notices.models import Notice

__all__ = ["Planned", "count_due", "move_is_untold", "planned", "planned_all", "send_due"]

LEAD = timedelta(hours=24)
BATCH = 500
ABOUT = Notice._meta.get_field("about")


def due(*, at: datetime) -> QuerySet[Registration]:
    """Confirmed registrations of scheduled events that start within LEAD (24 elapsed hours) of `at`.

    Somebody who registered inside that span has just been told the time and is not reminded; nobody is reminded when
    less than `emails.REMINDER_CLOSES` is left. Those whose reminder exists already are left out, so that a run costs
    what is new.
    """
    start = Func(F("event__starts_at"), Value('YYYYMMDD"T"HH24MI"Z"'), function="to_char", output_field=CharField())
    key = Concat(Value("reminder:"), Cast("pk", CharField()), Value(":"), start, Value(":24h"))
    return (
        Registration.objects.confirmed()
        .filter(
            event__state="scheduled",
            event__starts_at__gt=at + emails.REMINDER_CLOSES,
            event__starts_at__lte=at + LEAD,
            event__starts_at__gte=F("state_since") + LEAD,
            member__is_active=True,
            member__email__isnull=False,
        )
        .annotate(reminder_key=key)
        .exclude(Exists(Notice.objects.filter(key=OuterRef("reminder_key"))))
        .exclude(move_is_untold())
        .select_related("event", "member")
        .order_by("event__starts_at", "id")
    )


def move_is_untold() -> Q:
    """Of rows with an event and a member: she has not been told yet that the event moves.

    A move that is not told yet may still be taken back; a reminder of the new time would give it away.
    """
    alone = Notice.objects.filter(
        state=Notice.State.QUEUED,
        guard=MOVED_GUARD,
        subject_ref__startswith=Concat(
            OuterRef("event_id"), Value(":"), OuterRef("member_id"), Value(":"), output_field=CharField()
        ),
    )
    event = Concat(Value(label("")), Cast(OuterRef("event_id"), CharField()))
    series = Notice.objects.filter(
        state=Notice.State.QUEUED,
        guard=SERIES_GUARD,
        recipient=OuterRef("member_id"),
        about__contains=Func(event, template="ARRAY[%(expressions)s]::varchar[]", output_field=ABOUT),
    )
    return Q(Exists(alone)) | Q(Exists(series))


def count_due(*, at: datetime) -> int:
    return due(at=at).count()


def send_due(*, at: datetime) -> int:
    """Post a reminder to every confirmed member whose event starts soon.

    "Soon" is LEAD, 24 elapsed hours. `at` is aware, any zone. Safe to run twice: one notice per registration and start
    time. Returns how many notices were newly posted; delivery is later. Source: requirement CARD-3.
    """
    posted, batch = 0, []
    for registration in due(at=at).iterator(chunk_size=BATCH):
        batch.append(emails.reminder_24h(registration, at=at))
        if len(batch) == BATCH:
            posted, batch = posted + outbox.post_many_once(batch, at=at), []
    return posted + outbox.post_many_once(batch, at=at)
