"""Messages for drills: finished words, and reminders that are drawn when they are sent."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from events.models import Event, Registration
from forestallies.lib import clock
from members.models import Member
from notices import outbox
from notices.models import Notice
from notices.render import Message, Recipient
from tests.factories import MemberFactory, WorkshopFactory

AROUND_THE_WORLD = (
    "Pacific/Auckland", "Asia/Tokyo", "Asia/Kolkata", "Europe/Paris", "Africa/Accra", "America/Lima",
    "America/Los_Angeles", "Pacific/Honolulu",
)  # fmt: skip


def post(number: int, *, first: int = 0, address: str = "m{}@example.org") -> None:
    """Post messages with finished words, each to somebody else, of a kind that waits for nothing."""
    postings = [
        outbox.Posting(
            message=Message("drill", Recipient(address.format(n), "M", "en", "UTC"), f"No {n}", "Text\n", "<p>x</p>"),
            key=f"drill:{n}",
        )
        for n in range(first, first + number)
    ]
    assert outbox.post_many_once(postings, at=clock.now()) == number


def remaining() -> bool:
    return Notice.objects.unfinished().exists()


def zone_at_midday() -> str:
    """A zone where it is day now, so that no drill waits for the morning."""
    return next(name for name in AROUND_THE_WORLD if 9 <= clock.now().astimezone(ZoneInfo(name)).hour < 17)


def events_with_people(number: int, *, people: int, starts_in: timedelta, reminders: list[str]) -> Iterator[Event]:
    """Make events that start soon, each with people of its own who registered long ago."""
    starts_at, zone = clock.now() + starts_in, zone_at_midday()
    for _ in range(number):
        event = WorkshopFactory.create(reminders=reminders).event_ptr
        Event.objects.filter(pk=event.pk).update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
        members = Member.objects.bulk_create(MemberFactory.build_batch(people, zone=zone))
        long_ago = clock.now() - timedelta(days=30)
        Registration.objects.bulk_create(
            Registration(event=event, member=member, state="confirmed", created_at=long_ago, state_since=long_ago)
            for member in members
        )
        yield event
