"""The organisers' people: facilitators, coordinators, a coach, interpreters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.people import Person, load_people
from forestallies.demo.seed.rows import read
from members.models import Circle, Consent, Grant, Member, Organisation

SINCE_DAYS = 300


@dataclass(frozen=True)
class Staff:
    """The people by what they do; interpreters with their channel."""

    facilitators: list[Member]
    coordinators: list[Member]
    coaches: list[Member]
    interpreters: list[tuple[Member, str]]


def load_staff(calendar: Calendar) -> Staff:
    """Insert the organisers' people; their rights come with `give_rights`."""
    data = read("staff")
    since = calendar.ago(SINCE_DAYS)
    people = [
        Person(
            name=one["name"],
            country=one["country"],
            language=one["language"],
            since=since,
            organisation=data["organisation"],
            kind=Organisation.Kind.NGO,
            role=one.get("right", "interpreter"),
            agreed=((Consent.Term.PRIVACY, calendar.ago(18)),),
        )
        for one in data["person"]
    ]
    rows = list(zip(load_people(people), data["person"], strict=True))
    return Staff(
        facilitators=[row for row, one in rows if one.get("right") == Grant.Right.FACILITATOR],
        coordinators=[row for row, one in rows if one.get("right") == Grant.Right.COORDINATOR],
        coaches=[row for row, one in rows if one.get("right") == Grant.Right.COACH],
        interpreters=[(row, one["channel"]) for row, one in rows if "channel" in one],
    )


def give_rights(staff: Staff, *, community: Circle, editions: Sequence[Circle], calendar: Calendar) -> None:
    """Give coordinators and facilitators their rights on both programmes, the coach hers on the editions."""
    both = (community, *editions)
    _grant(staff.coordinators, Grant.Right.COORDINATOR, both, calendar)
    _grant(staff.facilitators, Grant.Right.FACILITATOR, both, calendar)
    _grant(staff.coaches, Grant.Right.COACH, editions, calendar)


def _grant(members: Iterable[Member], right: Grant.Right, circles: Iterable[Circle], calendar: Calendar) -> None:
    """Grant a right to those who never held it, on each circle."""
    members = list(members)
    held = set(
        Grant.objects.filter(member__in=members, right=right, circle__in=circles).values_list("member", "circle")
    )
    Grant.objects.bulk_create(
        Grant(member=member, right=right, circle=circle, starts_at=calendar.ago(SINCE_DAYS))
        for member in members
        for circle in circles
        if (member.pk, circle.pk) not in held
    )
