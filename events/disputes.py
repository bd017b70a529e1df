"""What coordinators read about reports of a mistake: what the portal saw of a person, and how many there were."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from events.models import Attendance, AttendanceEvidence, Dispute, Source

UNMATCHED_SHOWN = 40

State = Dispute.State


@dataclass(frozen=True)
class Evidence:
    """What was seen.

    Attributes:
        hers: what was matched to the person, in order: clicks, codes, connections, marks.
        nobodys: connections of the event that belong to nobody yet; one of them may be hers.
    """

    hers: Sequence[AttendanceEvidence]
    nobodys: Sequence[AttendanceEvidence]


@dataclass(frozen=True)
class Tally:
    """How many reports there were about the events of one circle, and what became of them."""

    name: str
    waiting: int
    upheld: int
    declined: int

    @property
    def reported(self) -> int:
        return self.waiting + self.upheld + self.declined


def evidence_for(attendance: Attendance) -> Evidence:
    """What was seen of a person at an event, and who nobody recognised there, in two queries."""
    rows = AttendanceEvidence.objects.filter(event=attendance.event_id).order_by("joined_at", "created_at", "pk")
    nobodys = rows.filter(member=None, source=Source.FILE)
    return Evidence(list(rows.filter(member=attendance.member_id)), list(nobodys[:UNMATCHED_SHOWN]))


def tallies(disputes: QuerySet[Dispute]) -> list[Tally]:
    """Count reports by the circle of their event and what became of them, in one query."""
    counted = disputes.order_by().values_list("attendance__event__home__name", "state").annotate(number=Count("pk"))
    by_circle: dict[str, Counter[str]] = {}
    for name, state, number in counted:
        by_circle.setdefault(name, Counter())[state] = number
    return [
        Tally(name, found[State.OPEN], found[State.UPHELD], found[State.DECLINED])
        for name, found in sorted(by_circle.items())
    ]
