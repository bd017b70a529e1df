"""The hour of an event for somebody who may have no account: in the zone she chose on the page, else in its own."""

from datetime import datetime

from django.http import HttpRequest

from events.models import Event
from forestallies.lib import zones
from members.models import Member


def zone_of(request: HttpRequest) -> str:
    """A member's own zone, the one that the address of the page names, or empty."""
    if isinstance(request.user, Member):
        return request.user.zone
    wanted = request.GET.get("zone", "")
    return wanted if wanted in zones.known_zones() else ""


def when(event: Event, zone: str) -> zones.LocalTime:
    """An event's start, with its zone named."""
    return zones.local(event.starts_at, zone or event.zone)


def choices(at: datetime) -> list[tuple[str, str]]:
    """The zones of the countries that people come from, with their distance from UTC at an instant."""
    near = {zone for listed in zones.COUNTRY_ZONES.values() for zone in listed}
    return [(zone, words) for zone, words in zones.zone_choices(at) if zone in near]
