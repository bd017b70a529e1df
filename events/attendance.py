"""Who is on the attendance list of an event, and what stands there of each person."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value

from events.models import Attendance, AttendanceEvidence, Event, Registration, Role, Source
from forestallies.lib.database import Fold
from members.models import Affiliation, CircleMember, Member

FOUND_AT_MOST = 8
FEWEST_LETTERS = 3
BESIDE = "beside:"  # before a member's id, in the evidence of those who were at one device with her


@dataclass(frozen=True)
class Seen:
    """What the portal saw of one person by itself, as a hint to whoever marks.

    Attributes:
        clicked_at: when she first went into the meeting through the join page.
        code_at: when she typed the check-in code.
        people: how many were in front of her device, as she said.
    """

    clicked_at: datetime | None = None
    code_at: datetime | None = None
    people: int = 1

    def and_then(self, row: AttendanceEvidence) -> "Seen":
        """Add what came later."""
        clicked_at = self.clicked_at or (row.joined_at if row.source == Source.JOIN_CLICK else None)
        code_at = self.code_at or (row.joined_at if row.source == Source.CODE else None)
        return Seen(clicked_at, code_at, max(self.people, row.people))


@dataclass(frozen=True)
class Hints:
    """What clicks and codes tell of an event.

    Attributes:
        seen: of each person, by member id.
        beside: the names of those who sat at one device with her, as she wrote them, by her member id. Nobody is
            matched to a member by such a name.
    """

    seen: dict[int, Seen]
    beside: dict[int, list[str]]

    def named(self) -> list[tuple[Member, list[str]]]:
        """The people who wrote down somebody beside them, by name, each with those names; in one query."""
        hosts = Member.objects.filter(pk__in=self.beside).order_by(Fold("name"), "id")
        return [(host, self.beside[host.pk]) for host in hosts]


@dataclass(frozen=True)
class Line:
    """One person on the list.

    Attributes:
        helps: has a role in the event and no seat.
        attendance: what is on record of her; None while nothing is.
    """

    member: Member
    helps: bool
    attendance: Attendance | None

    @property
    def status(self) -> str:
        return self.attendance.status if self.attendance else ""

    @property
    def reason(self) -> str:
        return self.attendance.excused_reason if self.attendance else ""

    @property
    def organisations(self) -> str:
        return ", ".join(place.organisation.name for place in self.member.affiliations.all())


@dataclass(frozen=True)
class Tally:
    """How many people of a list have which mark, and how many have none."""

    people: int
    attended: int
    partial: int
    no_show: int
    excused: int
    made_up: int

    @property
    def unmarked(self) -> int:
        return self.people - self.attended - self.partial - self.no_show - self.excused - self.made_up


def expected(event: Event) -> set[int]:
    """The ids of those who are on the list by themselves: confirmed, with a standing role, or with a mark already."""
    confirmed = Registration.objects.filter(event=event).confirmed().order_by().values_list("member")
    helping = Role.objects.filter(event=event).standing().values_list("member")
    known = Attendance.objects.filter(event=event).values_list("member")
    return {member for (member,) in confirmed.union(helping, known)}


def unmarked(event: Event | OuterRef) -> QuerySet[Registration]:
    """Those who have a seat and no mark yet. An event waits for its attendance while there are any.

    Args:
        event: one, or `OuterRef("pk")` in a query of events.
    """
    marked = Attendance.objects.filter(event=OuterRef("event"), member=OuterRef("member"))
    return Registration.objects.filter(~Exists(marked), event=event).confirmed().order_by()


def invited(event: Event, *, at: datetime) -> QuerySet[Member]:
    """Everybody in the event's audience: those who may have come without a registration."""
    belongs = CircleMember.objects.current(at).filter(member=OuterRef("pk"), circle__in=event.audience.all())
    return Member.objects.active().filter(Exists(belongs))


def lines(event: Event, *, added: Collection[int] = ()) -> list[Line]:
    """The list by name, in four queries however long it is; `added` are ids of people who came unregistered."""
    known = {row.member_id: row for row in Attendance.objects.filter(event=event)}
    seated, helping = _seated_and_helping(event)
    places = Affiliation.objects.filter(ends_on=None).select_related("organisation").order_by("id")
    members = Member.objects.filter(pk__in={*known, *seated, *helping, *added}).order_by(Fold("name"), "id")
    return [
        Line(member, member.pk in helping - seated, known.get(member.pk))
        for member in members.prefetch_related(Prefetch("affiliations", places))
    ]


def _seated_and_helping(event: Event) -> tuple[set[int], set[int]]:
    """The ids of those with a seat, and of those with a role, in one query."""
    seats = Registration.objects.filter(event=event).confirmed().order_by().values_list("member", Value("seat"))
    roles = Role.objects.filter(event=event).standing().values_list("member", Value("role"))
    found = set(seats.union(roles))
    seated, helping = ({member for member, kind in found if kind == wanted} for wanted in ("seat", "role"))
    return seated, helping


def hints(event: Event) -> Hints:
    """What clicks and codes tell of an event, in one query."""
    rows = AttendanceEvidence.objects.filter(event=event, source__in=[Source.JOIN_CLICK, Source.CODE])
    seen: dict[int, Seen] = {}
    beside: dict[int, list[str]] = {}
    for row in rows.order_by("joined_at", "id"):
        if row.member_id is not None:
            seen[row.member_id] = seen.get(row.member_id, Seen()).and_then(row)
        elif row.match.startswith(BESIDE):
            beside.setdefault(int(row.match.removeprefix(BESIDE)), []).append(row.raw_name)
    return Hints(seen, beside)


def found(event: Event, name: str, *, known: Iterable[int], at: datetime) -> list[Member]:
    """Find people of the audience by a part of their name, but for those who are known; a few at most.

    Fewer than three letters find nobody, so that nobody leafs through the members this way.
    """
    if len(name) < FEWEST_LETTERS:
        return []
    people = invited(event, at=at).exclude(pk__in=known).annotate(folded=Fold("name"))
    return list(people.filter(Q(folded__contains=Fold(Value(name)))).order_by("folded", "id")[:FOUND_AT_MOST])


def tally(marked: Sequence[Line]) -> Tally:
    """Count a list by its marks."""
    counted = Counter(line.status for line in marked)
    return Tally(people=len(marked), **{status.value: counted[status.value] for status in Attendance.Status})
