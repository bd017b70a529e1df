"""Attendance in detail: one row per person and session.

A row stands for everybody who registered, whatever became of it, and for everybody whose attendance was recorded.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from django.db.models import Exists, F, Field, OuterRef, QuerySet, Subquery, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import Attendance, Registration, Role
from forestallies.lib import zones
from forestallies.reports import people
from forestallies.reports.scopes import Scope
from forestallies.reports.search import NOT_RECORDED, Search
from forestallies.reports.tables import Column, Rows, Shown, Table
from programs.models import Cohort

SEEN = ("status", "seconds", "first_join_at", "last_leave_at", "connections", "source", "match", "excused_reason",
        "recorded_at")  # fmt: skip
PARTICIPANT = "participant"

COLUMNS: list[Column] = [
    ("edition", lambda row: row.occasion.series),
    ("session_no", lambda row: row.occasion.number),
    ("session_title", lambda row: row.occasion.title),
    ("session_date", lambda row: row.occasion.wall_date),
    ("planned_start_utc", lambda row: row.occasion.starts_at),
    ("planned_minutes", lambda row: row.occasion.minutes),
    ("room", None),  # rooms come with parallel sessions
    ("person_id", "p_id"),
    ("full_name", "p_name"),
    ("organisation", "p_organisation"),
    ("category_code", "p_category"),
    ("country", "p_country"),
    ("region", lambda row: people.region(row.p_country)),
    ("gender", lambda row: people.gender(row.p_gender)),
    ("age_band", "p_age_band"),
    ("group", "p_group"),
    ("role", lambda row: row.r_role or PARTICIPANT),
    ("registration_status", "r_state"),
    ("first_join_utc", "a_first_join_at"),
    ("last_leave_utc", "a_last_leave_at"),
    ("connections", "a_connections"),
    ("minutes_in_window", lambda row: minutes(row.a_seconds)),
    ("share_of_session", lambda row: share(row.a_seconds, row.occasion.minutes)),
    ("attendance_status", "a_status"),
    ("source", "a_source"),
    ("match_method", "a_match"),
    ("excused_reason", "a_excused_reason"),
    ("make_up", None),  # comes with the approval of recordings
    ("recorded_at", "a_recorded_at"),
]


def columns(scope: Scope) -> Sequence[Column]:
    """The same for every scope."""
    return COLUMNS


def title(scope: Scope) -> str | Promise:
    """By what a gathering or an edition consists of."""
    return _("By session") if scope.edition else _("By workshop")


def shown(scope: Scope) -> Sequence[Shown]:
    columns: list[Shown] = [
        (_("Session") if scope.edition else _("Workshop"), lambda row: f"{row.occasion.number}. {row.occasion.label}"),
        (_("Country"), lambda row: zones.country_name(row.p_country) if row.p_country else ""),
        (_("Group"), lambda row: word(Cohort.Kind, row.p_group)),
        (_("Registration"), lambda row: word(Registration.State, row.r_state)),
        (_("Attendance"), lambda row: word(Attendance.Status, row.a_status) or _("not recorded")),
        (_("Minutes"), lambda row: "" if row.a_seconds is None else round(row.a_seconds / 60)),
    ]
    return [column for column in columns if scope.edition or column[0] != _("Group")]


def word(kinds: Any, code: str | None) -> str:
    """What a code means, in the reader's language; nothing for none."""
    return str(kinds(code).label) if code else ""


def minutes(seconds: int | None) -> float | None:
    """Minutes to one decimal; None where nobody measured."""
    return None if seconds is None else round(seconds / 60, 1)


def share(seconds: int | None, planned: int) -> float | None:
    """How much of the planned time somebody was there, 0 to 1, to three decimals; None where nobody measured."""
    return None if seconds is None else round(seconds / 60 / planned, 3)


def attendances(scope: Scope, search: Search) -> QuerySet[Attendance]:
    """What was recorded in the scope, of any person."""
    rows = Attendance.objects.filter(event__in=_events(scope, search))
    if search.status == NOT_RECORDED:
        return rows.none()
    return rows.filter(status=search.status) if search.status else rows


def registrations(scope: Scope, search: Search) -> QuerySet[Registration]:
    """Registrations in the scope of which nothing was recorded (yet), of any person."""
    recorded = Attendance.objects.filter(event=OuterRef("event"), member=OuterRef("member"))
    rows = Registration.objects.filter(~Exists(recorded), event__in=_events(scope, search))
    return rows if search.status in ("", NOT_RECORDED) else rows.none()


def _events(scope: Scope, search: Search) -> list[int]:
    return [pk for pk in scope.event_ids if search.event_id in (None, pk)]


def rows(scope: Scope, search: Search, at: datetime) -> Rows:
    """Who registered or was recorded, session by session, then by name."""
    registered = Registration.objects.filter(event=OuterRef("event"), member=OuterRef("member"))
    recorded = _facts(attendances(scope, search), scope, search) | {
        "r_state": Subquery(registered.values("state")[:1]),
        **{f"a_{name}": F(name) for name in SEEN},
    }
    signed_up = _facts(registrations(scope, search), scope, search) | {
        "r_state": F("state"),
        **{f"a_{name}": Value(None, output_field=_type(name)) for name in SEEN},
    }
    first = _select(attendances(scope, search), recorded, search)
    second = _select(registrations(scope, search), signed_up, search)
    return first.union(second, all=True).order_by("e_starts_at", "e_id", "p_sort", "p_id")


def _facts(rows: QuerySet[Any], scope: Scope, search: Search) -> dict[str, Any]:
    helping = Role.objects.standing().filter(event=OuterRef("event"), member=OuterRef("member")).order_by("kind")
    return {
        "e_starts_at": F("event__starts_at"),
        "e_id": F("event_id"),
        **people.facts(scope, path="member__", on=OuterRef("event__wall_date")),
        "r_role": Subquery(helping.values("kind")[:1]),
    }


def _type(name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", Attendance._meta.get_field(name))


def _select(rows: QuerySet[Any], facts: dict[str, Any], search: Search) -> QuerySet[Any, Any]:
    return rows.annotate(**facts).filter(search.people()).order_by().values(*facts)


def reader(scope: Scope) -> Callable[[dict[str, Any]], SimpleNamespace]:
    """Give each row its session, from those loaded with the scope."""
    occasions = {occasion.event_id: occasion for occasion in scope.occasions}
    return lambda fact: SimpleNamespace(occasion=occasions[fact["e_id"]], **fact)


TABLE = Table(
    name="attendance_detail",
    title=title,
    columns=columns,
    shown=shown,
    rows=rows,
    reader=reader,
)
