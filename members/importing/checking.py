"""The dry run: what would become of each row. Nothing is written but the rows of the import themselves."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from forestallies.lib.database import execute_values
from jobs.work import Step
from members.duplicates import ORGANISATION_ALIKE
from members.importing import known
from members.importing.values import Reader
from members.models import Circle, ImportOrganisation, ImportRow, MemberImport, Organisation

BATCH = 1_000
NEAR = 100  # organisations whose neighbours are looked for in one step
Outcome = ImportRow.Outcome

_READ = """
UPDATE members_importrow AS r
SET outcome = v.outcome, values = v.read::jsonb, problems = v.problems::jsonb, key = v.key, stamp = v.stamp::timestamptz
FROM (VALUES %s) AS v (id, outcome, read, problems, key, stamp) WHERE r.id = v.id RETURNING r.id
"""
# Of rows about the same person the one that was answered last counts, then the one further down.
_DUPLICATES = """
UPDATE members_importrow AS r SET outcome = 'skip',
  problems = jsonb_build_array(jsonb_build_object('field', '', 'code', 'duplicate', 'value', '', 'row', w.winner))
FROM (
  SELECT id, number, first_value(number) OVER (
    PARTITION BY key ORDER BY stamp DESC NULLS LAST, number DESC) AS winner
  FROM members_importrow WHERE of_id = %s AND outcome = 'read'
) AS w WHERE r.id = w.id AND w.number <> w.winner
"""
_ORGANISATIONS = """
INSERT INTO members_importorganisation
  (of_id, folded, name, stakeholder, country, people, is_near, is_looked_up, is_made)
SELECT %s, folded, min(name), coalesce(max(stakeholder), ''), coalesce(max(country), ''), count(*), false, false, false
FROM (
  SELECT values->>'organisation' AS name, fa_fold(values->>'organisation') AS folded,
    values->>'stakeholder' AS stakeholder, values->>'country' AS country
  FROM members_importrow WHERE of_id = %s AND outcome = 'read' AND values ? 'organisation'
) AS named GROUP BY folded ON CONFLICT (of_id, folded) DO NOTHING
"""
# Of several organisations of one name the one in the same country, then the oldest.
_FOUND = """
UPDATE members_importorganisation AS i SET found_id = (
  SELECT o.id FROM members_organisation o WHERE fa_fold(o.name) = i.folded
  ORDER BY o.country = i.country DESC, o.id LIMIT 1)
WHERE i.of_id = %s AND i.found_id IS NULL
"""
_NEAR = """
UPDATE members_importorganisation AS i SET is_looked_up = true, near_id = (
  SELECT o.id FROM members_organisation o
  WHERE fa_fold(o.name) %% i.folded AND similarity(fa_fold(o.name), i.folded) >= %s AND o.kind <> %s
  ORDER BY similarity(fa_fold(o.name), i.folded) DESC, o.id LIMIT 1)
WHERE i.id = ANY(%s)
"""
# What only the database can tell: whether an organisation is new, and then needs a country and everybody a kind.
_INCOMPLETE = """
UPDATE members_importrow AS r SET outcome = 'bad', problems = r.problems || jsonb_build_array(
  jsonb_build_object('field', %s::text, 'code', %s::text, 'value', ''))
WHERE r.of_id = %s AND r.outcome = 'read' AND NOT r.values ? %s
"""
_NEW_ORGANISATION = """
 AND EXISTS (SELECT FROM members_importorganisation i WHERE i.of_id = r.of_id
   AND i.folded = fa_fold(r.values->>'organisation') AND i.found_id IS NULL AND i.{column} = '')
"""
_NO_ORGANISATION_TELLS = """
 AND NOT EXISTS (SELECT FROM members_importorganisation i WHERE i.of_id = r.of_id
   AND i.folded = fa_fold(r.values->>'organisation') AND (i.found_id IS NOT NULL OR i.stakeholder <> ''))
 AND NOT EXISTS (SELECT FROM members_membership s JOIN members_member m ON m.id = s.member_id
   WHERE s.community_id = %s AND lower(m.email) = r.key)
"""
_BY_ADDRESS = """
UPDATE members_importrow AS r SET person_id = m.id,
  outcome = CASE WHEN NOT m.is_active OR s.state = 'ended' THEN 'bad' ELSE 'update' END,
  problems = CASE WHEN NOT m.is_active OR s.state = 'ended' THEN r.problems || jsonb_build_array(jsonb_build_object(
    'field', 'email', 'code', CASE WHEN m.is_active THEN 'ended' ELSE 'switched_off' END, 'value', r.key))
    ELSE r.problems END
FROM members_member m LEFT JOIN members_membership s ON s.member_id = m.id AND s.community_id = %s
WHERE r.of_id = %s AND r.outcome = 'read' AND r.values ? 'email' AND lower(m.email) = r.key
"""
# An address that somebody had before two records of hers were merged is still hers.
_BY_FORMER_ADDRESS = _BY_ADDRESS.replace(
    "FROM members_member m", "FROM members_formeraddress f JOIN members_member m ON m.id = f.member_id"
).replace("lower(m.email) = r.key", "f.address = r.key")
_BY_NAME = """
UPDATE members_importrow AS r SET outcome = 'review', person_id = found.member_id
FROM (
  SELECT DISTINCT ON (r.id) r.id, a.member_id
  FROM members_importrow r
  JOIN members_importorganisation i ON i.of_id = r.of_id AND i.folded = fa_fold(coalesce(r.values->>'organisation', ''))
  JOIN members_member m ON fa_fold(m.name) = fa_fold(r.values->>'name')
  JOIN members_affiliation a ON a.member_id = m.id AND a.organisation_id = i.found_id
  WHERE r.of_id = %s AND r.outcome = 'read' AND NOT r.values ? 'email' AND m.is_active
    AND (%s OR EXISTS (SELECT FROM members_circlemember c WHERE c.member_id = m.id AND c.circle_id = ANY(%s)))
  ORDER BY r.id, a.member_id
) AS found WHERE r.id = found.id
"""
_BY_NAME_ALONE = """
UPDATE members_importrow AS r SET outcome = 'review', person_id = found.member_id
FROM (
  SELECT DISTINCT ON (r.id) r.id, m.id AS member_id
  FROM members_importrow r
  JOIN members_member m ON fa_fold(m.name) = fa_fold(r.values->>'name')
  JOIN members_membership s ON s.member_id = m.id AND s.community_id = %s AND s.organisation_id IS NULL
  WHERE r.of_id = %s AND r.outcome = 'read' AND NOT r.values ? 'email' AND NOT r.values ? 'organisation' AND m.is_active
  ORDER BY r.id, m.id
) AS found WHERE r.id = found.id
"""
_UNSURE = """
UPDATE members_importrow SET outcome = 'read' WHERE of_id = %s AND outcome = 'create' AND NOT values ? 'email'
"""
_NEW = "UPDATE members_importrow SET outcome = 'create' WHERE of_id = %s AND outcome = 'read'"


def check(batch: MemberImport, *, at: datetime) -> Iterator[Step]:
    """Judge every row, a step at a time; may be broken off after any step and begun again."""
    total = batch.rows_count + 2
    reader = Reader(batch, at=at)
    done = batch.rows_count - _of(batch, Outcome.RAW).count()
    while rows := list(_of(batch, Outcome.RAW).only("pk", "cells")[:BATCH]):
        execute_values(_READ, [_read(reader, row) for row in rows])
        done += len(rows)
        yield Step(done, total)
    _look_up_organisations(batch)
    for _step in _look_for_neighbours(batch):
        yield Step(total - 2, total)
    _match(batch, at=at)
    yield Step(total - 1, total)
    yield from (Step(total - 1, total) for _step in _sort_out_unchanged(batch, at=at))
    batch.counts = counts(batch)
    yield Step(total, total)


def counts(batch: MemberImport) -> dict[str, int]:
    """How many rows have which outcome; and how many are good but for a cell that is left out."""
    found = dict(batch.rows.order_by().values_list("outcome").annotate(Count("pk")))
    noted = batch.rows.filter(problems__contains=[{"note": True}]).exclude(outcome=Outcome.BAD).count()
    return {**{one.value: found.get(one.value, 0) for one in Outcome if one.value}, "noted": noted}


def _of(batch: MemberImport, outcome: str) -> Any:
    return ImportRow.objects.filter(of=batch, outcome=outcome).order_by("number")


def _read(reader: Reader, row: ImportRow) -> tuple[Any, ...]:
    found = reader.read(row.cells)
    outcome = Outcome.BAD if found.is_bad else Outcome.READ
    read, problems = json.dumps(found.values), json.dumps(found.problems, ensure_ascii=False)
    return row.pk, outcome.value, read, problems, found.key[:400], found.stamp.isoformat() if found.stamp else None


def _execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _look_up_organisations(batch: MemberImport) -> None:
    _execute(_DUPLICATES, batch.pk)
    _execute(_ORGANISATIONS, batch.pk, batch.pk)
    if batch.country:
        batch.organisations.filter(country="").update(country=batch.country)
    if batch.stakeholder:
        batch.organisations.filter(stakeholder="").update(stakeholder=batch.stakeholder)
    look_up_known(batch)


def _look_for_neighbours(batch: MemberImport) -> Iterator[None]:
    """Find for each new organisation the known one whose name is most alike."""
    new = ImportOrganisation.objects.filter(of=batch, found=None, is_looked_up=False).order_by("pk")
    while ids := list(new.values_list("pk", flat=True)[:NEAR]):
        _execute(_NEAR, ORGANISATION_ALIKE, Organisation.Kind.INDIVIDUAL.value, ids)
        yield


def _match(batch: MemberImport, *, at: datetime) -> None:
    """Find the people who are known, and say which rows lack what only a new person or organisation needs."""
    if not batch.stakeholder:
        _execute(
            _INCOMPLETE + _NO_ORGANISATION_TELLS,
            "stakeholder", "stakeholder_missing", batch.pk, "stakeholder", batch.community_id,
        )  # fmt: skip
    if not batch.country:
        statement = _INCOMPLETE + _NEW_ORGANISATION.format(column="country")
        _execute(statement, "country", "country_missing", batch.pk, "country")
    _execute(_BY_ADDRESS, batch.community_id, batch.pk)
    _execute(_BY_FORMER_ADDRESS, batch.community_id, batch.pk)
    _match_names(batch, at=at)


def look_up_known(batch: MemberImport) -> None:
    """Find the organisations of the rows among those that are known by now."""
    _execute(_FOUND, batch.pk)


def look_again(batch: MemberImport, *, at: datetime) -> None:
    """Who stands in the list without an address may have come in since the check, by another list for example."""
    look_up_known(batch)
    _execute(_UNSURE, batch.pk)
    _match_names(batch, at=at)


def _match_names(batch: MemberImport, *, at: datetime) -> None:
    """The question shows the address of the known person, so it is asked of people of the coordinator's circles only;
    an operator at the command line knows everybody."""
    circles = list(Circle.objects.run_by(batch.by, at=at).values_list("pk", flat=True)) if batch.by else []
    _execute(_BY_NAME, batch.pk, batch.by is None, circles)
    _execute(_BY_NAME_ALONE, batch.community_id, batch.pk)
    _execute(_NEW, batch.pk)


def _sort_out_unchanged(batch: MemberImport, *, at: datetime) -> Iterator[None]:
    """Leave out rows about known people that say nothing new."""
    last = 0
    while rows := list(_of(batch, Outcome.UPDATE).filter(number__gt=last)[:BATCH]):
        plans = known.plans(batch, rows, at=at)
        same = [row.pk for row in rows if not plans[row.pk]]
        problem = [{"field": "", "code": "unchanged", "value": ""}]
        ImportRow.objects.filter(pk__in=same).update(outcome=Outcome.SKIP, problems=problem)
        last = rows[-1].number
        yield
