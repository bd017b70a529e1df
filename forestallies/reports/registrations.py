"""Registrations: one row per person and event, whatever became of it, with one column for each question asked.

What people need to take part and what they wrote beside it is in the file of a coordinator only
(docs/decisions/0006-reports-and-files.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from events.models import Answer, Question, Registration
from forestallies.lib import zones
from forestallies.lib.spreadsheets import Value as Cell
from forestallies.reports import attendance_detail as detail
from forestallies.reports import people
from forestallies.reports.scopes import Scope
from forestallies.reports.search import Search
from forestallies.reports.tables import Column, Rows, Shown, Table

WAITLISTED = Registration.State.WAITLISTED

COLUMNS: list[Column] = [
    ("edition", lambda row: row.occasion.series),
    ("session_no", lambda row: row.occasion.number),
    ("session_title", lambda row: row.occasion.title),
    ("session_date", lambda row: row.occasion.wall_date),
    ("person_id", "p_id"),
    ("full_name", "p_name"),
    ("organisation", "p_organisation"),
    ("country", "p_country"),
    ("category_code", "p_category"),
    ("registration_status", "r_state"),
    ("status_since_utc", "r_since"),
    ("registered_at_utc", "r_created"),
    ("waitlist_position", "r_position"),
    ("interpretation", "r_interpretation"),
]
SENSITIVE: list[Column] = [
    ("accessibility_needs", lambda row: ", ".join(row.r_needs)),
    ("note", "r_note"),
]


def columns(scope: Scope) -> Sequence[Column]:
    """Who and how; what she needs, for a coordinator; what she answered."""
    sensitive = SENSITIVE if scope.tells_needs else []
    return [*COLUMNS, *sensitive, *((heading, _answer_to(pk)) for heading, pk in _asked(scope))]


def prepare(scope: Scope, search: Search) -> Scope:
    """Keep the events searched for, and load what they ask."""
    chosen = tuple(one for one in scope.occasions if search.event_id in (None, one.event_id))
    asked = Question.objects.filter(event__in=[one.event_id for one in chosen]).order_by("event", "position", "id")
    return replace(scope, occasions=chosen, questions=tuple(asked))


def _asked(scope: Scope) -> list[tuple[str, int]]:
    """Each question with the heading of its column, `w02_q1 What do you grow?`, in the portal's first language."""
    first_language = build_localized_fieldname("words", settings.MODELTRANSLATION_DEFAULT_LANGUAGE)
    by_event = {event_id: list(rows) for event_id, rows in groupby(scope.questions, key=lambda one: one.event_id)}
    return [
        (f"{occasion.heading}_q{number} {getattr(question, first_language) or question.words}", question.pk)
        for occasion in scope.occasions
        for number, question in enumerate(by_event.get(occasion.event_id, ()), 1)
    ]


def _answer_to(question_id: int) -> Callable[[Any], Cell]:
    return lambda row: row.answers.get(question_id)


def title(scope: Scope) -> Promise:
    """The same for every scope."""
    return _("Registrations")


def shown(scope: Scope) -> Sequence[Shown]:
    return [
        (_("Session") if scope.edition else _("Workshop"), lambda row: f"{row.occasion.number}. {row.occasion.label}"),
        (_("Country"), lambda row: zones.country_name(row.p_country) if row.p_country else ""),
        (_("Registration"), lambda row: detail.word(Registration.State, row.r_state)),
        (_("Since"), lambda row: str(zones.local(row.r_since, timezone.get_current_timezone_name()))),
        (_("Place in line"), lambda row: "" if row.r_position is None else row.r_position),
        (_("Interpretation"), lambda row: str(dict(settings.LANGUAGES).get(row.r_interpretation, ""))),
    ]


def rows(scope: Scope, search: Search, at: datetime) -> Rows:
    """Everybody who ever registered, session by session, then by name."""
    wanted = [pk for pk in scope.event_ids if search.event_id in (None, pk)]
    found: QuerySet[Any, Any] = Registration.objects.filter(event__in=wanted)
    if search.state:
        found = found.filter(state=search.state)
    facts = {
        "e_starts_at": F("event__starts_at"),
        "e_id": F("event_id"),
        **people.facts(scope, path="member__", on=OuterRef("event__wall_date")),
        "r_state": F("state"),
        "r_since": F("state_since"),
        "r_created": F("created_at"),
        "r_position": _position(),
        "r_interpretation": F("interpretation"),
        "r_needs": F("needs"),
        "r_note": F("note"),
        "r_answers": ArraySubquery(
            Answer.objects.filter(registration=OuterRef("pk")).values(
                json=JSONObject(question="question_id", value="value")
            )
        ),
    }
    return (
        found.annotate(**facts).filter(search.people()).order_by("e_starts_at", "e_id", "p_sort", "p_id").values(*facts)
    )


def _position() -> Case:
    """Where somebody stands on the whole waiting list, whatever is searched for; none where she does not wait."""
    ahead = Registration.objects.filter(event=OuterRef("event"), queue_no__lt=OuterRef("queue_no"))
    counted = ahead.waiting().order_by().values("event").annotate(number=Count("pk")).values("number")
    before = Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
    return Case(When(state=WAITLISTED, then=before + 1), default=None, output_field=IntegerField())


def reader(scope: Scope) -> Callable[[dict[str, Any]], SimpleNamespace]:
    """Give each row its session and its answers by question."""
    occasions = {occasion.event_id: occasion for occasion in scope.occasions}

    def read(fact: dict[str, Any]) -> SimpleNamespace:
        answers = {one["question"]: one["value"] for one in fact["r_answers"]}
        return SimpleNamespace(occasion=occasions[fact["e_id"]], answers=answers, **fact)

    return read


TABLE = Table(
    name="registrations",
    title=title,
    columns=columns,
    shown=shown,
    rows=rows,
    reader=reader,
    asks=("session", "group", "country", "state"),
    prepare=prepare,
)
