"""Which of several applications can be decided on together, and what would become of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from forestallies.lib.database import Fold, resembling
from members import duplicates, policies
from members.models import Application, Member, NotTheSame, Organisation
from members.models.applications import ApplicationQuerySet


@dataclass(frozen=True)
class Judged:
    """One of them.

    Attributes:
        hindrance: why it stays as it is, for the reader; empty when it can be decided on.
        organisation: the one that the person would belong to, on approval; None makes a new one.
    """

    application: Application
    hindrance: str = ""
    organisation: Organisation | None = None


def judge(ids: Iterable[int], act: str, *, by: Member, at: datetime) -> list[Judged]:
    """Judge each of the applications that `by` sees on its own, in the order they came.

    Two queries however many there are: the first says of each whether anybody, or any organisation, is near.

    Args:
        act: "approve" or "decline".
    """
    rows = Application.objects.visible_to(by, at=at).filter(pk__in=list(ids)).order_by("submitted_at", "pk")
    target = Application.State.APPROVED if act == "approve" else Application.State.DECLINED
    rows = rows.select_related("community__circle", "organisation")
    if target == Application.State.DECLINED:
        return [_judged(row, target, {}, by=by) for row in rows]
    with resembling(duplicates.LEAST):
        found = list(_with_what_is_near(rows, by=by, at=at))
    named = _organisations_named({row.folded_organisation for row in found})  # type: ignore[attr-defined]  # annotated
    return [_judged(row, target, named, by=by) for row in found]


def _judged(row: Any, target: str, named: Mapping[str, Organisation], *, by: Member) -> Judged:
    if target not in Application.TRANSITIONS[Application.State(row.state)]:
        return Judged(row, _("It has its answer already."))
    if policies.is_own(row, by=by):
        return Judged(row, _("Nobody decides on her or his own application."))
    if target == Application.State.DECLINED:
        return Judged(row)
    organisation = row.organisation or named.get(row.folded_organisation)
    if row.has_person or row.has_application:
        return Judged(row, _("Somebody of a similar name is known; please look at it on its own page."))
    if not organisation and row.has_organisation:
        return Judged(row, _("An organisation of a similar name is known; please look at it on its own page."))
    return Judged(row, organisation=organisation)


def _with_what_is_near(rows: ApplicationQuerySet, *, by: Member, at: datetime) -> ApplicationQuerySet:
    """Say of each whether its own page would show somebody, or an organisation, that nobody has told apart from it.

    Whoever has the same address is no question: it is she.
    """
    apart = NotTheSame.objects.filter(application=OuterRef(OuterRef("pk")))
    people = _near(Member.objects.all(), "name", duplicates.PERSON_ALIKE)
    others = _near(Application.objects.visible_to(by, at=at), "name", duplicates.PERSON_ALIKE)
    places = _near(Organisation.objects.all(), "organisation_name", duplicates.ORGANISATION_ALIKE)
    same = Q(email=OuterRef("email"))
    return rows.annotate(
        folded_organisation=Fold("organisation_name"),
        has_person=Exists(people.exclude(same).exclude(Exists(apart.filter(member=OuterRef("pk"))))),
        has_application=Exists(
            others.exclude(same | Q(pk=OuterRef("pk"))).exclude(Exists(apart.filter(other=OuterRef("pk"))))
        ),
        has_organisation=Exists(places.exclude(Exists(apart.filter(organisation=OuterRef("pk"))))),
    )


def _near(rows: QuerySet[Any], name: str, at_least: float) -> QuerySet[Any]:
    """Those whose name is or resembles one of the application outside; as `forestallies.lib.database.alike`."""
    folded = Fold(OuterRef(name))
    likeness = TrigramSimilarity(Fold("name"), folded)  # type: ignore[arg-type]  # it takes expressions as well
    near = rows.alias(folded=Fold("name"), likeness=likeness).exclude(folded="")
    return near.filter(Q(folded=folded) | Q(folded__trigram_similar=folded, likeness__gte=at_least))


def _organisations_named(folded: set[str]) -> dict[str, Organisation]:
    """The organisations of these folded names, but for names that several have."""
    found: dict[str, list[Organisation]] = {}
    for one in Organisation.objects.annotate(folded=Fold("name")).filter(folded__in=folded - {""}):
        found.setdefault(one.folded, []).append(one)
    return {name: several[0] for name, several in found.items() if len(several) == 1}
