"""Test data by name: fictional people and what they need around them."""

from tests.factories.events import EventFactory, RegistrationFactory, RoleFactory, WorkshopFactory
from tests.factories.members import (
    ApplicationFactory,
    CircleFactory,
    CommunityFactory,
    GrantFactory,
    MemberFactory,
    OrganisationFactory,
    ThemeFactory,
    join,
)

__all__ = [
    "ApplicationFactory",
    "CircleFactory",
    "CommunityFactory",
    "EventFactory",
    "GrantFactory",
    "MemberFactory",
    "OrganisationFactory",
    "RegistrationFactory",
    "RoleFactory",
    "ThemeFactory",
    "WorkshopFactory",
    "join",
]
