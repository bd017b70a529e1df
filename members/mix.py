"""The mix of stakeholders: how many people of each kind, in numbers and shares, and which side is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from members.models import Membership, Organisation

Kind = Organisation.Kind
SIDES = (Kind.FOREST_COMMUNITY, Kind.COMPANY)  # what the community brings together


@dataclass(frozen=True)
class Part:
    """One kind of stakeholders among some people.

    Attributes:
        share: of all of them, in whole percent.
        start, width: where its piece lies on a bar of a hundred.
    """

    code: str
    label: str
    number: int
    share: int
    start: float
    width: float


@dataclass(frozen=True)
class Mix:
    """The kinds of stakeholders among some people, in their fixed order; and the sides of which nobody is there."""

    name: str
    total: int
    parts: Sequence[Part]
    missing: Sequence[str]


def mix_of(numbers: Mapping[str, int], *, name: str = "") -> Mix:
    """Work out a mix from how many people there are of each kind."""
    total = sum(numbers.values())
    parts, start = [], 0.0
    for kind in Kind:
        number = numbers.get(kind.value, 0)
        if number:
            width = number * 100 / total
            parts.append(Part(kind.value, str(kind.label), number, round(width), round(start, 2), round(width, 2)))
            start += width
    missing = [str(side.label) for side in SIDES if not numbers.get(side.value)]
    return Mix(name, total, parts, missing)


def mixes(communities: Sequence[int]) -> list[Mix]:
    """The mix of active members in each of these communities that has any, by its name; one query."""
    rows = (
        Membership.objects.filter(community__in=communities, state=Membership.State.ACTIVE, member__is_active=True)
        .values("community__name", "stakeholder")
        .annotate(number=Count("pk"))
        .order_by("community__name")
    )
    numbers: dict[str, dict[str, int]] = {}
    for row in rows:
        numbers.setdefault(row["community__name"], {})[row["stakeholder"]] = row["number"]
    return [mix_of(of_one, name=name) for name, of_one in numbers.items()]
