"""Calendar entries, read with a second pair of eyes: the rules of RFC 5545 at the level of lines and octets."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from icalendar import Calendar

from events.invitation import calendar_for, sender_address
from events.models import Event
from forestallies.lib import ical
from members.models import Member
from tests.factories import EventFactory, MemberFactory

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOSTILE = 'Cacao, café; "bosques" \\ 100 % : fin\nBEGIN:VALARM\r\nATTENDEE:mailto:all@example.org \N{DECIDUOUS TREE}'

NAME = r"[A-Z0-9-]+"
VALUE = r'(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^",:;\x00-\x08\x0a-\x1f\x7f]*)'
CONTENT_LINE = re.compile(rf"({NAME})((?:;{NAME}={VALUE}(?:,{VALUE})*)*):(.*)", re.DOTALL)
TEXT = re.compile(r"(?:[^\\;,\x00-\x08\x0a-\x1f\x7f]|\\[\\;,nN])*")
TEXT_PROPERTIES = {"SUMMARY", "DESCRIPTION", "LOCATION", "UID", "PRODID"}
UTC_TIME = re.compile(r"\d{8}T\d{6}Z")


def read(raw: bytes) -> list[tuple[str, str, str]]:
    """Read a calendar by the grammar; give (name, parameters, value) of each line. Fails on any breach."""
    assert raw.endswith(b"\r\n")
    physical = raw.removesuffix(b"\r\n").split(b"\r\n")
    for line in physical:
        assert b"\r" not in line, "a carriage return of its own"
        assert b"\n" not in line, "a line feed of its own"
        assert 0 < len(line) <= 75, f"{len(line)} octets"
        line.decode("utf-8")  # no character is cut in two
    unfolded = raw.decode("utf-8").replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    lines = []
    open_blocks: list[str] = []
    for line in unfolded:
        match = CONTENT_LINE.fullmatch(line)
        assert match, line
        name, parameters, value = match.groups()
        if name == "BEGIN":
            open_blocks.append(value)
        elif name == "END":
            assert open_blocks.pop() == value
        elif name in TEXT_PROPERTIES:
            assert TEXT.fullmatch(value), line
        elif name in ("DTSTAMP", "DTSTART", "DTEND"):
            assert not parameters
            assert UTC_TIME.fullmatch(value), line
        lines.append((name, parameters, value))
    assert open_blocks == []
    return lines


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def only(lines: list[tuple[str, str, str]], name: str) -> str:
    [value] = [value for found, _, value in lines if found == name]
    return value


@pytest.fixture
def event(db: None) -> Event:
    return EventFactory.create(title="Working with smallholders")


@pytest.fixture
def ana(db: None) -> Member:
    return MemberFactory.create(name="Ana Quispe", email="ana@example.org", zone="America/Lima", language="es")


def entry(**changes: object) -> ical.Entry:
    words: dict[str, object] = {
        "uid": "event-1@portal.example.org",
        "sequence": 0,
        "starts_at": AT,
        "ends_at": AT + timedelta(minutes=90),
        "summary": "Title",
        "description": "Words",
        "url": "https://portal.example.org/workshops/one/",
        "organizer_name": "Forest Allies",
        "organizer_address": "portal@example.org",
        "attendee_name": "Ana Quispe",
        "attendee_address": "ana@example.org",
    }
    return ical.Entry(**{**words, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_calendar_keeps_the_grammar(event: Event, ana: Member, method: ical.Method) -> None:
    lines = read(calendar_for(event, ana, method=method, at=AT))
    assert lines[0] == ("BEGIN", "", "VCALENDAR")
    assert lines[-1] == ("END", "", "VCALENDAR")
    for name in ("VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER"):
        assert only(lines, name)
    assert only(lines, "VERSION") == "2.0"
    assert only(lines, "METHOD") == method
    assert [value for name, _, value in lines if name == "BEGIN"] == ["VCALENDAR", "VEVENT"]  # times are UTC: no zones


def test_invitation_says_what_calendars_need(event: Event, ana: Member) -> None:
    lines = read(calendar_for(event, ana, method="REQUEST", at=AT))
    assert only(lines, "UID") == f"event-{event.uid}@{settings.SITE_HOST}"
    assert only(lines, "DTSTAMP") == "20261121T090000Z"
    assert only(lines, "DTSTART") == "20261202T130000Z"
    assert only(lines, "DTEND") == "20261202T143000Z"
    assert only(lines, "SEQUENCE") == "0"
    assert only(lines, "STATUS") == "CONFIRMED"
    assert only(lines, "URL") == settings.SITE_URL + event.get_absolute_url()
    assert only(lines, "ORGANIZER") == f"mailto:{sender_address()}"
    assert only(lines, "ATTENDEE") == "mailto:ana@example.org"
    description = unescaped(only(lines, "DESCRIPTION")).splitlines()
    assert description == [
        "miércoles, 2 de diciembre de 2026, 08:00 (Lima, UTC−5)",
        "08:00 PE · 13:00 GH",
        f"Página y acceso a la sesión: {settings.SITE_URL}{event.get_absolute_url()}",
    ]


def test_move_keeps_the_uid_and_raises_the_sequence(event: Event, ana: Member) -> None:
    before = read(calendar_for(event, ana, method="REQUEST", at=AT))
    event.wall_date += timedelta(days=7)
    event.zone = "America/Bogota"
    event.sequence += 1
    event.save(update_fields=["wall_date", "zone", "sequence"])
    after = read(calendar_for(event, ana, method="REQUEST", at=AT))
    assert only(after, "UID") == only(before, "UID")
    assert (only(before, "SEQUENCE"), only(after, "SEQUENCE")) == ("0", "1")
    assert only(after, "DTSTART") == "20261209T180000Z"


def test_withdrawal_of_one_person_does_not_call_the_event_cancelled(event: Event, ana: Member) -> None:
    lines = read(calendar_for(event, ana, method="CANCEL", at=AT))
    assert "STATUS" not in {name for name, _, _ in lines}
    assert only(lines, "ATTENDEE") == "mailto:ana@example.org"


def test_cancelled_event_says_so(event: Event, ana: Member) -> None:
    event.state = Event.State.CANCELLED
    lines = read(calendar_for(event, ana, method="CANCEL", at=AT))
    assert only(lines, "STATUS") == "CANCELLED"


def test_download_names_no_attendee(event: Event, ana: Member) -> None:
    lines = read(calendar_for(event, ana, method="PUBLISH", at=AT))
    assert "ATTENDEE" not in {name for name, _, _ in lines}
    assert b"ana@example.org" not in calendar_for(event, ana, method="PUBLISH", at=AT)


def test_hostile_words_come_back_as_they_were() -> None:
    raw = ical.calendar([entry(summary=HOSTILE, description=HOSTILE * 5)], method="REQUEST", stamp=AT)
    lines = read(raw)
    expected = HOSTILE.replace("\r\n", "\n")
    assert unescaped(only(lines, "SUMMARY")) == expected
    assert unescaped(only(lines, "DESCRIPTION")) == expected * 5
    [parsed] = Calendar.from_ical(raw).walk("VEVENT")
    assert str(parsed["SUMMARY"]) == expected
    assert str(parsed["DESCRIPTION"]) == expected * 5
    assert only(lines, "ATTENDEE") == "mailto:ana@example.org"


@pytest.mark.parametrize("name", ['Ana "la jefa" Quispe', "Quispe, Ana; Lima: PE", "Ana^nQuispe", "Ñandú " * 20])
def test_hostile_attendee_name_stays_a_parameter(name: str) -> None:
    raw = ical.calendar([entry(attendee_name=name)], method="REQUEST", stamp=AT)
    assert only(read(raw), "ATTENDEE") == "mailto:ana@example.org"


@pytest.mark.parametrize("length", range(60, 90))
def test_folding_never_cuts_a_character(length: int) -> None:
    title = "é" * length + "\N{DECIDUOUS TREE}" * 20
    lines = read(ical.calendar([entry(summary=title)], method="PUBLISH", stamp=AT))
    assert unescaped(only(lines, "SUMMARY")) == title


def test_times_in_any_zone_are_written_in_utc() -> None:
    from zoneinfo import ZoneInfo

    start = datetime(2026, 7, 1, 8, 0, tzinfo=ZoneInfo("America/Lima"))
    lines = read(
        ical.calendar([entry(starts_at=start, ends_at=start + timedelta(hours=2))], method="REQUEST", stamp=start)
    )
    assert (only(lines, "DTSTART"), only(lines, "DTEND")) == ("20260701T130000Z", "20260701T150000Z")
    assert only(lines, "DTSTAMP") == "20260701T130000Z"
