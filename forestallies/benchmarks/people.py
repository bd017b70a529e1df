"""What the benchmarks measure with: a community of many people, a gathering and its workshops."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from events.models import Event
from members.models import Circle, CircleMember, Community, Member, Theme
from workshops.models import Gathering, Workshop

LANGUAGES = ("en", "es", "fr", "pt-br")
ZONES = ("Africa/Accra", "America/Lima", "Europe/Paris", "America/Sao_Paulo")


@dataclass(frozen=True)
class World:
    community: Community
    gathering: Gathering
    people: list[Member]


def make_world(*, people: int, at: datetime) -> World:
    """A community with so many people, and a published gathering in ten days."""
    circle, _ = Circle.objects.get_or_create(kind=Circle.Kind.COMMUNITY, name="Benchmark")
    community, _ = Community.objects.get_or_create(
        slug="forest-allies", defaults={"name": "Benchmark", "purpose": "To be measured.", "circle": circle}
    )
    first = (at + timedelta(days=10)).date()
    gathering, _ = Gathering.objects.get_or_create(
        slug="benchmark",
        defaults={
            "community": community, "name": "Benchmark", "season": Gathering.Season.AUTUMN, "year": at.year,
            "starts_on": first, "ends_on": first + timedelta(days=1), "zone": "UTC", "is_published": True,
        },
    )  # fmt: skip
    return World(community, gathering, make_people(people, circle=community.circle, at=at))


def make_people(count: int, *, circle: Circle, at: datetime) -> list[Member]:
    """So many people of a circle, in four languages and zones; those of an earlier call stay."""
    there = Member.objects.count()
    people = Member.objects.bulk_create(
        Member(
            name=f"María Person {n}", email=f"person{n}@example.org", country="PE", password="!",  # noqa: S106 (none)
            language=LANGUAGES[n % 4], zone=ZONES[n % 4],
        )
        for n in range(there, there + count)
    )  # fmt: skip
    CircleMember.objects.bulk_create(CircleMember(circle=circle, member=person, joined_at=at) for person in people)
    return people


def make_workshop(world: World, *, capacity: int | None, hour: int = 13) -> Event:
    """One more workshop of the gathering, open to the community; the first day at this hour."""
    number = Workshop.objects.count()
    theme, _ = Theme.objects.get_or_create(slug="benchmark", defaults={"name": "Benchmark"})
    workshop = Workshop(
        gathering=world.gathering, theme=theme, purpose=Workshop.Purpose.SOLUTIONS, state=Event.State.SCHEDULED,
        slug=f"benchmark-{number}", title=f"Workshop {number}", description="Finding solutions together.\n\n" * 5,
        home=world.community.circle, wall_date=world.gathering.starts_on, wall_time=time(hour), minutes=90,
        zone="Africa/Accra", countries=["GH", "PE", "BR", "CM", "ID"], capacity=capacity,
    )  # fmt: skip
    workshop.save()
    workshop.audience.set([world.community.circle])
    return Event.objects.get(pk=workshop.pk)
