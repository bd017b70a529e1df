"""Test data by name: fictional people and what they need around them."""

from tests.factories.events import (
    AttendanceFactory,
    EventFactory,
    MaterialFactory,
    RegistrationFactory,
    RoleFactory,
    RoomFactory,
    SegmentFactory,
    WorkshopFactory,
)
from tests.factories.members import (
    ApplicationFactory,
    CircleFactory,
    CommunityFactory,
    GrantFactory,
    MailingFactory,
    MemberFactory,
    OrganisationFactory,
    ThemeFactory,
    join,
)
from tests.factories.programs import (
    CategoryFactory,
    CohortFactory,
    EditionFactory,
    EnrolmentFactory,
    SessionFactory,
)

__all__ = [
    "ApplicationFactory",
    "AttendanceFactory",
    "CategoryFactory",
    "CircleFactory",
    "CohortFactory",
    "CommunityFactory",
    "EditionFactory",
    "EnrolmentFactory",
    "EventFactory",
    "GrantFactory",
    "MailingFactory",
    "MaterialFactory",
    "MemberFactory",
    "OrganisationFactory",
    "RegistrationFactory",
    "RoleFactory",
    "RoomFactory",
    "SegmentFactory",
    "SessionFactory",
    "ThemeFactory",
    "WorkshopFactory",
    "join",
]
