"""What a row changes of somebody the portal knows already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from audit.models import Entry
from members.importing import fields as f
from members.models import (
    Affiliation,
    Consent,
    DirectoryEntry,
    ImportOrganisation,
    ImportRow,
    Member,
    MemberImport,
    Membership,
    Organisation,
)

PERSONAL = (f.NAME, f.COUNTRY, f.ZONE, f.LANGUAGE, f.GENDER, f.AGE)
VERSION = "import"  # of a consent that was given elsewhere, to words that are not ours


@dataclass
class Plan:
    """What would be written; empty when the row says nothing new. An empty cell never blanks anything.

    Attributes:
        fields: of the person.
        languages: of her directory entry; None leaves them.
        membership: fields of her membership; with `joins` it is begun.
        role: at the organisation; None leaves her place there as it is, "" makes one without a role.
        consents: terms that she agreed to and of which nothing is on record.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    languages: list[str] | None = None
    membership: dict[str, Any] = field(default_factory=dict)
    joins: bool = False
    role: str | None = None
    consents: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(
            self.fields or self.languages is not None or self.membership or self.joins or self.role is not None
            or self.consents
        )  # fmt: skip

    def names(self) -> list[str]:
        """The fields that change, for the coordinator and for the history; no values."""
        found = [*self.fields, *([f.LANGUAGES] if self.languages is not None else [])]
        found += ["membership"] if self.joins else []
        found += [f.STAKEHOLDER] if "stakeholder" in self.membership else []
        found += [f.ORGANISATION] if "organisation_id" in self.membership else []
        return [*found, *([f.ROLE] if self.role else []), *self.consents]


@dataclass
class Places:
    """The organisations that rows of a batch name, by folded name; new ones have no id before they are made."""

    rows: dict[str, ImportOrganisation]
    folded: dict[str, str]  # by name as typed

    @classmethod
    def of(cls, batch: MemberImport, rows: Iterable[ImportRow]) -> "Places":
        """Two queries for any number of rows."""
        names = {row.values[f.ORGANISATION] for row in rows if f.ORGANISATION in row.values}
        folded = fold_all(names)
        known = batch.organisations.filter(folded__in=set(folded.values())).select_related("found", "near")
        return cls({one.folded: one for one in known}, folded)

    def named(self, values: Mapping[str, Any]) -> ImportOrganisation | None:
        name = values.get(f.ORGANISATION)
        return self.rows.get(self.folded[name]) if name else None

    def organisation(self, values: Mapping[str, Any]) -> Organisation | None:
        """The organisation of a row, as the coordinator decided; None when there is none (yet)."""
        one = self.named(values)
        if one is None:
            return None
        return one.near if one.is_near and one.near else one.found


def fold_all(names: Iterable[str]) -> dict[str, str]:
    """Fold names as the database does, in one query."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, fa_fold(name) FROM unnest(%s) AS name", [wanted])
        return dict(cursor.fetchall())


def plans(
    batch: MemberImport, rows: Sequence[ImportRow], *, at: datetime, places: Places | None = None
) -> dict[int, Plan]:
    """What each of these rows about known people would change, by row; a fixed number of queries."""
    places = places or Places.of(batch, rows)
    knowledge = _Knowledge(batch, [row.person_id for row in rows if row.person_id], at=at)
    return {row.pk: knowledge.plan(row, places) for row in rows}


class _Knowledge:
    """What is on record of some people, and what of it they wrote themselves."""

    def __init__(self, batch: MemberImport, ids: Sequence[int], *, at: datetime) -> None:
        self.batch = batch
        mine = Member.objects.visible_to(batch.by, at=at) if batch.by else Member.objects.all()
        self.people = {one.pk: one for one in Member.objects.filter(pk__in=ids)}
        # Of somebody whom the coordinator does not look after, nothing is changed by typing her address.
        self.open = set(mine.filter(pk__in=ids).values_list("pk", flat=True))
        self.memberships = {
            one.member_id: one for one in Membership.objects.filter(member__in=ids, community=batch.community_id)
        }
        self.entries = {one.member_id: one for one in DirectoryEntry.objects.filter(member__in=ids)}
        self.places = {
            (one.member_id, one.organisation_id): one
            for one in Affiliation.objects.filter(member__in=ids, ends_on=None)
        }
        given = Consent.objects.filter(member__in=ids)  # a list does not bring back what she withdrew
        self.consents = set(given.values_list("member_id", "term"))
        self.own = self._own(ids)

    def _own(self, ids: Sequence[int]) -> dict[int, set[str]]:
        """The fields that people changed in their own profile or directory entry."""
        found: dict[int, set[str]] = {}
        if self.batch.overwrites:
            return found
        entries = Entry.objects.filter(
            subject_type=Member._meta.label_lower,
            subject_id__in=ids,
            verb__in=["member.profile_changed", "directory.entry_changed"],
        )
        for entry in entries.only("actor_id", "subject_id", "detail"):
            if entry.actor_id is not None and entry.actor_id == entry.subject_id:
                found.setdefault(entry.actor_id, set()).update(entry.detail.get("fields", ()))
        return found

    def plan(self, row: ImportRow, places: Places) -> Plan:
        person = self.people.get(row.person_id or 0)
        plan, values = Plan(), row.values
        if person is None:
            return plan
        own = self.own.get(person.pk, set())
        if person.pk in self.open:
            plan.fields = {
                name: values[name]
                for name in PERSONAL
                if name in values and name not in own and _differs(getattr(person, name), values[name], name)
            }
            plan.languages = self._languages(person, values, own)
        self._membership(plan, person, values, places)
        plan.consents = [term for term in values.get("consents", ()) if (person.pk, term) not in self.consents]
        return plan

    def _languages(self, person: Member, values: Mapping[str, Any], own: set[str]) -> list[str] | None:
        entry = self.entries.get(person.pk)
        wanted = values.get(f.LANGUAGES)
        if not wanted or f.LANGUAGES in own or (entry and set(entry.languages) == set(wanted)):
            return None
        return list(wanted)

    def _membership(self, plan: Plan, person: Member, values: Mapping[str, Any], places: Places) -> None:
        membership = self.memberships.get(person.pk)
        named, organisation = places.named(values), places.organisation(values)
        plan.joins = membership is None
        if named:
            place = self.places.get((person.pk, organisation.pk)) if organisation else None
            role = values.get(f.ROLE, "")
            if place is None or (role and role != place.role and person.pk in self.open):
                plan.role = role
            if membership and (organisation is None or membership.organisation_id != organisation.pk):
                plan.membership["organisation_id"] = organisation.pk if organisation else None
        kind = values.get(f.STAKEHOLDER)
        if membership and kind and kind != membership.stakeholder:
            plan.membership["stakeholder"] = kind


def _differs(now: str, wanted: str, name: str) -> bool:
    """Whether a value is another one; of a name its spelling, once known, stays."""
    return f.folded(now) != f.folded(wanted) if name == f.NAME else now != wanted
