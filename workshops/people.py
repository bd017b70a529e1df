"""Who takes part in a workshop or a gathering, and for whom each of them speaks."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from events.models import Event, Registration, Role
from forestallies.lib import zones
from forestallies.lib.database import Fold
from members.models import Affiliation, Community, Member, Membership, Organisation
from workshops.models import Gathering, Workshop


@dataclass(frozen=True)
class Person:
    """Somebody with a seat or a part.

    Attributes:
        organisation: for which she speaks in the community; empty for nobody's.
        kind: its stakeholder type, or hers; empty when she is no member.
        role: what she does in the workshop; empty for a participant.
        number: on a sheet, from 1; 0 elsewhere.
    """

    member: Member
    organisation: str
    kind: str
    role: str = ""
    number: int = 0


@dataclass(frozen=True)
class Family:
    """People of one organisation, or of none."""

    name: str
    people: list[Person]


def participants(gathering: Gathering, *, of: Workshop | None = None) -> QuerySet[Member]:
    """Everybody with a confirmed seat in a gathering, or in one of its workshops; each person once, by name."""
    held = Workshop.objects.filter(gathering=gathering).exclude(state__in=[Event.State.DRAFT, Event.State.CANCELLED])
    events = held.filter(pk=of.pk) if of else held
    seats = Registration.objects.confirmed().filter(event__in=events.values("pk"))
    return Member.objects.active().filter(pk__in=seats.values("member")).order_by(Fold("name"), "pk")


def named(gathering: Gathering, people: QuerySet[Member]) -> QuerySet[Member]:
    """Those of them who want to be named on the list of participants."""
    return people.filter(appearances__gathering=gathering)


def of_workshop(workshop: Workshop, *, at: datetime) -> list[Person]:
    """Everybody with a part or a confirmed seat, the team first, each group by name; five queries at most."""
    roles = list(
        Role.objects.accepted().filter(event=workshop.pk).select_related("member").order_by(Fold("member__name"), "pk")
    )
    words: dict[int, list[str]] = {}
    for role in roles:
        words.setdefault(role.member_id, []).append(str(role.get_kind_display()))
    team = list({role.member_id: role.member for role in roles}.values())
    seats = Registration.objects.confirmed().filter(event=workshop.pk).exclude(member__in=words)
    others = [seat.member for seat in seats.select_related("member").order_by(Fold("member__name"), "pk")]
    found = speaking(workshop.gathering.community, [*team, *others], at=at)
    return [Person(one.member, one.organisation, one.kind, ", ".join(words.get(one.member.pk, ()))) for one in found]


def speaking(community: Community, members: Iterable[Member], *, at: datetime) -> list[Person]:
    """Add to each of some people for whom she speaks, in two queries."""
    people = list(members)
    memberships = Membership.objects.filter(community=community, member__in=people).select_related("organisation")
    by_member = {row.member_id: row for row in memberships}
    day = at.date()
    current = Affiliation.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day, member__in=people)
    places = {row.member_id: row.organisation for row in current.select_related("organisation").order_by("-pk")}
    return [_person(one, by_member.get(one.pk), places.get(one.pk)) for one in people]


def _person(member: Member, membership: Membership | None, place: Organisation | None) -> Person:
    organisation = (membership.organisation if membership else None) or place
    kind = membership.stakeholder if membership else organisation.kind if organisation else ""
    return Person(member, organisation.name if organisation else "", kind)


def families(people: Iterable[Person]) -> list[Family]:
    """Group people by organisation, by its name; those of none come last."""

    def key(one: Person) -> tuple[bool, str, str]:
        return (not one.organisation, zones.unaccented(one.organisation), one.organisation)

    # Sorting is stable, so inside a family people stay in the order in which they came.
    grouped = itertools.groupby(sorted(people, key=key), key=lambda one: one.organisation)
    return [Family(name or _("Without an organisation"), list(group)) for name, group in grouped]


def numbered(groups: Iterable[Family]) -> list[Family]:
    """Number the people through all groups, as on a sheet of paper."""
    count = itertools.count(1)
    return [Family(group.name, [replace(one, number=next(count)) for one in group.people]) for group in groups]
