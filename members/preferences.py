"""Which messages a person may choose, and which of them she does not want."""

from datetime import datetime

from members import policies
from members.models import Member
from notices import kinds
from notices.kinds import Kind
from notices.models import Preference


def offered_to(member: Member, *, at: datetime) -> list[Kind]:
    """The optional kinds of messages that concern a person, in their order; those of coordinators last, and only
    to them."""
    coordinates = policies.coordinates_anything(member, at=at)
    offered = [kind for kind in kinds.optional() if coordinates or not kind.for_coordinators]
    return sorted(offered, key=lambda kind: kind.for_coordinators)


def unwanted(member: Member) -> set[str]:
    """The names of the kinds that a person does not want, in one query."""
    return set(Preference.objects.filter(member=member, wanted=False).values_list("kind", flat=True))


def wants(member: Member, kind: Kind) -> bool:
    return not Preference.objects.filter(member=member, kind=kind.name, wanted=False).exists()
