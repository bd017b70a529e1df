"""Who with a part in an event is to be written to now? Asked anew each minute; nothing is planned ahead."""

from datetime import datetime, timedelta

from django.db.models import Case, CharField, Exists, F, Func, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from events import role_emails
from events.actions.roles import BETWEEN_MAILS
from events.models import Role
from events.reminders import move_is_untold
from notices import outbox
from notices.models import Notice

NUDGES = (timedelta(days=3), timedelta(days=7))  # after the invitation, while it is not answered
BRIEF_LEAD = timedelta(hours=48)


def nudges_due(*, at: datetime) -> QuerySet[Role]:
    """Unanswered invitations to events ahead whose holder is to be asked once more.

    After a pause only the last step is made up for, and nobody is written to twice in `BETWEEN_MAILS`. `step` is the
    number of days, `nudge_key` the key of the message.
    """
    first, last = NUDGES
    step = Case(When(invited_at__lte=at - last, then=Value(str(last.days))), default=Value(str(first.days)))
    ref = Concat(Cast("pk", CharField()), Value(":"), _stamp("invited_at", 'YYYYMMDD"T"HH24MISSUS'))
    lately = Notice.objects.filter(
        kind="role_invitation",
        recipient=OuterRef("member"),
        subject_ref=OuterRef("ref"),
        created_at__gt=at - BETWEEN_MAILS,
    )
    return (
        Role.objects.filter(
            state=Role.State.INVITED,
            invited_at__lte=at - first,
            event__state="scheduled",
            event__starts_at__gt=at,
            member__is_active=True,
            member__email__isnull=False,
        )
        .annotate(step=step, ref=ref)
        .annotate(nudge_key=Concat(Value("role_invitation:"), "ref", Value(":"), "step", output_field=CharField()))
        .exclude(Exists(Notice.objects.filter(key=OuterRef("nudge_key"))))
        .exclude(Exists(lately))
        .exclude(move_is_untold())
        .select_related("event", "member")
        .order_by("pk")
    )


def briefs_due(*, at: datetime) -> QuerySet[Role]:
    """One accepted role of each person with a part in an event that starts within BRIEF_LEAD (48 elapsed hours).

    Who accepts later is briefed then; nobody is once it has begun.
    """
    key = Concat(
        Value("staff_brief:"),
        Cast("event_id", CharField()),
        Value(":"),
        Cast("member_id", CharField()),
        Value(":"),
        _stamp("event__starts_at", 'YYYYMMDD"T"HH24MI"Z"'),
    )
    return (
        Role.objects.accepted()
        .filter(
            event__state="scheduled",
            event__starts_at__gt=at,
            event__starts_at__lte=at + BRIEF_LEAD,
            member__is_active=True,
            member__email__isnull=False,
        )
        .annotate(brief_key=key)
        .exclude(Exists(Notice.objects.filter(key=OuterRef("brief_key"))))
        .exclude(move_is_untold())
        .select_related("event", "member")
        .order_by("event_id", "member_id", "pk")
        .distinct("event_id", "member_id")
    )


def send_due(*, at: datetime) -> int:
    """Post the nudges and the briefs that are due at `at` (aware, any zone); return how many were newly posted.

    Safe to run twice: one nudge per invitation and step, one brief per person and start. Source: mails 18 and 19.
    """
    nudges = [role_emails.invitation(role, step=role.step, at=at) for role in nudges_due(at=at)]  # type: ignore[attr-defined]  # annotated
    briefs = [role_emails.staff_brief(role, at=at) for role in briefs_due(at=at)]
    return outbox.post_many_once([*nudges, *briefs], at=at)


def count_due(*, at: datetime) -> int:
    """How many `send_due` would post."""
    return nudges_due(at=at).count() + briefs_due(at=at).count()


def _stamp(field: str, form: str) -> Func:
    return Func(F(field), Value(form), function="to_char", output_field=CharField())
