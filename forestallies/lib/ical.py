"""Calendar entries (RFC 5545, 5546, 6047): one way out for every time that goes into somebody's calendar."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from icalendar import Calendar, vCalAddress, vText
from icalendar import Event as CalendarEvent

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


@dataclass(frozen=True)
class Entry:
    """What a calendar needs to know about one event for one person.

    Attributes:
        uid: stable for the life of the event, never made from its time.
        sequence: grows by one with every move, so that calendars replace the older entry.
        starts_at, ends_at: aware; written in UTC, so no zone table is needed and every calendar shows its own hour.
        url: the portal's own page, never the meeting's address, which may change.
        cancelled: the event itself is off (not merely one person's place in it).
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    url: str
    organizer_name: str
    organizer_address: str
    attendee_name: str = ""
    attendee_address: str = ""
    cancelled: bool = False


def calendar(entries: list[Entry], *, method: Method, stamp: datetime, name: str = "") -> bytes:
    """Write a calendar of entries.

    Args:
        method: PUBLISH for downloads and feeds, REQUEST to invite or update, CANCEL to withdraw.
        stamp: the instant of writing (DTSTAMP), aware.
        name: shown by calendar programs for a subscribed feed.

    Returns:
        UTF-8 with CRLF line ends, folded at 75 octets.
    """
    document = Calendar()
    document.add("prodid", "-//Forest Allies//Portal//EN")
    document.add("version", "2.0")
    document.add("method", method)
    if name:
        document.add("x-wr-calname", name)
    for entry in entries:
        document.add_component(_event(entry, method=method, stamp=stamp))
    return bytes(document.to_ical())


def _event(entry: Entry, *, method: Method, stamp: datetime) -> CalendarEvent:
    event = CalendarEvent()
    event.add("uid", entry.uid)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("location", entry.url)
    event.add("url", entry.url)
    organizer = vCalAddress(f"mailto:{entry.organizer_address}")
    organizer.params["CN"] = vText(entry.organizer_name)
    event.add("organizer", organizer)
    if entry.attendee_address and method != "PUBLISH":
        attendee = vCalAddress(f"mailto:{entry.attendee_address}")
        attendee.params["CN"] = vText(entry.attendee_name)
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        if method == "REQUEST":
            attendee.params["PARTSTAT"] = vText("ACCEPTED")
            attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee)
    # Withdrawing one person is a CANCEL without the event's own status: for everybody else it still takes place.
    if entry.cancelled:
        event.add("status", "CANCELLED")
    elif method != "CANCEL":
        event.add("status", "CONFIRMED")
    return event
