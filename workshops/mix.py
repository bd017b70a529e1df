"""Who sits together: how many of each side have a seat in a workshop, and whether a side is missing.

A workshop lives from both sides, forest communities and companies; the others bring them together.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext as _

from events.models import Registration
from members.models import Membership, Organisation
from workshops.models import Workshop

COMMUNITIES, COMPANIES = Organisation.Kind.FOREST_COMMUNITY, Organisation.Kind.COMPANY


@dataclass(frozen=True)
class Mix:
    """How many people of each side have a seat."""

    communities: int = 0
    companies: int = 0
    others: int = 0

    @property
    def people(self) -> int:
        return self.communities + self.companies + self.others

    @property
    def warning(self) -> str:
        """What to do when a side is missing; empty when both are there."""
        if not self.communities and not self.companies:
            return _("Neither a forest community nor a company has a seat yet. Please invite both sides.")
        if not self.communities:
            return _("No forest community has a seat yet. Please invite people who speak for one.")
        if not self.companies:
            return _("No company has a seat yet. Please invite some.")
        return ""


def mixes(workshops: Iterable[int]) -> dict[int, Mix]:
    """Count the confirmed seats of workshops by the stakeholder type of each membership, by workshop id; one query.

    Who is no member of the workshop's community counts among the others.
    """
    ids = list(workshops)
    community = Workshop.objects.filter(pk=OuterRef(OuterRef("event"))).values("gathering__community")[:1]
    memberships = Membership.objects.filter(member=OuterRef("member"), community=Subquery(community))
    rows = (
        Registration.objects.confirmed()
        .filter(event__in=ids)
        .annotate(side=Subquery(memberships.values("stakeholder")[:1]))
        .order_by()
        .values_list("event", "side")
        .annotate(people=Count("pk"))
    )
    sides: dict[int, Counter[str]] = {pk: Counter() for pk in ids}
    for event, side, people in rows:
        sides[event]["others" if side not in (COMMUNITIES, COMPANIES) else side] += people
    return {pk: Mix(found[COMMUNITIES], found[COMPANIES], found["others"]) for pk, found in sides.items()}
