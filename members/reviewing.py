"""When coordinators hear of applications: the first three of an hour at once, the others together at its end.

Who held back what is written nowhere: it follows from the messages that went out before an application came.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet

from members import emails
from members.models import Application, Grant, Member
from notices import outbox
from notices.models import Notice

AT_ONCE = 3
SPAN = timedelta(hours=1)
LOOK_BACK = timedelta(days=2)  # as long as an outage may last before something is not told


@dataclass
class Told:
    """What one coordinator was told: of which applications, and when of one alone."""

    applications: set[int] = field(default_factory=set)
    moments: list[datetime] = field(default_factory=list)

    def held_until(self, submitted_at: datetime) -> datetime | None:
        """When the hour ends because of which an application waits; None when it goes at once."""
        within = sorted(moment for moment in self.moments if submitted_at - SPAN < moment <= submitted_at)
        return within[-AT_ONCE] + SPAN if len(within) >= AT_ONCE else None


def postings(application: Application, *, at: datetime) -> list[outbox.Posting]:
    """The mails about a new application that go out at once: to each coordinator who had fewer than three lately."""
    coordinators = list(
        Member.objects.active()
        .filter(grants__in=_grants(at).filter(circle=application.community.circle_id))
        .order_by("pk")
        .distinct()
    )
    told = _told([one.pk for one in coordinators], since=at - SPAN)
    return [
        emails.application_to_review(application, one) for one in coordinators if told[one.pk].held_until(at) is None
    ]


def send_due(*, at: datetime) -> int:
    """Tell coordinators together of the applications that were held back, when their hour is over.

    Safe to run twice: an application that was named is not named again, and the first one makes the key. Returns how
    many mails were newly posted; costs one query when nobody applied lately.
    """
    return outbox.post_many_once(_due(at), at=at)


def count_due(*, at: datetime) -> int:
    """How many mails a run at this instant would post."""
    return len(_due(at))


def _due(at: datetime) -> list[outbox.Posting]:
    lately = Application.objects.open().filter(submitted_at__gt=at - LOOK_BACK, submitted_at__lte=at)
    applications = list(lately.select_related("community").order_by("submitted_at", "pk"))
    if not applications:
        return []
    circles = {application.community.circle_id for application in applications}
    grants = list(_grants(at).filter(circle__in=circles, member__is_active=True).select_related("member"))
    told = _told([grant.member_id for grant in grants], since=at - LOOK_BACK - SPAN)
    held: dict[Member, dict[int, datetime]] = defaultdict(dict)
    for grant in grants:
        held[grant.member] |= _held(grant, applications, told[grant.member_id])
    return [
        emails.applications_to_review(member, sorted(waiting))
        for member, waiting in held.items()
        if waiting and min(waiting.values()) <= at
    ]


def _held(grant: Grant, applications: Sequence[Application], told: Told) -> dict[int, datetime]:
    """What was held back from one coordinator in one circle, with the end of the hour."""
    found = {}
    for one in applications:
        is_hers = one.community.circle_id == grant.circle_id and one.submitted_at >= grant.starts_at
        ends = told.held_until(one.submitted_at) if is_hers and one.pk not in told.applications else None
        if ends is not None:
            found[one.pk] = ends
    return found


def _grants(at: datetime) -> QuerySet[Grant]:
    return Grant.objects.current(at).filter(right=Grant.Right.COORDINATOR)


def _told(members: Collection[int], *, since: datetime) -> dict[int, Told]:
    """By member id, what each was told, in one query."""
    found: dict[int, Told] = defaultdict(Told)
    rows = Notice.objects.filter(kind__in=[emails.TO_REVIEW, emails.MORE_TO_REVIEW], recipient__in=members)
    for member, kind, key, created_at, facts in rows.filter(created_at__gt=since).values_list(
        "recipient", "kind", "key", "created_at", "facts"
    ):
        told = found[member or 0]
        if kind == emails.TO_REVIEW:
            told.moments.append(created_at)
            told.applications.add(int(key.split(":")[1]))
        else:
            told.applications |= set((facts or {}).get("applications", ()))
    return found
