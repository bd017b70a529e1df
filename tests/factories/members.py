"""People, circles, communities, grants and applications."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from forestallies.lib import links
from members.actions import circles
from members.models import (
    Application,
    Circle,
    Community,
    Concern,
    ContactRequest,
    DirectoryEntry,
    Grant,
    Introduction,
    Listing,
    Mailing,
    Member,
    Membership,
    Organisation,
    Project,
    Theme,
)

LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


class MemberFactory(DjangoModelFactory[Member]):
    class Meta:
        model = Member
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Member {n}")
    email = factory.Sequence(lambda n: f"member{n}@example.org")
    country = "GH"
    zone = "Africa/Accra"
    language = "en"
    password = "!"


class CircleFactory(DjangoModelFactory[Circle]):
    class Meta:
        model = Circle
        django_get_or_create = ("kind", "name")

    kind = Circle.Kind.COMMUNITY
    name = factory.Sequence(lambda n: f"Circle {n}")


class CommunityFactory(DjangoModelFactory[Community]):
    class Meta:
        model = Community
        django_get_or_create = ("slug",)

    slug = "forest-allies"
    name = "Forest Allies"
    purpose = "Forest communities and companies find solutions together."
    circle = factory.SubFactory(CircleFactory, name="Forest Allies")


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n} (demo)")
    kind = Organisation.Kind.COMPANY
    country = "NL"


class ThemeFactory(DjangoModelFactory[Theme]):
    class Meta:
        model = Theme
        django_get_or_create = ("slug",)

    slug = "gender-equality"
    name = "Gender equality"


class GrantFactory(DjangoModelFactory[Grant]):
    class Meta:
        model = Grant

    member = factory.SubFactory(MemberFactory)
    right = Grant.Right.COORDINATOR
    circle = factory.SubFactory(CircleFactory)
    starts_at = LONG_AGO


class ApplicationFactory(DjangoModelFactory[Application]):
    class Meta:
        model = Application

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"Applicant {n}")
    email = factory.Sequence(lambda n: f"applicant{n}@example.org")
    country = "PE"
    zone = "America/Lima"
    language = "es"
    languages = ["es"]
    organisation_name = factory.Sequence(lambda n: f"Cooperativa {n} (demo)")
    stakeholder = Organisation.Kind.FOREST_COMMUNITY
    why = "We look after the forest and want to meet those who buy from it."
    token_hash = factory.LazyFunction(lambda: links.new_token()[1])
    submitted_at = LONG_AGO


class MembershipFactory(DjangoModelFactory[Membership]):
    """An active membership of Forest Allies, for a company."""

    class Meta:
        model = Membership

    member = factory.SubFactory(MemberFactory)
    community = factory.SubFactory(CommunityFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    stakeholder = Organisation.Kind.COMPANY
    joined_at = LONG_AGO


class DirectoryEntryFactory(DjangoModelFactory[DirectoryEntry]):
    """A member of Forest Allies who is listed and opens everything."""

    class Meta:
        model = DirectoryEntry
        skip_postgeneration_save = True

    member = factory.SubFactory(MemberFactory)
    is_listed = True
    about = "Shade-grown cocoa."
    languages = ["en"]
    shows_about = True
    shows_themes = True
    shows_languages = True

    @factory.post_generation
    def membership(self: DirectoryEntry, create: bool, extracted: object, **kwargs: object) -> None:
        if not self.member.memberships.exists():
            MembershipFactory.create(member=self.member, **kwargs)


class ContactRequestFactory(DjangoModelFactory[ContactRequest]):
    class Meta:
        model = ContactRequest

    asker = factory.SubFactory(MemberFactory)
    asked = factory.SubFactory(MemberFactory)
    message = "I would like to hear how you dry your beans."
    created_at = LONG_AGO


class ConcernFactory(DjangoModelFactory[Concern]):
    """What somebody without a name reported to the coordinators of Forest Allies."""

    class Meta:
        model = Concern

    circle = factory.SubFactory(CircleFactory, name="Forest Allies")
    words = "Prices of one buyer were talked about."
    created_at = LONG_AGO


class ProjectFactory(DjangoModelFactory[Project]):
    class Meta:
        model = Project

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"Project {n} (demo)")
    summary = "Families map their trees."
    country = "PE"


class ListingFactory(DjangoModelFactory[Listing]):
    """A need of a member of Forest Allies, anywhere and at any time."""

    class Meta:
        model = Listing
        skip_postgeneration_save = True

    kind = Listing.Kind.NEED
    member = factory.SubFactory(MemberFactory)
    community = factory.SubFactory(CommunityFactory)
    what = factory.Sequence(lambda n: f"Buyer for cocoa {n}")
    exchange = Listing.Exchange.TRADE
    languages = ["en"]
    created_at = LONG_AGO

    @factory.post_generation
    def membership(self: Listing, create: bool, extracted: object, **kwargs: object) -> None:
        if not self.member.memberships.exists():
            MembershipFactory.create(member=self.member, community=self.community)


class IntroductionFactory(DjangoModelFactory[Introduction]):
    """Proposed by nobody of the two; both are asked."""

    class Meta:
        model = Introduction

    need = factory.SubFactory(ListingFactory)
    offer = factory.SubFactory(ListingFactory, kind=Listing.Kind.OFFER)
    created_at = LONG_AGO


class MailingFactory(DjangoModelFactory[Mailing]):
    """A draft in English to everybody of a circle."""

    class Meta:
        model = Mailing

    circle = factory.SubFactory(CircleFactory)
    audience = factory.LazyAttribute(lambda made: {"of": "circle", "id": made.circle.pk})
    subject_en = "A new link"
    text_en = "Please use this link: https://meet.example.org/new"
    created_by = factory.SubFactory(MemberFactory)
    created_at = LONG_AGO
    changed_by = factory.SelfAttribute("created_by")
    changed_at = LONG_AGO


def join(member: Member, circle: Circle, at: datetime = LONG_AGO) -> Member:
    """Let a member belong to a circle; returns the member."""
    circles.join(circle=circle, member=member, at=at)
    return member
