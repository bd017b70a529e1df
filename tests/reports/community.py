"""A community with members whose every sign is known, and the rule of the bands read in plain Python."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from events.models import Registration, Role
from forestallies.reports.engagement import Quarter
from members.models import Community, Listing, Member
from tests.factories import (
    AttendanceFactory,
    ContactRequestFactory,
    EventFactory,
    ListingFactory,
    MemberFactory,
    MembershipFactory,
    RoleFactory,
)

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
FIRST = datetime(2025, 4, 1, tzinfo=UTC)
WEIGHTS = ("facilitator", "speaker", "interpreter", "attended", "made_up", "partial", "no_show", "excused", "listing",
           "registered", "asked")  # fmt: skip
LEADS, CONTRIBUTES = ("facilitator", "speaker"), ("facilitator", "speaker", "interpreter", "listing")
CAME, ON_RECORD = ("attended", "made_up"), ("attended", "made_up", "partial", "no_show", "excused")


@dataclass
class Story:
    """One member: when she came and went, and what is known of her, as pairs of an instant and a word."""

    member: Member
    joined_at: datetime
    ended_at: datetime | None
    signs: list[tuple[datetime, str]] = field(default_factory=list)


def band(story: Story, quarter: Quarter, at: datetime) -> str | None:
    """The rule as the report prints it; None for somebody who is no member at the end of the quarter."""
    until = min(quarter.ends_at, at)
    if story.joined_at >= until or (story.ended_at is not None and story.ended_at < until):
        return None
    words = [word for when, word in story.signs if quarter.starts_at <= when < until]
    came, on_record = (sum(word in kinds for word in words) for kinds in (CAME, ON_RECORD))
    if sum(word in LEADS for word in words) >= 2:
        return "core"
    if any(word in CONTRIBUTES for word in words) or (came and came / on_record >= 0.5):
        return "active"
    lately = [word for when, word in story.signs if until - timedelta(days=120) <= when < until]
    if story.joined_at >= until - timedelta(days=120) or any(word not in ("no_show", "excused") for word in lately):
        return "peripheral"
    return "dormant"


def tell(community: Community, seed: int, people: int = 12) -> list[Story]:
    """Make up members by chance and write them down."""
    luck = Random(seed)
    return [_tell(community, luck) for _ in range(people)]


def _tell(community: Community, luck: Random) -> Story:
    joined = FIRST + timedelta(days=luck.randrange(0, 560))
    ended = luck.choice([None, None, joined + timedelta(days=luck.randrange(1, 500))])
    ended = None if ended is None or ended > NOW else ended
    story = Story(MemberFactory.create(), joined, ended)
    MembershipFactory.create(
        member=story.member, community=community, organisation=None, joined_at=joined, ended_at=ended,
        state="ended" if ended else "active",
    )  # fmt: skip
    for _ in range(luck.randrange(0, 9)):
        when = FIRST + timedelta(days=luck.randrange(0, 598), minutes=luck.randrange(0, 1440))
        story.signs.append((when, luck.choice(WEIGHTS)))
    for when, word in story.signs:
        write(community, story.member, when, word)
    return story


def write(community: Community, member: Member, when: datetime, word: str) -> None:
    """Put one sign into the table it belongs to."""
    if word == "listing":
        made = ListingFactory.create(member=member, community=community)
        Listing.objects.filter(pk=made.pk).update(created_at=when)
        return
    if word == "asked":
        ContactRequestFactory.create(asker=member, created_at=when)
        return
    event = EventFactory.create(
        home=community.circle, zone="UTC", wall_date=when.date(), wall_time=when.time(), minutes=30
    )
    if word == "registered":
        Registration.objects.create(event=event, member=member, state="waitlisted", queue_no=1, created_at=when,
                                    state_since=when)  # fmt: skip
    elif word in ("facilitator", "speaker", "interpreter"):
        RoleFactory.create(event=event, member=member, kind=word, state=Role.State.ACCEPTED)
    else:
        AttendanceFactory.create(event=event, member=member, status=word, recorded_at=when)
