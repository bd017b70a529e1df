"""The events that somebody looks after, of every programme."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events import attendance, policies
from events.models import Attendance, Event, Registration
from forestallies.lib import clock
from forestallies.views.series import Series, in_series, series_among, series_of, with_series
from members.requests import MemberRequest
from members.staff import staff_only

PER_PAGE = 25
CAME = (Attendance.Status.ATTENDED, Attendance.Status.PARTIAL, Attendance.Status.MADE_UP)


@dataclass(frozen=True)
class Row:
    """One event in the list; `waits` for its attendance, of `expected` people `came`, and `unmarked` have no mark.

    Of its seats `taken` are, offered ones among them; `undecided` wishes wait for the team; `may_schedule` says whether
    the reader opens the registrations.
    """

    event: Event
    series: Series | None
    has_begun: bool
    waits: bool
    expected: int
    came: int
    unmarked: int
    taken: int
    undecided: int
    may_schedule: bool


@require_safe
@staff_only
def staff_event_list(request: MemberRequest) -> HttpResponse:
    """List the events whose attendance one keeps: those that have begun, the latest first, or those to come."""
    at = clock.now()
    mine = policies.events_to_mark(request.user, at=at)
    is_coming = request.GET.get("when") == "coming"
    wanted = request.GET.get("of", "")
    events = in_series(mine, wanted) if wanted else mine
    listed = _coming(events, at) if is_coming else events.filter(starts_at__lte=at).order_by("-starts_at", "-id")
    homes = set(policies.homes_to_schedule(request.user, at=at).values_list("pk", flat=True))
    page = Paginator(_counted(with_series(listed)), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(event, at, may_schedule=event.home_id in homes) for event in page],
        "is_coming": is_coming,
        "wanted": wanted,
        "series": series_among(mine),
        "waiting": waiting(mine, at).count(),
    }
    return render(request, "events/staff/event_list.html", context)


def waiting(events: QuerySet[Event], at: datetime) -> QuerySet[Event]:
    """Those that are over or running and have somebody without a mark, or were not looked at yet.

    Closed ones are left in peace. Each carries `unmarked`, how many people that is.
    """
    left = Q(attendance_recorded_at=None) | Exists(attendance.unmarked(OuterRef("pk")))
    return events.filter(left, state=Event.State.SCHEDULED, starts_at__lte=at).annotate(unmarked=_unmarked())


def _coming(events: QuerySet[Event], at: datetime) -> QuerySet[Event]:
    return events.filter(starts_at__gt=at).order_by("starts_at", "id")


def _counted(events: QuerySet[Event]) -> QuerySet[Event]:
    """Add how many people have a seat, and how many came."""
    seats = Registration.objects.filter(event=OuterRef("pk")).confirmed().order_by().values("event")
    wishes = Registration.objects.filter(event=OuterRef("pk"), state=Registration.State.PENDING).values("event")
    taken = Registration.objects.filter(event=OuterRef("pk")).seated().order_by().values("event")
    came = Attendance.objects.filter(event=OuterRef("pk"), status__in=CAME).order_by().values("event")
    return events.annotate(
        expected=Coalesce(Subquery(seats.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        came=Coalesce(Subquery(came.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        taken=Coalesce(Subquery(taken.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        undecided=Coalesce(Subquery(wishes.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        unmarked=_unmarked(),
    )


def _unmarked() -> Coalesce:
    left = attendance.unmarked(OuterRef("pk")).values("event").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(left, output_field=IntegerField()), 0)


def _row(event: Event, at: datetime, *, may_schedule: bool) -> Row:
    has_begun = event.starts_at <= at
    unmarked: int = event.unmarked  # type: ignore[attr-defined]  # annotated
    is_left = unmarked > 0 or event.attendance_recorded_at is None
    return Row(
        event=event,
        series=series_of(event),
        has_begun=has_begun,
        waits=has_begun and event.state == Event.State.SCHEDULED and is_left,
        expected=event.expected,  # type: ignore[attr-defined]  # annotated
        came=event.came,  # type: ignore[attr-defined]  # annotated
        unmarked=unmarked,
        taken=event.taken,  # type: ignore[attr-defined]  # annotated
        undecided=event.undecided,  # type: ignore[attr-defined]  # annotated
        may_schedule=may_schedule,
    )
