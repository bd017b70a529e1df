"""Calendar entries (RFC 5545, 5546, 6047): one way out for every time that goes into somebody's calendar."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote

from icalendar import Calendar, Timezone, TimezoneStandard, vCalAddress, vDuration, vText
from icalendar import Event as CalendarEvent

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]

# Every kind of line break becomes the one that is escaped; a reader that is lax about line ends must find none inside.
_BREAK = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
_ESCAPED = re.compile(r"[\\;,]")
# Calendars hold no control characters but the tab; halves of a character cannot be written at all.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Entry:
    """What a calendar needs to know about one event for one person.

    Attributes:
        uid: stable for the life of the event, never made from its time.
        sequence: grows by one with every move, so that calendars replace the older entry.
        starts_at, ends_at: aware; written in UTC, so no zone table is needed and every calendar shows its own hour.
        url: the portal's own page, never the meeting's address, which may change.
        status: CANCELLED when the event itself is off (not merely one person's place in it), TENTATIVE while her place
            is not sure.
        changed_at: since when it has been so, aware; the stamp of a feed's entry, which must not change by itself.
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
    status: Status = "CONFIRMED"
    changed_at: datetime | None = None


def calendar(
    entries: list[Entry], *, method: Method, stamp: datetime, name: str = "", refresh: timedelta | None = None
) -> bytes:
    """Write a calendar of entries.

    Args:
        method: PUBLISH for downloads and feeds, REQUEST to invite or update, CANCEL to withdraw.
        stamp: the instant of writing (DTSTAMP) of entries that bring none of their own, aware.
        name: shown by calendar programs for a subscribed feed.
        refresh: how often a subscribed feed is worth reading.

    Returns:
        UTF-8 with CRLF line ends, folded at 75 octets.
    """
    document = Calendar()
    document.add("prodid", "-//Forest Allies//Portal//EN")
    document.add("version", "2.0")
    document.add("method", method)
    if name:
        document.add("x-wr-calname", _text(name))
    if refresh:
        document.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        document.add("x-published-ttl", vDuration(refresh).to_ical().decode())  # the older name, without a type
    for entry in entries:
        document.add_component(_event(entry, method=method, stamp=stamp))
    if not entries:
        document.add_component(_utc())  # a calendar without any component breaks the grammar
    return bytes(document.to_ical())


def _event(entry: Entry, *, method: Method, stamp: datetime) -> CalendarEvent:
    event = CalendarEvent()
    event.add("uid", _text(entry.uid))
    event.add("dtstamp", (entry.changed_at or stamp).astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", _text(entry.summary))
    event.add("description", _text(entry.description))
    event.add("location", _text(entry.url))
    event.add("url", _line(entry.url))
    event.add("organizer", _person(entry.organizer_name, entry.organizer_address))
    if entry.attendee_address and method != "PUBLISH":
        attendee = _person(entry.attendee_name, entry.attendee_address)
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        if method == "REQUEST":
            attendee.params["PARTSTAT"] = vText("ACCEPTED")
            attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee)
    # Withdrawing one person is a CANCEL without the event's own status: for everybody else it still takes place.
    if method != "CANCEL" or entry.status == "CANCELLED":
        event.add("status", entry.status)
    return event


def _person(name: str, address: str) -> vCalAddress:
    """A calendar address. A quotation mark in the name is written as RFC 6868 has it."""
    person = vCalAddress(f"mailto:{quote(_line(address), safe='@!$*+-._~')}")
    person.params["CN"] = vText(_line(name))
    return person


def _utc() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "UTC")
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 (RFC 5545 wants the local time here)
    standard.add("tzoffsetfrom", timedelta())
    standard.add("tzoffsetto", timedelta())
    zone.add_component(standard)
    return zone


class _Text(vText):
    """Text, escaped here: the library would take the two signs `\\N` that somebody wrote for a line break."""

    def to_ical(self) -> bytes:
        escaped = _ESCAPED.sub(r"\\\g<0>", str(self)).replace("\n", r"\n")
        return escaped.encode()


def _text(value: str) -> _Text:
    return _Text(_printable(value))


def _line(value: str) -> str:
    """Text of one line, for places where nothing is escaped."""
    return _printable(value).replace("\n", " ").strip()


def _printable(value: str) -> str:
    """Text as a calendar may hold it: every line break a line feed, control characters dropped."""
    return _CONTROL.sub("", _BREAK.sub("\n", value))


@dataclass(frozen=True)
class Seen:
    """What somebody is shown of an entry: no addresses, which may open something."""

    summary: str
    starts_at: datetime
    ends_at: datetime


def read(written: bytes) -> list[Seen]:
    """Read back the entries of a calendar that `calendar` wrote."""
    entries = Calendar.from_ical(written).walk("VEVENT")
    return [Seen(str(one["summary"]), one.decoded("dtstart"), one.decoded("dtend")) for one in entries]
