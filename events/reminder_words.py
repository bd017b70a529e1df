"""What the reminders say beyond where and when, drawn when they leave: so their words are true then."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone, translation

from events import kinds, show_rows
from events.materials import for_reader
from events.models import Event, Material, Registration
from forestallies.lib import links
from members.models import Member
from notices.drawers import Facts

MATERIALS_NAMED = 8


def which_day(starts_at: datetime, zone: str, *, at: datetime) -> Literal["today", "tomorrow", ""]:
    """Say how a person calls the day of a start, by the calendar of her own zone; empty for any other day.

    "24 hours ahead" may be the same local day, the next one, or (across a night of 23 hours) even the one after that.
    """
    tz = ZoneInfo(zone)
    days = (starts_at.astimezone(tz).date() - at.astimezone(tz).date()).days
    if days == 0:
        return "today"
    return "tomorrow" if days == 1 else ""


def day_before(registration: Registration, _facts: Facts, at: datetime) -> dict[str, Any]:
    """How she calls the day of the start, and what people call the event."""
    event, member = registration.event, registration.member
    return {"which_day": which_day(event.starts_at, member.zone, at=at), **hour_before(registration, _facts, at)}


def hour_before(registration: Registration, _facts: Facts, _at: datetime) -> dict[str, Any]:
    """What people call the event."""
    with _as_she_reads(registration.member):
        return {"name": kinds.of(registration.event).called(registration.event)}


def week_before(registration: Registration, _facts: Facts, at: datetime) -> dict[str, Any]:
    """What people call it, its public run of show on her own clock, and what there is to read before."""
    event, member = registration.event, registration.member
    with _as_she_reads(member):
        return {
            "name": kinds.of(event).called(event),
            "agenda": show_rows.agenda(event),
            **_materials(event, member, at),
        }


@dataclass(frozen=True)
class Line:
    """A material with where it is opened."""

    material: Material
    link: str


def _materials(event: Event, member: Member, at: datetime) -> dict[str, Any]:
    found = [material for group in for_reader(event, member=member, at=at) for material in group.materials]
    named = [Line(one, links.absolute(reverse("material_download", args=[one.pk]))) for one in found[:MATERIALS_NAMED]]
    return {"materials": named, "materials_more": len(found) - len(named)}


@contextmanager
def _as_she_reads(member: Member) -> Iterator[None]:
    with translation.override(member.language), timezone.override(ZoneInfo(member.zone)):
        yield
