"""The demo's people and calendar, made ready for a walk."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password

from events.models import Event, Registration
from forestallies.lib import zones
from forestallies.lib.clock import now
from members.models import Member
from tests.flows.people import PASSWORD


def known(email: str) -> Member:
    """Somebody whose password the walk knows, and whom the portal addresses in English."""
    member = Member.objects.get(email=email)
    member.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    member.language = "en"
    member.save(update_fields=["password", "language"])
    return member


def coordinator() -> Member:
    return known("nadia.coulibaly@example.org")


def facilitator() -> Member:
    return known("lucia.puente@example.org")


def start_in(event: Event, hours: int) -> None:
    """Let an event come near, or lie in the past, as days of waiting would: only the calendar moves, nobody is told."""
    start = (now() + timedelta(hours=hours)).astimezone(zones.ZoneInfo(event.zone))
    event.wall_date, event.wall_time = start.date(), start.time().replace(second=0, microsecond=0)
    event.reminders_since = None
    event.save()
    Registration.objects.filter(event=event).update(state_since=now() - timedelta(days=5))
