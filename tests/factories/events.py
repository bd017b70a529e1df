"""Events, workshops, registrations and roles."""

from datetime import UTC, date, datetime, time

import factory
from factory.django import DjangoModelFactory

from events.models import (
    Attendance,
    Dispute,
    Event,
    Material,
    Registration,
    Role,
    Room,
    Segment,
    Source,
    Transition,
)
from tests.factories.members import CircleFactory, CommunityFactory, MemberFactory, ThemeFactory
from workshops.models import Gathering, OpenPoint, Workshop

REGISTERED_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


class EventFactory(DjangoModelFactory[Event]):
    """A scheduled event on Wednesday 2 December 2026, 13:00 in Accra (13:00Z), for the people of its home circle."""

    class Meta:
        model = Event
        skip_postgeneration_save = True

    kind = "workshop"
    slug = factory.Sequence(lambda n: f"event-{n}")
    state = Event.State.SCHEDULED
    title = factory.Sequence(lambda n: f"Event {n}")
    home = factory.SubFactory(CircleFactory)
    wall_date = date(2026, 12, 2)
    wall_time = time(13, 0)
    minutes = 90
    zone = "Africa/Accra"
    countries = ["PE", "GH"]

    @factory.post_generation
    def audience(self: Event, create: bool, extracted: object, **kwargs: object) -> None:
        self.audience.set(extracted if extracted is not None else [self.home])


class GatheringFactory(DjangoModelFactory[Gathering]):
    class Meta:
        model = Gathering
        django_get_or_create = ("slug",)

    community = factory.SubFactory(CommunityFactory)
    slug = "autumn-2026"
    name = "Autumn gathering 2026"
    season = Gathering.Season.AUTUMN
    year = 2026
    starts_on = date(2026, 12, 1)
    ends_on = date(2026, 12, 2)
    zone = "UTC"
    is_published = True


class WorkshopFactory(EventFactory):
    class Meta:
        model = Workshop
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"workshop-{n}")
    title = factory.Sequence(lambda n: f"Workshop {n}")
    gathering = factory.SubFactory(GatheringFactory)
    home = factory.SelfAttribute("gathering.community.circle")
    theme = factory.SubFactory(ThemeFactory)
    purpose = Workshop.Purpose.SOLUTIONS
    benefit_communities = "A price that stays."
    benefit_markets = "Forest products with a known origin."


class RegistrationFactory(DjangoModelFactory[Registration]):
    """A registration that was made long ago, with its transition."""

    class Meta:
        model = Registration
        skip_postgeneration_save = True

    event = factory.SubFactory(EventFactory)
    member = factory.SubFactory(MemberFactory)
    state = Registration.State.CONFIRMED
    created_at = REGISTERED_AT
    state_since = REGISTERED_AT

    @factory.post_generation
    def transition(self: Registration, create: bool, extracted: object, **kwargs: object) -> None:
        Transition.objects.create(registration=self, from_state="", to_state=self.state, at=self.state_since)


class RoleFactory(DjangoModelFactory[Role]):
    class Meta:
        model = Role

    event = factory.SubFactory(EventFactory)
    member = factory.SubFactory(MemberFactory)
    kind = Role.Kind.FACILITATOR
    state = Role.State.ACCEPTED


class AttendanceFactory(DjangoModelFactory[Attendance]):
    """Somebody was there the whole time, says a staff member's mark."""

    class Meta:
        model = Attendance

    event = factory.SubFactory(EventFactory)
    member = factory.SubFactory(MemberFactory)
    status = Attendance.Status.ATTENDED
    source = Source.MARK
    recorded_at = datetime(2026, 12, 2, 15, tzinfo=UTC)


class DisputeFactory(DjangoModelFactory[Dispute]):
    """Somebody who is on record as absent says that she was there."""

    class Meta:
        model = Dispute

    attendance = factory.SubFactory(AttendanceFactory, status=Attendance.Status.NO_SHOW)
    claim = Dispute.Claim.PRESENT
    words = "I was there by telephone."
    was_status = factory.SelfAttribute("attendance.status")
    was_seconds = factory.SelfAttribute("attendance.seconds")
    created_at = datetime(2026, 12, 3, 9, tzinfo=UTC)


class RoomFactory(DjangoModelFactory[Room]):
    class Meta:
        model = Room

    event = factory.SubFactory(EventFactory)
    position = factory.Sequence(int)
    name = factory.Sequence(lambda n: f"Room {n}")


class SegmentFactory(DjangoModelFactory[Segment]):
    class Meta:
        model = Segment

    event = factory.SubFactory(EventFactory)
    position = factory.Sequence(int)
    title = factory.Sequence(lambda n: f"Segment {n}")
    minutes = 15


class MaterialFactory(DjangoModelFactory[Material]):
    """A link, visible to the whole audience since the registrations were made."""

    class Meta:
        model = Material

    event = factory.SubFactory(EventFactory)
    title = factory.Sequence(lambda n: f"Material {n}")
    url = factory.Sequence(lambda n: f"https://files.example.org/{n}")
    released_at = REGISTERED_AT
    created_at = REGISTERED_AT


class OpenPointFactory(DjangoModelFactory[OpenPoint]):
    """An action that a workshop's group left with; nobody is named to do it."""

    class Meta:
        model = OpenPoint

    workshop = factory.SubFactory(WorkshopFactory)
    kind = OpenPoint.Kind.ACTION
    what = factory.Sequence(lambda n: f"Write a contract, part {n}")
    created_at = REGISTERED_AT
