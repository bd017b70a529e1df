"""Editions, sessions, cohorts and the people in them."""

from datetime import date, time

import factory
from factory.django import DjangoModelFactory

from members.models import Circle, StakeholderCategory
from programs.models import Audience, Cohort, Edition, Enrolment, Partner, PartnerLogo, Programme, Session
from tests.factories.events import REGISTERED_AT, EventFactory
from tests.factories.members import CircleFactory, CommunityFactory, MemberFactory


class ProgrammeFactory(DjangoModelFactory[Programme]):
    class Meta:
        model = Programme
        django_get_or_create = ("slug",)

    slug = "sske"
    short_name = "SSKE"
    name = "South-South exchange"
    summary = "Cocoa"
    zone = "Africa/Accra"
    wall_time = time(14)
    countries = ["GH", "PE"]


class EditionFactory(DjangoModelFactory[Edition]):
    class Meta:
        model = Edition
        django_get_or_create = ("slug",)

    programme = factory.SubFactory(ProgrammeFactory)
    slug = "sske-2026-27"
    name = "SSKE 2026–27"
    state = Edition.State.RUNNING
    circle = factory.SubFactory(CircleFactory, kind=Circle.Kind.EDITION, name=factory.SelfAttribute("..name"))
    starts_on = date(2026, 9, 16)
    ends_on = date(2027, 6, 2)
    countries = ["GH", "PE"]
    zone = "Africa/Accra"


class SessionFactory(EventFactory):
    """A session for all, on Wednesday 2 December 2026, 13:00 in Accra unless said otherwise."""

    class Meta:
        model = Session
        skip_postgeneration_save = True

    kind = "session"
    edition = factory.SubFactory(EditionFactory)
    number = factory.Sequence(lambda n: n)
    slug = factory.LazyAttribute(lambda session: f"{session.edition.slug}-session-{session.number}")
    title = factory.LazyAttribute(lambda session: f"Session {session.number}")
    home = factory.SelfAttribute("edition.circle")
    session_audience = Audience.ALL


class CohortFactory(DjangoModelFactory[Cohort]):
    class Meta:
        model = Cohort
        django_get_or_create = ("edition", "kind")

    edition = factory.SubFactory(EditionFactory)
    kind = Cohort.Kind.CORE
    circle = factory.LazyAttribute(
        lambda cohort: CircleFactory.create(kind=Circle.Kind.COHORT, name=f"{cohort.edition.name} {cohort.kind}")
    )


class CategoryFactory(DjangoModelFactory[StakeholderCategory]):
    class Meta:
        model = StakeholderCategory
        django_get_or_create = ("code",)

    code = "COOP"
    name = "Farmers’ cooperative"
    position = 4


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    class Meta:
        model = Enrolment

    cohort = factory.SubFactory(CohortFactory)
    member = factory.SubFactory(MemberFactory)
    country = factory.SelfAttribute("member.country")
    category = factory.SubFactory(CategoryFactory)
    state_since = REGISTERED_AT


class PartnerFactory(DjangoModelFactory[Partner]):
    """A partner of Forest Allies that allowed its logo."""

    class Meta:
        model = Partner

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"Partner {n} (demo)")
    role = Partner.Role.FUNDER
    logo_allowed_by = "Eva Press, communications"
    logo_allowed_on = date(2026, 1, 5)


class PartnerLogoFactory(DjangoModelFactory[PartnerLogo]):
    class Meta:
        model = PartnerLogo

    partner = factory.SubFactory(PartnerFactory)
    content = b"picture"
    content_type = "image/png"
    width = 80
    height = 50
    sha256 = "a" * 64
