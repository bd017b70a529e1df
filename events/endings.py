"""What goes with a membership that ends: the places in the community's coming events."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import ngettext

from events.actions import registrations
from events.locks import lock_events
from events.models import Event, Registration
from members import endings
from members.endings import Ending
from members.models import CircleMember, Member, Membership

REASON = "membership ended"


def places(memberships: Sequence[Membership], at: datetime) -> QuerySet[Registration]:
    """Standing registrations in coming events of these communities to which nothing else invites the person."""
    by_circle: dict[int, list[int]] = defaultdict(list)
    for one in memberships:
        by_circle[one.community.circle_id].append(one.member_id)
    ends = Q(pk__in=[])
    for circle, people in by_circle.items():
        elsewhere = (
            CircleMember.objects.current(at)
            .filter(member=OuterRef("member"), circle__events=OuterRef("event"))
            .exclude(Q(circle=circle) | Q(circle__parent=circle))
        )
        home = Q(event__home=circle) | Q(event__home__parent=circle)
        ends |= Q(home, ~Q(Exists(elsewhere)), member__in=people)
    return Registration.objects.standing().filter(ends, event__state=Event.State.SCHEDULED, event__starts_at__gt=at)


def let_go(memberships: Sequence[Membership], by: Member | None, at: datetime) -> int:
    """Give the places back through the seat service; whoever waits moves up. Each event is locked once, by its id."""
    found = places(memberships, at)
    events = lock_events(found.values_list("event", flat=True))
    rows: dict[int, list[Registration]] = defaultdict(list)
    for row in found.select_related("member").order_by("event", "pk"):
        if row.event_id in events:
            rows[row.event_id].append(row)
    return sum(
        len(registrations.leave(several, event=events[pk], by=by, at=at, reason=REASON))
        for pk, several in sorted(rows.items())
    )


def _words(number: int) -> str:
    words = ngettext(
        "%(n)d place in a coming event is given back; whoever waits for it moves up.",
        "%(n)d places in coming events are given back; whoever waits for them moves up.",
        number,
    )
    return words % {"n": number}


endings.register(
    "registrations", Ending(count=lambda rows, at: places(rows, at).count(), words=_words, carry_out=let_go)
)
