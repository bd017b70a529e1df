"""Which two records: those that look like the same, and those somebody looks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Value

from forestallies.lib.database import Fold
from members.duplicates import ORGANISATION_ALIKE, PERSON_ALIKE
from members.models import Affiliation, Circle, Member, Membership, Merged, Organisation

SHOWN = 20
FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Kind:
    """People or organisations: how they are found, and how alike two have to be."""

    of: Merged.Of
    model: type[Member] | type[Organisation]
    alike: float

    def visible_to(self, member: Member, *, at: datetime) -> Any:  # a QuerySet of either
        return self.model.objects.visible_to(member, at=at)


PEOPLE = Kind(Merged.Of.PERSON, Member, PERSON_ALIKE)
ORGANISATIONS = Kind(Merged.Of.ORGANISATION, Organisation, ORGANISATION_ALIKE)


def with_facts(rows: QuerySet[Any], *, by: Member, at: datetime) -> QuerySet[Any]:
    """Records with what tells one from another: organisations and memberships, or people; two queries more."""
    if rows.model is Organisation:
        return rows.annotate(people=Count("affiliations", filter=Q(affiliations__ends_on=None), distinct=True))
    places = Affiliation.objects.filter(ends_on=None).select_related("organisation").order_by("organisation__name")
    mine = Membership.objects.filter(community__circle__in=Circle.objects.run_by(by, at=at)).select_related("community")
    return rows.prefetch_related(Prefetch("affiliations", places), Prefetch("memberships", mine))


def likely(kind: Kind, *, by: Member, at: datetime) -> list[tuple[Any, Any]]:
    """Pairs of the same folded name, the older record first; a few at most, in four queries."""
    rows = kind.visible_to(by, at=at).order_by()
    names = (
        rows.annotate(folded=Fold("name")).values("folded").annotate(number=Count("pk")).filter(number__gt=1)
        .exclude(folded="").order_by("folded").values_list("folded", flat=True)[:SHOWN]
    )  # fmt: skip
    found: dict[str, list[Any]] = {}
    same = rows.annotate(folded=Fold("name")).filter(folded__in=list(names)).order_by("folded", "pk")
    for row in with_facts(same, by=by, at=at)[: SHOWN * 3]:
        found.setdefault(row.folded, []).append(row)
    return [(two[0], one) for two in found.values() for one in two[1:]][:SHOWN]


def matching(kind: Kind, words: str, *, by: Member, at: datetime, but: Iterable[int] = ()) -> list[Any]:
    """Those with these letters in their name, or a name or address like it; a few at most."""
    if len(words.strip()) < FEWEST_LETTERS:
        return []
    rows = kind.visible_to(by, at=at).exclude(pk__in=but)
    wanted = Q(folded__contains=Fold(Value(words.strip())))
    if kind is PEOPLE:
        wanted |= Q(email=words.strip().lower())
    found = rows.annotate(folded=Fold("name")).filter(wanted).order_by("folded", "pk")
    return list(with_facts(found, by=by, at=at)[:SHOWN])


def alike(kind: Kind, record: Any, *, by: Member, at: datetime) -> list[Any]:
    """Those with a name that resembles the one of a record, the most alike first."""
    rows = kind.visible_to(by, at=at).exclude(pk=record.pk).alike(record.name, at_least=kind.alike)
    return list(with_facts(rows, by=by, at=at)[:SHOWN])


def now_part_of(kind: Kind, ids: Iterable[int]) -> Any | None:
    """The record that one of these became part of, if one was merged."""
    row = Merged.objects.filter(of=kind.of, former_id__in=list(ids)).select_related("member", "organisation").first()
    return row and (row.member or row.organisation)
