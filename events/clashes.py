"""What else takes place at the time of an event, for those who help in it and those whom it is for."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from events.models import Event, Registration, Role
from events.telling import Span
from events.warnings import Caution, Draft, Engagement, Other, warn
from forestallies.lib import zones
from members.models import CircleMember, Member


def warnings_for(event: Event, *, by: Member, at: datetime) -> list[Caution]:
    """Name what may speak against the time that an event's wall clock says, saved or not, in five queries at most.

    Args:
        event: one with a row, whose roles and audience count.
        by: the reader; she gets the titles of events that she may see, and of no others.
    """
    span = Span(*zones.instants(event.wall_date, event.wall_time, event.minutes, event.zone))
    names = dict(Role.objects.standing().filter(event=event.pk).values_list("member_id", "member__name"))
    parts = _parts(event, span, list(names)) if names else []
    same = list(_for_the_same_people(event, span, at=at))
    ids = {other.pk for _member_id, other in parts} | {other.pk for other in same}
    seen = set(Event.objects.visible_to(by, at=at).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()

    def said(other: Event, people: int = 0) -> Other:
        return Other(Span.of(other), other.title if other.pk in seen else "", people)

    engagements = tuple(Engagement(names[member_id], said(other)) for member_id, other in parts)
    others = tuple(said(other, other.people) for other in same)
    return warn(Draft(span, tuple(event.countries), engagements, others))


def _beside(event: Event, span: Span, prefix: str = "") -> Q:
    """Another event that overlaps, half-open."""
    return Q(**{f"{prefix}starts_at__lt": span.ends_at, f"{prefix}ends_at__gt": span.starts_at}) & ~Q(
        **{f"{prefix}pk": event.pk}
    )


def _parts(event: Event, span: Span, members: list[int]) -> list[tuple[int, Event]]:
    """The other events in which these people have a role or a seat, as pairs of member and event."""
    alive = Q(event__state__in=[Event.State.DRAFT, Event.State.SCHEDULED])
    found = _beside(event, span, "event__") & alive & Q(member__in=members)
    roles = Role.objects.standing().filter(found).select_related("event").order_by("event__starts_at", "id")
    seats = Registration.objects.seated().filter(found).select_related("event").order_by("event__starts_at", "id")
    rows: list[Role | Registration] = [*roles, *seats]
    return [(row.member_id, row.event) for row in rows]


def _for_the_same_people(event: Event, span: Span, *, at: datetime) -> QuerySet[Any]:
    """Scheduled events that share a circle or a person with the event's audience, annotated with `people` in both."""
    Invited = Event.audience.through  # noqa: N806 (a class)
    circles = Invited.objects.filter(event=event.pk).values("circle")
    mine = CircleMember.objects.current(at).filter(circle__in=circles).values("member")
    shared = (
        CircleMember.objects.current(at)
        .filter(circle__events=OuterRef("pk"), member__in=mine, member__is_active=True)
        .order_by()
        .values("circle__events")
        .annotate(count=Count("member", distinct=True))
        .values("count")
    )
    same_circle = Exists(Invited.objects.filter(event=OuterRef("pk"), circle__in=circles))
    return (
        Event.objects.scheduled()
        .filter(_beside(event, span))
        .annotate(people=Coalesce(Subquery(shared, output_field=IntegerField()), 0))
        .filter(Q(people__gt=0) | same_circle)
        .order_by("starts_at", "id")
    )
