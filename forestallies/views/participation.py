"""What a member took part in, in her own words: sessions, minutes, hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.models import Attendance, Dispute, Event, Registration
from events.models.disputes import waits_for_report
from forestallies.lib import clock, zones
from forestallies.views.series import Series, series_of, with_series
from members.models import Member
from members.requests import MemberRequest

COUNTS = (Attendance.Status.ATTENDED, Attendance.Status.MADE_UP)


@dataclass(frozen=True)
class Part:
    """One past event; attendance is None while nobody recorded any of hers.

    Attributes:
        dispute: the latest report of a mistake in it, if she made one.
        may_report: she may say now that it is wrong.
    """

    event: Event
    when: zones.LocalTime
    attendance: Attendance | None
    dispute: Dispute | None = None
    may_report: bool = False

    @property
    def minutes(self) -> int | None:
        """Minutes inside the event as measured; None where nobody measured."""
        return self.attendance.minutes if self.attendance else None


@dataclass(frozen=True)
class Record:
    """Her past events of one gathering or edition, the latest first."""

    series: Series | None
    parts: Sequence[Part]

    @property
    def attended(self) -> int:
        return sum(1 for part in self.parts if part.attendance and part.attendance.status in COUNTS)

    @property
    def recorded(self) -> int:
        """How many of them say something of her."""
        return sum(1 for part in self.parts if part.attendance)

    @property
    def waiting(self) -> int:
        return len(self.parts) - self.recorded

    @property
    def hours(self) -> float:
        return sum(part.minutes or 0 for part in self.parts) / 60

    @property
    def is_measured(self) -> bool:
        return any(part.minutes is not None for part in self.parts)


@require_safe
def participation(request: MemberRequest) -> HttpResponse:
    """Show a member her own attendance and nobody else's, and let her say that something is wrong; three queries."""
    at = clock.now()
    rows = Dispute.objects.of(request.user).order_by("pk")
    records = records_of(request.user, at=at, disputes={row.attendance_id: row for row in rows})
    return render(request, "participation.html", {"records": records})


def records_of(member: Member, *, at: datetime, disputes: Mapping[int, Dispute] | None = None) -> list[Record]:
    """A member's past events by gathering and edition, the latest first; two queries however many there are.

    Args:
        disputes: her latest report of a mistake by the attendance record it is about; None where nobody shows any.
    """
    records: dict[Series | None, list[Part]] = {}
    for event in _past(member, at):
        [attendance] = event.hers or [None]  # type: ignore[attr-defined]  # prefetched
        dispute = disputes.get(attendance.pk) if disputes and attendance else None
        may_report = attendance is not None and waits_for_report(attendance, dispute, at=at)
        part = Part(event, zones.local(event.starts_at, member.zone), attendance, dispute, may_report)
        records.setdefault(series_of(event), []).append(part)
    return [Record(series, parts) for series, parts in records.items()]


def _past(member: Member, at: datetime) -> QuerySet[Event]:
    """Events that are over in which she had a seat, or of which it is on record that she came."""
    hers = Attendance.objects.filter(member=member)
    seats = Registration.objects.filter(member=member).confirmed()
    mine = Q(pk__in=seats.values("event")) | Q(pk__in=hers.values("event"))
    took_place = Event.objects.filter(mine, ends_at__lte=at, state__in=[Event.State.SCHEDULED, Event.State.CLOSED])
    rows = with_series(took_place).order_by("-starts_at", "-id")
    return rows.prefetch_related(Prefetch("attendances", hers, to_attr="hers"))
