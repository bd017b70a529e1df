"""The attendance matrix: one row per person, one column of minutes per session, and whether the rule is met.

Whoever has a place in the edition, holds a registration or was recorded is in it. A search for a session or a state of
attendance chooses the people whom the detailed report finds; each is shown with all sessions.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate
from events.models import Attendance, Registration
from forestallies.lib import zones
from forestallies.reports import attendance_detail as detail
from forestallies.reports import people
from forestallies.reports.scopes import Scope
from forestallies.reports.search import Search
from forestallies.reports.tables import Column, Rows, Shown, Table
from members.models import Member
from programs import completion
from programs.models import Cohort, Enrolment

ABOUT: list[Column] = [
    ("person_id", "p_id"),
    ("full_name", "p_name"),
    ("organisation", "p_organisation"),
    ("country", "p_country"),
    ("category_code", "p_category"),
    ("gender", lambda row: people.gender(row.p_gender)),
    ("group", "p_group"),
]
RESULT: list[Column] = [
    ("sessions_attended", "attended"),
    ("hours_attended", "hours"),
    ("coaching_hours", None),  # coaching, plans and goals come with the country groups
    ("plan_agreed", None),
    ("goals_scored", None),
    ("completion_rule", lambda row: f"sessions>={row.progress.needed}/{row.progress.total}" if row.progress else None),
    ("meets_rule", lambda row: row.progress.eligible if row.progress else None),
    ("missing", lambda row: row.progress.missing if row.progress else None),
    ("certificate_code", "c_code"),
    ("certificate_status", "c_state"),
]


def columns(scope: Scope) -> list[Column]:
    """The person, the minutes of each session, the result."""
    return [*ABOUT, *((one.heading, minutes_at(one.event_id)) for one in scope.occasions), *RESULT]


def minutes_at(event_id: int) -> Callable[[Any], float | None]:
    return lambda row: detail.minutes(row.seconds.get(event_id))


def title(scope: Scope) -> Promise:
    """The same for every scope."""
    return _("By person")


def shown(scope: Scope) -> Sequence[Shown]:
    def at(event_id: int) -> Callable[[Any], Any]:
        return lambda row: "" if row.seconds.get(event_id) is None else round(row.seconds[event_id] / 60)

    columns: list[Shown] = [
        (_("Country"), lambda row: zones.country_name(row.p_country) if row.p_country else ""),
    ]
    if scope.edition:
        columns.append((_("Group"), lambda row: detail.word(Cohort.Kind, row.p_group)))
    columns.extend((one.heading, at(one.event_id)) for one in scope.occasions)
    columns.append((_("Sessions") if scope.edition else _("Workshops"), lambda row: row.attended))
    columns.append((_("Hours"), lambda row: "" if row.hours is None else row.hours))
    if scope.edition:
        columns.append((_("Rule"), rule))
    return columns


def rule(row: SimpleNamespace) -> str:
    """What the page says of the rule."""
    if row.progress is None:
        return ""
    if row.progress.eligible:
        return str(_("met"))
    return str(_("%(number)d missing") % {"number": row.progress.missing})


def rows(scope: Scope, search: Search, at: datetime) -> Rows:
    """The people of the scope by name, each with all that was recorded of her in one field."""
    person = OuterRef("pk")
    recorded = Exists(detail.attendances(scope, search).filter(member=person))
    standing = Exists(detail.registrations(scope, search).filter(member=person, state__in=Registration.STANDING))
    found = Q(recorded) | Q(standing)
    if scope.edition and not search.event_id and not search.status:
        found |= Q(Exists(_enrolled(scope).filter(member=person)))
    seen = Attendance.objects.filter(member=person, event__in=scope.event_ids)
    certificate = _certificates(scope).filter(holder=person).order_by("-issued_at", "-id")
    facts = {
        **people.facts(scope, path="", on=scope.last_day(at.date())),
        "seen": ArraySubquery(seen.values(json=JSONObject(event="event_id", seconds="seconds", status="status"))),
        "c_code": Subquery(certificate.values("code")[:1]),
        "c_state": Subquery(certificate.values("state")[:1]),
    }
    people_found = Member.objects.filter(found).annotate(**facts).filter(search.people())
    return people_found.order_by("p_sort", "p_id").values(*facts)


def _enrolled(scope: Scope) -> Any:
    return Enrolment.objects.filter(cohort__edition=scope.edition, state__in=people.PLACED)


def _certificates(scope: Scope) -> Any:
    """Certificates of the edition's cohorts, by the key under which they are issued."""
    ours = Q(pk__in=[])
    for cohort in Cohort.objects.filter(edition=scope.edition) if scope.edition else []:
        ours |= Q(key__startswith=f"programs.cohort:{cohort.pk}:")
    return Certificate.objects.filter(ours)


def reader(scope: Scope) -> Callable[[dict[str, Any]], SimpleNamespace]:
    """Load the progress of the edition's cohorts once, and read each person's minutes and sum."""
    progress: dict[tuple[str, int], completion.Progress] = {}
    for cohort in Cohort.objects.filter(edition=scope.edition) if scope.edition else []:
        progress |= {(cohort.kind, member): row for member, row in completion.progress(cohort).items()}

    def read(fact: dict[str, Any]) -> SimpleNamespace:
        seconds = {one["event"]: one["seconds"] for one in fact["seen"]}
        measured = [value for value in seconds.values() if value is not None]
        own = progress.get((fact["p_group"], fact["p_id"]))
        counting = sum(one["status"] in completion.COUNTING for one in fact["seen"])
        return SimpleNamespace(
            **fact,
            seconds=seconds,
            progress=own,
            attended=own.attended if own else counting,
            hours=round(sum(measured) / 3600, 2) if measured else None,
        )

    return read


TABLE = Table(
    name="attendance_matrix",
    title=title,
    columns=columns,
    shown=shown,
    rows=rows,
    reader=reader,
)
