"""Writing the good rows of an import, a thousand in a transaction; what is written is noted for the way back."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from psycopg2.extras import Json

from audit.models import Entry, entry
from forestallies.lib.database import execute_values
from jobs.work import Step
from members.importing import checking, known, making
from members.importing import fields as f
from members.importing.known import Places, Plan
from members.importing.values import language_for
from members.models import (
    Affiliation,
    CircleMember,
    Community,
    Consent,
    DirectoryEntry,
    ImportRow,
    Member,
    MemberImport,
    Membership,
    Organisation,
)

BATCH = 1_000
ATTEMPTS = 3
Outcome, Decision = ImportRow.Outcome, ImportRow.Decision
GOOD = Q(outcome__in=[Outcome.CREATE, Outcome.UPDATE]) | Q(
    outcome=Outcome.REVIEW, decision__in=[Decision.SAME, Decision.OTHER]
)
_KNOWN_BY_NOW = """
UPDATE members_importrow AS r SET person_id = m.id FROM members_member m
WHERE r.id = ANY(%s) AND r.done IS NULL AND r.values ? 'email' AND lower(m.email) = r.key
  AND r.person_id IS DISTINCT FROM m.id
"""
_KNOWN_BEFORE = """
UPDATE members_importrow AS r SET person_id = f.member_id FROM members_formeraddress f
WHERE r.id = ANY(%s) AND r.done IS NULL AND r.values ? 'email' AND f.address = r.key
  AND NOT EXISTS (SELECT FROM members_member m WHERE lower(m.email) = r.key)
"""
_NAMED = """
SELECT DISTINCT fa_fold(values->>'organisation') FROM members_importrow
WHERE of_id = %s AND values ? 'organisation' AND (outcome IN ('create', 'update')
    OR outcome = 'review' AND decision <> '')
"""
_DONE = """
UPDATE members_importrow AS r
SET outcome = v.outcome, person_id = v.person::bigint, done = v.done::jsonb,
  problems = coalesce(v.problems::jsonb, r.problems)
FROM (VALUES %s) AS v (id, outcome, person, done, problems) WHERE r.id = v.id RETURNING r.id
"""


def commit(batch: MemberImport, *, at: datetime) -> Iterator[Step]:
    """Import what is good and not written yet, a batch at a time; may be broken off after any and begun again.

    Args:
        at: when the coordinator asked for it.
    """
    waiting = batch.rows.filter(GOOD, done__isnull=True)
    if not batch.rows.filter(done__isnull=False).exists():
        checking.look_again(batch, at=at)
    make_organisations(batch, at=at)
    total = batch.rows.filter(GOOD).count()
    written, last = total - waiting.count(), 0
    while found := list(waiting.filter(number__gt=last).order_by("number").values_list("pk", "number")[:BATCH]):
        ids, last = [pk for pk, _number in found], found[-1][1]
        _with_patience(lambda ids=ids: write(batch, ids, at=at))  # type: ignore[misc]  # a lambda with a default
        written += len(ids)
        yield Step(written, total)
    left_open = [{"field": "", "code": "not_decided", "value": ""}]
    batch.rows.filter(outcome=Outcome.REVIEW, decision=Decision.NONE).update(outcome=Outcome.SKIP, problems=left_open)
    batch.counts = checking.counts(batch)
    yield Step(total, total)


def _with_patience(act: Callable[[], None]) -> None:
    """Write a batch; when somebody made one of its people at the same moment, look again who is known."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            act()
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
        else:
            return


@transaction.atomic
def write(batch: MemberImport, ids: Sequence[int], *, at: datetime) -> None:
    """Write these rows. The lock on the import lets one process write at a time; rows that are written stay so."""
    MemberImport.objects.select_for_update(no_key=True).get(pk=batch.pk)
    rows = batch.rows.filter(pk__in=ids, done__isnull=True)
    rows.filter(outcome=Outcome.REVIEW, decision=Decision.OTHER).update(person=None)
    _recognise(ids)
    known_rows = list(rows.exclude(person=None).order_by("number"))
    making.make_people(batch, ids, at=at)
    if known_rows:
        writer = _Writer(batch, Places.of(batch, known_rows), at=at)
        writer.change(known_rows)
        Entry.objects.bulk_create(writer.history)
        execute_values(_DONE, [writer.outcome(row) for row in known_rows], page=BATCH)


def _recognise(ids: Sequence[int]) -> None:
    """Who became known since the check, by an address of now or before, is changed and not made a second time."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_BY_NOW, [list(ids)])
        cursor.execute(_KNOWN_BEFORE, [list(ids)])


def make_organisations(batch: MemberImport, *, at: datetime) -> None:
    """Make the organisations that good rows name and nobody knows; two lists at once make each only once."""
    with transaction.atomic():
        Community.objects.select_for_update(no_key=True).get(pk=batch.community_id)
        checking.look_up_known(batch)
        with connection.cursor() as cursor:
            cursor.execute(_NAMED, [batch.pk])
            named = [folded for (folded,) in cursor.fetchall()]
        unknown = batch.organisations.filter(found=None, folded__in=named).exclude(is_near=True, near__isnull=False)
        needed = list(unknown.order_by("pk"))
        made = Organisation.objects.bulk_create(
            Organisation(
                name=one.name,
                kind=one.stakeholder or batch.stakeholder or Organisation.Kind.INDIVIDUAL,
                country=one.country or batch.country,
            )
            for one in needed
        )
        for organisation, one in zip(made, needed, strict=True):
            one.found, one.is_made = organisation, True
        batch.organisations.bulk_update(needed, ["found", "is_made"], batch_size=BATCH)
        Entry.objects.bulk_create(
            entry(verb="organisation.imported", subject=one, by=batch.by, at=at, of=batch.pk) for one in made
        )


class _Writer:
    """Writes the rows about known people of one batch, with one statement for each table."""

    def __init__(self, batch: MemberImport, places: Places, *, at: datetime) -> None:
        self.batch, self.places, self.at = batch, places, at
        self.history: list[Entry] = []
        self.done: dict[int, dict[str, Any]] = {}
        self.refused: set[int] = set()

    def outcome(self, row: ImportRow) -> tuple[Any, ...]:
        """The values of `_DONE`."""
        if row.pk in self.refused:
            problem = Json([{"field": "", "code": "switched_off", "value": ""}])
            return row.pk, Outcome.BAD.value, row.person_id, Json({}), problem
        done = self.done.get(row.pk, {})
        return row.pk, Outcome.UPDATE.value, row.person_id, Json(done), None

    def change(self, rows: Sequence[ImportRow]) -> None:
        """Change what is new in the rows."""
        locked = Member.objects.select_for_update(no_key=True).filter(pk__in=[row.person_id for row in rows])
        people = {one.pk: one for one in locked.order_by("pk")}
        self.refused = {row.pk for row in rows if not people[row.person_id or 0].is_active}
        rows = [row for row in rows if row.pk not in self.refused]
        plans = known.plans(self.batch, rows, at=self.at, places=self.places)
        for row in rows:
            row.person = people[row.person_id or 0]
            self._personal(row, plans[row.pk])
        changed = [row.person for row in rows if plans[row.pk].fields]
        if changed:
            Member.objects.bulk_update(changed, known.PERSONAL)
        self._join([row for row in rows if plans[row.pk].joins])
        self._memberships([(row, plans[row.pk].membership) for row in rows if plans[row.pk].membership])
        self._affiliate([(row, plan.role) for row in rows if (plan := plans[row.pk]).role is not None])
        self._speak([(row, plan.languages) for row in rows if (plan := plans[row.pk]).languages is not None])
        self._agree([(row, plan.consents) for row in rows if (plan := plans[row.pk]).consents])
        self.history += [
            entry(
                verb="member.changed_by_import", subject=row.person, by=self.batch.by, at=self.at,
                of=self.batch.pk, fields=plans[row.pk].names(),
            )
            for row in rows if row.person and plans[row.pk]
        ]  # fmt: skip

    def _personal(self, row: ImportRow, plan: Plan) -> None:
        self.done[row.pk] = {"fields": {name: [getattr(row.person, name), new] for name, new in plan.fields.items()}}
        for name, new in plan.fields.items():
            setattr(row.person, name, new)

    def _memberships(self, changes: Sequence[tuple[ImportRow, dict[str, Any]]]) -> None:
        ids = [row.person_id for row, _change in changes]
        found = {
            one.member_id: one for one in Membership.objects.filter(member__in=ids, community=self.batch.community)
        }
        for row, change in changes:
            one = found[row.person_id or 0]
            if "organisation_id" in change:
                change["organisation_id"] = self._organisation_id(row)
            self.done[row.pk]["membership_fields"] = {name: [getattr(one, name), new] for name, new in change.items()}
            for name, new in change.items():
                setattr(one, name, new)
        if found:
            Membership.objects.bulk_update(found.values(), ["organisation", "stakeholder"])

    def _organisation_id(self, row: ImportRow) -> int | None:
        organisation = self.places.organisation(row.values)
        return organisation.pk if organisation else None

    def _stakeholder(self, row: ImportRow) -> str:
        organisation = self.places.organisation(row.values)
        kind = row.values.get(f.STAKEHOLDER) or (organisation.kind if organisation else "")
        return kind or self.batch.stakeholder or Organisation.Kind.INDIVIDUAL

    def _since(self, row: ImportRow) -> date:
        return date.fromisoformat(row.values[f.JOINED]) if f.JOINED in row.values else self.at.date()

    def _since_moment(self, row: ImportRow) -> datetime:
        return datetime.combine(self._since(row), time(), UTC) if f.JOINED in row.values else self.at

    def _join(self, rows: Sequence[ImportRow]) -> None:
        memberships = Membership.objects.bulk_create(
            Membership(
                member_id=_whose(row), community_id=self.batch.community_id,
                organisation_id=self._organisation_id(row), stakeholder=self._stakeholder(row),
                joined_at=self._since_moment(row),
            )
            for row in rows
        )  # fmt: skip
        circle = self.batch.community.circle_id
        there = set(
            CircleMember.objects.current(self.at)
            .filter(circle=circle, member__in=[row.person_id for row in rows])
            .values_list("member_id", flat=True)
        ) if rows else set()  # fmt: skip
        coming = [row for row in rows if row.person_id not in there]
        belongings = CircleMember.objects.bulk_create(
            CircleMember(circle_id=circle, member_id=_whose(row), joined_at=self._since_moment(row)) for row in coming
        )
        for row, one in zip(rows, memberships, strict=True):
            self.done[row.pk]["membership"] = one.pk
            self.history.append(
                entry(
                    verb="membership.begun", subject=one, by=self.batch.by, at=self.at,
                    community=self.batch.community_id, of=self.batch.pk,
                )
            )  # fmt: skip
        for row, belonging in zip(coming, belongings, strict=True):
            self.done[row.pk]["belonging"] = belonging.pk

    def _affiliate(self, places: Sequence[tuple[ImportRow, str]]) -> None:
        wanted = [(row, role, pk) for row, role in places if (pk := self._organisation_id(row))]
        ids = [row.person_id for row, _role, _pk in wanted]
        there = {
            (one.member_id, one.organisation_id): one
            for one in (Affiliation.objects.filter(member__in=ids, ends_on=None) if ids else ())
        }
        changed = []
        for row, role, pk in wanted:
            if (one := there.get((row.person_id or 0, pk))) and role:
                self.done[row.pk]["role"] = [one.pk, one.role, role]
                one.role = role
                changed.append(one)
        new = [(row, role, pk) for row, role, pk in wanted if (row.person_id, pk) not in there]
        made = Affiliation.objects.bulk_create(
            Affiliation(member_id=_whose(row), organisation_id=pk, role=role, starts_on=self._since(row))
            for row, role, pk in new
        )
        for (row, _role, _pk), one in zip(new, made, strict=True):
            self.done[row.pk]["affiliation"] = one.pk
        if changed:
            Affiliation.objects.bulk_update(changed, ["role"])

    def _speak(self, answers: Sequence[tuple[ImportRow, list[str] | None]]) -> None:
        """Languages go into the directory entry, which stays unlisted until the person herself wants to be listed."""
        ids = [row.person_id for row, _codes in answers]
        there = {one.member_id: one for one in (DirectoryEntry.objects.filter(member__in=ids) if ids else ())}
        for row, codes in answers:
            if one := there.get(row.person_id or 0):
                self.done[row.pk]["languages"] = [one.languages, codes]
                one.languages = codes or []
        if there:
            DirectoryEntry.objects.bulk_update(there.values(), ["languages"])
        new = [(row, codes) for row, codes in answers if row.person_id not in there]
        made = DirectoryEntry.objects.bulk_create(
            DirectoryEntry(member_id=_whose(row), languages=codes or []) for row, codes in new
        )
        for (row, _codes), one in zip(new, made, strict=True):
            self.done[row.pk]["entry"] = one.pk

    def _agree(self, answers: Sequence[tuple[ImportRow, list[str]]]) -> None:
        """Record agreement that was given elsewhere; to our own words everybody agrees herself."""
        made = Consent.objects.bulk_create(
            Consent(
                member_id=_whose(row), term=term, version=known.VERSION,
                language=language_for(row.values, self.batch),
                given_at=min(row.stamp or self.at, self.at),
            )
            for row, terms in answers for term in terms
        )  # fmt: skip
        ids = iter(one.pk for one in made)
        for row, terms in answers:
            self.done[row.pk]["consents"] = [next(ids) for _term in terms]


def _whose(row: ImportRow) -> int:
    """The person of a row, of whom it is known by now that there is one."""
    assert row.person_id is not None  # noqa: S101 (for the type checker)
    return row.person_id
