"""Members who give no sign are asked whether they stay; after two questions without an answer their membership pauses.

A sign is a day on which she was here signed in, an answer to this question, and anything about an event: a
registration that was made or changed, a seat, presence, a part in it. Who has no address, or does not want to be asked,
is neither asked nor paused by the portal. Source: mails.md, kind 35.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from events.models import Attendance, Registration, Role
from members import membership_emails
from members.actions import life
from members.actions.life import Why
from members.membership_emails import STILL_THERE
from members.models import Membership
from members.models.communities import LAST_WORD
from notices import outbox, timed
from notices.models import Preference

SILENCE = timedelta(days=120)
QUARTER = timedelta(days=90)  # between two questions, and before the pause
ASKS = 2
BATCH = 200  # in one minute

Status = Attendance.Status


def silent(at: datetime) -> QuerySet[Membership]:
    """Active memberships of people without a sign for `SILENCE` with whom the next step is due.

    `asked` is how often she was asked since her last sign.
    """
    since = at - SILENCE
    unwilling = Preference.objects.filter(member=OuterRef("member"), kind=STILL_THERE, wanted=False)
    rows = (
        Membership.objects.filter(state=Membership.State.ACTIVE, member__is_active=True, member__email__isnull=False)
        .alias(last_word=LAST_WORD)
        .filter(~Exists(unwilling), last_word__lte=at - QUARTER)
        .filter(Q(member__last_seen_on=None) | Q(member__last_seen_on__lt=since.date()))
    )
    for signs in _signs(Value(since)):
        rows = rows.filter(~Exists(signs))
    came = Q(member__last_seen_on__gte=F("stay_asked_at__date"))
    for signs in _signs(Coalesce(OuterRef("stay_asked_at"), Value(at))):
        came |= Q(Exists(signs))
    asked = Case(When(came, then=Value(0)), default=F("stay_asks"), output_field=IntegerField())
    return rows.annotate(asked=asked).filter(Q(asked__gt=0) | Q(last_word__lte=since))


def _signs(since: Value | Coalesce) -> list[QuerySet[Registration] | QuerySet[Attendance] | QuerySet[Role]]:
    """What tells of a person at or about events since an instant."""
    her = {"member": OuterRef("member")}
    seated = Q(state__in=Registration.SEATED, event__ends_at__gt=since)
    return [
        Registration.objects.filter(Q(state_since__gt=since) | seated, **her),
        Attendance.objects.filter(event__ends_at__gt=since, status__in=[Status.ATTENDED, Status.PARTIAL], **her),
        Role.objects.accepted().filter(event__ends_at__gt=since, **her),
    ]


@transaction.atomic
def send_due(*, at: datetime) -> int:
    """Ask silent members, or pause the membership of those who were asked often enough, at most `BATCH` in one run.

    Safe to run twice, and in several processes at once. Returns how many mails were newly posted, about pauses too.
    """
    rows = silent(at).select_for_update(of=("self",), skip_locked=True, no_key=True)
    due = list(rows.select_related("member", "community").order_by("pk")[:BATCH])
    pausing = [one for one in due if one.asked >= ASKS]  # type: ignore[attr-defined]  # annotated by `silent`
    asking = [one for one in due if one.asked < ASKS]  # type: ignore[attr-defined]  # annotated by `silent`
    for one in pausing:
        why = Why(reason=Membership.Reason.NO_SIGN)
        life.change_state(membership=one, state=Membership.State.DORMANT, why=why, by=None, at=at)
    for one in asking:
        one.stay_asked_at, one.stay_asks = at, one.asked + 1  # type: ignore[attr-defined]  # annotated by `silent`
    Membership.objects.bulk_update(asking, ["stay_asked_at", "stay_asks"])
    postings = (membership_emails.still_there(one, asks=one.stay_asks, at=at) for one in asking)
    return len(pausing) + outbox.post_many_once(postings, at=at)


def count_due(*, at: datetime) -> int:
    """How many mails a run at this instant would post."""
    return min(silent(at).count(), BATCH)


timed.register("inactivity", timed.Sender(send_due, count_due, "questions to silent members"))
