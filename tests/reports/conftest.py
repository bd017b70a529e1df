"""A small edition that Bo coordinates: two sessions, three people, one of whom only registered."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import pytest

from events.models import Source
from members.models import Affiliation, Grant, Member
from programs.models import Audience, Cohort, Session
from tests.factories import (
    AttendanceFactory,
    CohortFactory,
    EditionFactory,
    EnrolmentFactory,
    GrantFactory,
    MemberFactory,
    OrganisationFactory,
    RegistrationFactory,
    SessionFactory,
)


@dataclass
class SmallEdition:
    sessions: list[Session]
    ana: Member
    eve: Member
    dan: Member


@pytest.fixture
def edition(bo):
    made = EditionFactory.create()
    GrantFactory.create(member=bo, circle=made.circle, right=Grant.Right.COORDINATOR)
    return made


@pytest.fixture
def small(ana, edition) -> SmallEdition:
    """Ana (core) came to both sessions, Eve (wider) partly to the second, Dan registered for the second."""
    kick_off = SessionFactory.create(
        edition=edition, number=0, title="Kick-off", session_audience=Audience.CORE, minutes=120,
        wall_date=date(2026, 11, 10), wall_time=time(14),
    )  # fmt: skip
    second = SessionFactory.create(
        edition=edition, number=1, title="Buyers", minutes=90, wall_date=date(2026, 11, 17), wall_time=time(14)
    )
    Member.objects.filter(pk=ana.pk).update(gender="woman", age_band="25–34")
    eve = MemberFactory.create(name="Eve Mensah", country="GH", gender="self_described")
    dan = MemberFactory.create(name="Dan Roe", country="NL", gender="man")
    works_at(ana, "Cooperativa A (demo)", since=date(2025, 1, 1), until=date(2026, 11, 17))
    works_at(ana, "Cooperativa B (demo)", since=date(2026, 11, 17))
    core, wider = CohortFactory.create(edition=edition), CohortFactory.create(edition=edition, kind=Cohort.Kind.WIDER)
    EnrolmentFactory.create(cohort=core, member=ana)
    EnrolmentFactory.create(cohort=wider, member=eve, country="CI", category=None)
    for event, member in [(kick_off, ana), (second, ana), (second, eve)]:
        RegistrationFactory.create(event=event.event_ptr, member=member)
    RegistrationFactory.create(event=second.event_ptr, member=dan, state="cancelled", cancelled_by="member")
    AttendanceFactory.create(event=kick_off.event_ptr, member=ana, recorded_at=datetime(2026, 11, 11, 9, tzinfo=UTC))
    AttendanceFactory.create(
        event=second.event_ptr, member=ana, seconds=5400, source=Source.FILE, match="email", connections=2,
        first_join_at=datetime(2026, 11, 17, 13, 58, tzinfo=UTC),
        last_leave_at=datetime(2026, 11, 17, 15, 31, tzinfo=UTC),
        recorded_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
    )  # fmt: skip
    AttendanceFactory.create(
        event=second.event_ptr, member=eve, seconds=1000, status="partial", source=Source.FILE, match="name",
        connections=1, recorded_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
    )  # fmt: skip
    return SmallEdition([kick_off, second], Member.objects.get(pk=ana.pk), eve, dan)


def works_at(member, name, *, since, until=None):
    organisation = OrganisationFactory.create(name=name)
    Affiliation.objects.create(member=member, organisation=organisation, starts_on=since, ends_on=until)
