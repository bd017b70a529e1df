"""One move or many at once: all or nothing, each event by its own rules, each person told in one message."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events import emails, policies, series_emails
from events.locks import lock_events
from events.models import Event, Registration, Transition
from events.telling import NEAR, Listener, Span, listeners, undrawn_answers, untold, untold_moves, yet_to_hear
from forestallies.lib import zones
from members.models import Member
from notices import outbox
from notices.outbox import Posting

LONGEST = 24 * 60  # minutes


class ScheduleRefused(Exception):
    """This cannot be scheduled so; the text is a sentence for the reader.

    Attributes:
        field: the field of the event that the sentence is about, or None.
    """

    def __init__(self, words: str, *, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class Impact:
    """Whom a change reaches.

    Attributes:
        told: how many people get a message.
        without_address: how many have no e-mail address and have to be told by somebody.
        at_once: the message leaves now; otherwise after the ten minutes in which a move can be taken back.
    """

    told: int
    without_address: int
    at_once: bool


@dataclass(frozen=True)
class When:
    """A time as the wall clock of a zone shows it, and how long it lasts."""

    wall_date: date
    wall_time: time
    minutes: int
    zone: str

    @classmethod
    def of(cls, event: Event) -> "When":
        return cls(event.wall_date, event.wall_time, event.minutes, event.zone)

    @property
    def wall(self) -> datetime:
        """Date and time on the wall, without any zone."""
        return datetime.combine(self.wall_date, self.wall_time)

    def later(self, by: timedelta) -> "When":
        """So much later (or earlier) on the wall, whatever the clocks do in between."""
        wall = self.wall + by
        return When(wall.date(), wall.time(), self.minutes, self.zone)

    def span(self) -> Span:
        return Span(*zones.instants(self.wall_date, self.wall_time, self.minutes, self.zone))


Moves = Mapping[int, When]  # by the ids of the events


@transaction.atomic
def move_all(moves: Moves, *, by: Member, at: datetime) -> list[Event]:
    """Let events take place at other times, all of them or none, and tell everybody once of all that concerns her.

    Returns the events by ascending id. Those that stay where they are change nothing.

    Raises:
        ScheduleRefused: one of them cannot be moved so; of several, the sentence names it.
        PermissionDenied: one of them is not hers to move.
        Event.DoesNotExist: one of them is gone.
    """
    events = lock_events(moves)
    if len(events) < len(moves):
        raise Event.DoesNotExist("an event to be moved does not exist")
    _check_rights(events.values(), by=by, at=at)
    moving = _moving(events.values(), moves, at=at)
    carry_out(moving, verb="event.moved", by=by, at=at)
    return list(events.values())


def describe_all(moves: Moves, *, at: datetime) -> Impact:
    """Count whom these moves would reach, each person once, without moving anything.

    Raises:
        ScheduleRefused: as `move_all`.
    """
    events = Event.objects.filter(pk__in=moves).order_by("pk")
    spans = [(event, when.span()) for event, when in _moving(events, moves, at=at)]
    changed = [(event, after) for event, after in spans if after != Span.of(event)]
    people = {one.member.pk: one for event, after in changed for one in _hearers(event, to=after)}
    at_once = any(min(event.starts_at, after.starts_at) - at < NEAR for event, after in changed)
    return impact(people.values(), at_once=at_once)


def impact(people: Iterable[Listener], *, at_once: bool) -> Impact:
    reachable = [bool(person.member.email) for person in people]
    return Impact(told=sum(reachable), without_address=len(reachable) - sum(reachable), at_once=at_once)


def carry_out(moving: list[tuple[Event, When]], *, verb: str, by: Member | None, at: datetime) -> None:
    """Move locked events that may be moved so, write it down and tell people. An equal instant is no news."""
    changed = [(event, when.span()) for event, when in moving if when.span() != Span.of(event)]
    hold_moves(event for event, _after in changed)
    people = [(event, person) for event, after in changed for person in _hearers(event, to=after)]
    told = {event.pk for event, _person in people}
    for event, when in moving:
        _settle(event, when, is_told=event.pk in told, verb=verb, by=by, at=at)
    outbox.post_many_once(_postings(people, at=at), at=at)


def hold_moves(events: Iterable[Event]) -> None:
    """Keep delivery from taking up what people are about to be told while it is decided who hears what."""
    events = list(events)
    of_these = Transition.objects.to_tell().filter(registration__event__in=events)
    list(of_these.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    list(undrawn_answers(events).select_for_update().values_list("pk"))
    list(untold(events).select_for_update().values_list("pk"))


def withdraw_moves(event: Event, *, at: datetime) -> None:
    """Take back what earlier moves would tell: a later message says it better.

    A message about several events stays: it leaves out what no longer holds when it is sent.
    """
    outbox.withdraw_all(untold_moves(event), at=at, reason="The event was moved again or cancelled.")


def check_time(when: When) -> None:
    """A length that can be, and an hour that the clocks of the zone show.

    Raises:
        ScheduleRefused: with a sentence for the reader.
    """
    if not 0 < when.minutes <= LONGEST:
        raise ScheduleRefused(_("An event lasts between one minute and 24 hours."), field="minutes")
    if zones.is_skipped(when.wall_date, when.wall_time, when.zone):
        raise ScheduleRefused(
            _("The clocks in this zone jump over that time. Please choose another one."), field="wall_time"
        )


def check_ahead(starts_at: datetime, at: datetime) -> None:
    """A scheduled event lies ahead.

    Raises:
        ScheduleRefused: with a sentence for the reader.
    """
    if starts_at <= at:
        raise ScheduleRefused(
            _("That time is over. A scheduled event lies ahead; please choose a later date."), field="wall_date"
        )


def _check_rights(events: Iterable[Event], *, by: Member, at: datetime) -> None:
    for event in {event.home_id: event for event in events}.values():
        policies.check_can_schedule(event, by=by, at=at)


def _moving(events: Iterable[Event], moves: Moves, *, at: datetime) -> list[tuple[Event, When]]:
    """The events that really change, each allowed to."""
    moving = [(event, moves[event.pk]) for event in events if When.of(event) != moves[event.pk]]
    for event, when in moving:
        try:
            _check_move(event, when, at=at)
        except ScheduleRefused as refusal:
            if len(moves) == 1:
                raise
            words = _("“%(title)s” cannot be moved so: %(reason)s")
            raise ScheduleRefused(words % {"title": event.title, "reason": refusal}) from refusal
    return moving


def _check_move(event: Event, when: When, *, at: datetime) -> None:
    if event.state not in (Event.State.DRAFT, Event.State.SCHEDULED):
        raise ScheduleRefused(_("This event is closed or cancelled; its time can no longer be changed."))
    check_time(when)
    if event.state == Event.State.SCHEDULED:
        if event.starts_at <= at:
            raise ScheduleRefused(_("This event has begun; its time can no longer be changed."), field="wall_date")
        check_ahead(when.span().starts_at, at)


def _hearers(event: Event, *, to: Span) -> list[Listener]:
    """Those who have to learn of a move: nobody for a draft, and nobody who knows the event at that time."""
    if event.state != Event.State.SCHEDULED:
        return []
    people, later = listeners(event, states=Registration.SEATED, to=to), yet_to_hear(event)
    return [person for person in people if person.told != to and person.member.pk not in later]


def _settle(event: Event, when: When, *, is_told: bool, verb: str, by: Member | None, at: datetime) -> None:
    """Write one event's new time, with the next sequence number when its instants differ.

    Reminders begin anew where somebody is told of the move. A move taken back before anybody heard of it leaves them
    as they were, or one that was due meanwhile would never come.
    """
    before, after = Span.of(event), when.span()
    if after != before:
        event.sequence += 1
        if is_told:
            event.reminders_since = at
        withdraw_moves(event, at=at)
    event.wall_date, event.wall_time, event.minutes, event.zone = (
        when.wall_date,
        when.wall_time,
        when.minutes,
        when.zone,
    )
    event.save(update_fields=["wall_date", "wall_time", "minutes", "zone", "sequence", "reminders_since", "updated_at"])
    stamps = {"before": stamp(*before), "after": stamp(*after), "zone": when.zone}
    record(verb=verb, subject=event, by=by, at=at, **stamps)


def _postings(people: list[tuple[Event, Listener]], *, at: datetime) -> list[Posting]:
    """One message for each person: about her one event, or about all of hers."""
    by_member: dict[int, list[tuple[Event, Listener]]] = defaultdict(list)
    for event, person in people:
        by_member[person.member.pk].append((event, person))
    return [
        emails.rescheduled(*news[0], at=at) if len(news) == 1 else series_emails.rescheduled_series(news, at=at)
        for news in by_member.values()
    ]


def stamp(*instants: datetime) -> list[str]:
    """Instants as the audit writes them."""
    return [f"{instant:%Y-%m-%dT%H:%MZ}" for instant in instants]
