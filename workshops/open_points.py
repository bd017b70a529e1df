"""What groups left with, as it is read: in a workshop, on the page of the next gathering, and by who does it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet

from members.models import Member
from workshops.models import Carrying, Gathering, OpenPoint, Workshop


@dataclass(frozen=True)
class Line:
    """One open point as its group reads it.

    Attributes:
        came_from: the titles of the gatherings it was carried from, the first one first.
    """

    point: OpenPoint
    came_from: list[str]
    is_late: bool

    @property
    def times(self) -> int:
        """How often it was carried."""
        return len(self.came_from)


@dataclass(frozen=True)
class Carried:
    """What the page of a gathering tells of earlier ones.

    Attributes:
        placed: lines that lie in a workshop of it which the reader may see, and are open.
        waiting: open points of earlier gatherings that have no place here yet.
        origins: the names of the gatherings they come from, in one line.
    """

    placed: list[Line]
    waiting: list[OpenPoint]
    origins: str


def of_workshop(workshop: Workshop, *, today: date) -> list[Line]:
    """Actions, then drafts, open ones first; two queries."""
    rows = _told(workshop.points.all())
    return lines(sorted(rows, key=lambda one: one.state != OpenPoint.State.OPEN), today=today)


def carried_on(workshop: Workshop) -> list[OpenPoint]:
    """What this group left with and lies elsewhere by now; one query."""
    rows = OpenPoint.objects.filter(carryings__source=workshop).exclude(workshop=workshop).distinct()
    return list(rows.select_related("workshop__gathering"))


def lines(points: Iterable[OpenPoint], *, today: date) -> list[Line]:
    return [
        Line(one, [step.source.gathering.name for step in one.carryings.all()], one.is_late(today)) for one in points
    ]


def of_gathering(gathering: Gathering, *, reader: Member, at: datetime) -> Carried | None:
    """What comes from earlier gatherings, for the members of the community: what and whence, not who does it.

    None when there is nothing, and for a gathering that is over or not the next one.
    """
    coming = Gathering.objects.filter(community=gathering.community_id, ends_on__gte=at.date())
    if coming.order_by("starts_on", "pk").values_list("pk", flat=True).first() != gathering.pk:
        return None
    seen = Workshop.objects.visible_to(reader, at=at)
    placed = lines(_told(OpenPoint.objects.carried_into(gathering).open().filter(workshop__in=seen)), today=at.date())
    rows = OpenPoint.objects.waiting_for(gathering).select_related("workshop__gathering")
    waiting = list(rows.order_by("workshop__starts_at", "kind", "pk"))
    if not placed and not waiting:
        return None
    named = [line.came_from[-1] for line in placed] + [one.workshop.gathering.name for one in waiting]
    return Carried(placed, waiting, ", ".join(dict.fromkeys(named)))


def open_actions_of(member: Member, at: datetime) -> list[Line]:
    """The open actions and drafts that a person does herself, what is due first; two queries.

    A workshop that the person may not see yet is told by its gathering alone (`shows_workshop` on each point).
    """
    rows = OpenPoint.objects.open().filter(owner=member).exclude(workshop__state=Workshop.State.CANCELLED)
    seen = set(Workshop.objects.visible_to(member, at=at).filter(points__owner=member).values_list("pk", flat=True))
    points = sorted(_told(rows), key=lambda one: (one.due_on is None, one.due_on or date.max, one.pk))
    for point in points:
        point.shows_workshop = point.workshop_id in seen  # type: ignore[attr-defined]  # for the page alone
    return lines(points, today=at.date())


def _told(points: QuerySet[OpenPoint]) -> list[OpenPoint]:
    history = Prefetch("carryings", Carrying.objects.select_related("source__gathering"))
    rows = points.select_related("workshop__gathering", "owner", "organisation").prefetch_related(history)
    return list(rows)
