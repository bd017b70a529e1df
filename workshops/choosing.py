"""The workshops of a gathering as one member can choose among them, and what becomes of her choice."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from events import overlaps, policies, seats
from events.actions import registrations
from events.ledger import Wishes
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from jobs.submissions import Result
from members.models import Member
from workshops.models import Gathering, Workshop

NAMED = 3  # so many events are named at most, then comes how many more there are


@dataclass(frozen=True)
class Row:
    """One workshop on the page of its gathering.

    Attributes:
        clashes: in which other events at the same time the member has a place, a wish for one or a role; as words.
        is_chosen: its tick is set.
    """

    place: seats.Place
    clashes: str
    is_chosen: bool


def places_of(gathering: Gathering, *, member: Member, at: datetime) -> list[seats.Place]:
    """The workshops of a gathering that a member may see, in their order."""
    workshops = Workshop.objects.visible_to(member, at=at).filter(gathering=gathering).select_related("theme")
    return seats.places(workshops.order_by("starts_at", "id"), member=member, at=at)


def rows(places: list[seats.Place], *, member: Member, chosen: Collection[int] = ()) -> list[Row]:
    """Put beside each workshop what the member has at the same time, in one query."""
    if not places:
        return []
    start, end = min(place.event.starts_at for place in places), max(place.event.ends_at for place in places)
    engaged = list(overlaps.engagements(member, start=start, end=end))
    return [
        Row(place, said(_beside(place, engaged)), is_chosen=place.may_tick and place.event.pk in chosen)
        for place in places
    ]


def said(events: Iterable[Event]) -> str:
    """Name some events in one line: “A”, “B”, “C” and 2 more."""
    titles = [_("“%(title)s”") % {"title": event.title} for event in events]
    named = ", ".join(titles[:NAMED])
    if len(titles) <= NAMED:
        return named
    return _("%(titles)s and %(number)d more") % {"titles": named, "number": len(titles) - NAMED}


def register(places: list[seats.Place], *, may_wait: Collection[int], member: Member, at: datetime) -> Result:
    """Register a member for all of these workshops or for none; answer their ids by the state that came of it.

    Raises:
        SomeAreFull: an event is full, and waiting for it was not asked for.
        RegistrationRefused: one of them cannot be had, with its title.
    """
    for place in places:
        _check_can_have(place, at)
    made = registrations.register_many(
        events=[place.event for place in places],
        member=member,
        by=member,
        at=at,
        wishes={place.event.pk: Wishes(interpretation=place.usual) for place in places if not place.registration},
        may_wait=may_wait,
    )
    return {state: [row.event_id for row in made if row.state == state] for state in Registration.STANDING}


def _beside(place: seats.Place, engaged: list[Event]) -> list[Event]:
    return [] if place.is_over or place.door == "cancelled" else overlaps.beside(place.event, engaged)


def _check_can_have(place: seats.Place, at: datetime) -> None:
    """Like the seat service, but the sentence names the workshop: with many at once one wants to know which."""
    if place.registration is not None and place.registration.stands:
        return
    try:
        policies.check_is_invited(place.event, invited=place.door != "other_group")
        registrations.check_open(place.event, at)
    except (RegistrationRefused, PermissionDenied) as refusal:
        words = _("“%(title)s”: %(reason)s Nothing was booked.")
        raise RegistrationRefused(words % {"title": place.event.title, "reason": refusal}) from refusal
