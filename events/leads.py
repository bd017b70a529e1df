"""The reminders of an event: how long before the start each comes, by whose clock, and until when it is worth sending.

Reckoned here, in Python; the database knows no zone rules. The periods of one event never overlap for one person, so of
two reminders that an outage held up only the later one is ever sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from events.models import Event
from forestallies.lib import zones
from notices.models import Notice

MORNING = time(9)
OPENS, CLOSES = time(8), time(19, 30)
LONGEST = timedelta(days=8)  # no reminder comes earlier than this before the start, in any zone and across any change

Moment = Callable[[datetime, str], datetime]  # of a start, in a zone


@dataclass(frozen=True)
class Lead:
    """One reminder: `code` as events store it, `kind` of its message.

    Attributes:
        moment: when it is due, given the start and the zone of its reader; in UTC.
        closes: from when on it is not sent any more.
        priority: in the outbox.
    """

    code: str
    kind: str
    moment: Moment
    closes: Moment
    priority: Notice.Priority = Notice.Priority.REMINDER


def week_before(starts_at: datetime, zone: str) -> datetime:
    """09:00 on her wall clock, seven calendar days before the start's day there; a skipped hour is shifted forward."""
    day = starts_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=7)
    return zones.instants(day, MORNING, 0, zone)[0]


def day_before(starts_at: datetime, zone: str) -> datetime:
    """24 elapsed hours before, moved into the waking hours of that same day on her wall clock.

    Of the same day, because an early start would otherwise be told of on the morning of itself, and a late one two days
    ahead: either way no longer "the day before". Until 19:30, so that all of them are delivered before 20:00, the hour
    from which nobody is disturbed.
    """
    there = (starts_at - timedelta(hours=24)).astimezone(ZoneInfo(zone))
    first, last = (zones.instants(there.date(), hour, 0, zone)[0] for hour in (OPENS, CLOSES))
    return min(max(starts_at - timedelta(hours=24), first), last)


def hour_before(starts_at: datetime, _zone: str) -> datetime:
    """60 elapsed minutes before, whatever the hour: she is about to be somewhere."""
    return starts_at - timedelta(minutes=60)


def _week_closes(starts_at: datetime, zone: str) -> datetime:
    return min(week_before(starts_at, zone) + timedelta(hours=24), day_before(starts_at, zone))


def _day_closes(starts_at: datetime, _zone: str) -> datetime:
    return starts_at - timedelta(hours=2)


def _hour_closes(starts_at: datetime, _zone: str) -> datetime:
    return starts_at


WEEK = Lead(Event.Reminder.WEEK.value, "reminder_7d", week_before, _week_closes)
DAY = Lead(Event.Reminder.DAY.value, "reminder_24h", day_before, _day_closes)
# It is of no use behind ten thousand others.
HOUR = Lead(Event.Reminder.HOUR.value, "reminder_1h", hour_before, _hour_closes, Notice.Priority.ANSWER)
LEADS = (WEEK, DAY, HOUR)  # in the order in which they come


def named(code: str) -> Lead:
    """Give the reminder that events store under this code.

    Raises:
        KeyError: there is none.
    """
    return {lead.code: lead for lead in LEADS}[code]
