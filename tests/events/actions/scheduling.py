"""Moving an event, and hearing of it."""

from datetime import date, datetime, time, timedelta

from icalendar import Calendar

from events import answers
from events.actions import schedule
from events.models import Registration
from events.telling import MoveRef
from notices import delivery
from notices.models import Notice

State = Registration.State
FIRST, SECOND, THIRD = time(13), time(15), time(17)  # the factory's event starts at 13:00Z on 2 December 2026
MINUTE, HOUR, DAY_BEFORE = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24)


def move(event, by, at, wall_time=SECOND, wall_date=date(2026, 12, 2), minutes=90, zone="Africa/Accra"):
    return schedule.move(
        event=event, wall_date=wall_date, wall_time=wall_time, minutes=minutes, zone=zone, by=by, at=at
    )


def hear(at: datetime) -> None:
    """Let everybody be told what happened to her place, by mail."""
    answers.tell_due(at=at)
    deliver(at)


def deliver(at) -> list[Notice]:
    """What leaves the outbox at an instant, in order."""
    delivery.deliver_due(clock=lambda: at)
    return list(Notice.objects.filter(state="sent", finished_at=at).order_by("id"))


def told(notice: Notice) -> tuple[int, int]:
    """The hours, in UTC, that a message of a move names as the old and the new start."""
    ref = MoveRef.parse(notice.subject_ref)
    return ref.told.starts_at.hour, ref.new.starts_at.hour


def entry_of(notice: Notice):
    calendar = Calendar.from_ical(bytes(notice.calendar))
    [entry] = calendar.walk("VEVENT")
    return calendar["method"], entry
