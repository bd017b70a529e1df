"""A cohort that is over, with people who came to its sessions."""

from datetime import date

from members.models import Circle, Grant, Member
from programs.models import Cohort
from tests.factories import (
    AttendanceFactory,
    CircleFactory,
    CohortFactory,
    EnrolmentFactory,
    GrantFactory,
    MemberFactory,
    SessionFactory,
)


def wider_group(sessions: int = 5) -> Cohort:
    """The wider group of an edition, with sessions of 90 minutes in October 2026."""
    cohort = CohortFactory.create(kind=Cohort.Kind.WIDER)
    for number in range(sessions):
        SessionFactory.create(edition=cohort.edition, number=number, wall_date=date(2026, 10, 7 + number))
    return cohort


def take_part(cohort: Cohort, member: Member, *, came: int, seconds: int | None = 5400) -> Member:
    """Enrol a member who came to the first so many sessions."""
    EnrolmentFactory.create(cohort=cohort, member=member)
    for session in cohort.edition.sessions.order_by("number")[:came]:
        AttendanceFactory.create(event=session.event_ptr, member=member, status="attended", seconds=seconds)
    return member


def fill(cohort: Cohort, number: int, *, came: int = 4) -> list[Member]:
    """Enrol so many new members who came often enough."""
    return [take_part(cohort, MemberFactory.create(name=f"Person {one}"), came=came) for one in range(number)]


def coordinator(cohort: Cohort, **person: object) -> Member:
    member = MemberFactory.create(**person)
    GrantFactory.create(member=member, circle=cohort.edition.circle, right=Grant.Right.COORDINATOR)
    return member


def other_circle() -> Circle:
    return CircleFactory.create(kind="edition", name="Another edition")
