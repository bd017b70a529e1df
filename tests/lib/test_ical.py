"""What is written into calendars, read back by the grammar and by another library than the one that writes."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from forestallies.lib import ical
from tests.calendars import Block, plain_name, read

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
METHODS = get_args(ical.Method)
PROPERTIES = {
    "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "ORGANIZER",
}  # fmt: skip

HOSTILE = [
    'Cacao, café; "bosques" \\ 100 % : fin',
    "X\r\nATTENDEE:mailto:evil@example.org",
    "X\nEND:VEVENT\nBEGIN:VALARM",
    "X\rORGANIZER:mailto:evil@example.org",
    "X\u2028ATTENDEE:mailto:evil@example.org",
    "X\x85DTSTART:19700101T000000Z",
    "bell \x07, escape \x1b[31m, nul \x00, feed \x0c\x0b",
    "=cmd|' /C calc'!A0",
    r"C:\new\nothing \, \; \\n and C:\New",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe שלום \N{DECIDUOUS TREE}\N{ZERO WIDTH JOINER}👩‍🌾",
    "é" * 300,
    "\N{DECIDUOUS TREE}" * 300,
    " starts and ends blank ",
    "^n ^' ^^ %0D%0A",
    "half a pair \ud800 of surrogates",
    "",
]
# Weighted towards what breaks calendars.
WORDS = st.lists(
    st.one_of(
        st.sampled_from(['"', ":", ";", ",", "\\", "\\n", "\\N", "\r\n", "\n", "\r", "\x85", "\u2028", "\t", "^", " "]),
        st.sampled_from(
            ["ATTENDEE:mailto:evil@example.org", "END:VEVENT", "BEGIN:VEVENT", "=cmd", "\N{DECIDUOUS TREE}"]
        ),
        st.text(max_size=40),
    ),
    max_size=12,
).map("".join)


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
    return ical.Entry(**{**words, **changes})  # type: ignore[arg-type]  # words of a test


def written(method: ical.Method = "REQUEST", **changes: object) -> bytes:
    return ical.calendar([entry(**changes)], method=method, stamp=AT)


def kept(words: str) -> str:
    """What has to come back: the same words, with plain line ends and without what no calendar may hold."""
    for line_break in ("\r\n", "\r", "\x85", "\u2028", "\u2029"):
        words = words.replace(line_break, "\n")
    return "".join(sign for sign in words if sign in "\n\t" or not is_control(sign))


def is_control(sign: str) -> bool:
    return sign < " " or "\x7f" <= sign <= "\x9f" or "\ud800" <= sign <= "\udfff"


def check_nothing_was_injected(event: Block, method: str) -> None:
    assert event.blocks == []
    expected = sorted(PROPERTIES | ({"ATTENDEE"} if method != "PUBLISH" else set()))
    assert sorted(name for name in event.names() if name != "STATUS") == expected


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_come_back_as_they_were(method: ical.Method, words: str) -> None:
    check_round_trip(method, words, words, words)


@given(method=st.sampled_from(METHODS), title=WORDS, description=WORDS, name=WORDS)
def test_any_words_come_back_as_they_were(method: ical.Method, title: str, description: str, name: str) -> None:
    check_round_trip(method, title, description, name)


def check_round_trip(method: ical.Method, title: str, description: str, name: str) -> None:
    raw = written(method, summary=title, description=description, attendee_name=name, organizer_name=name)
    calendar = read(raw)
    assert [block.name for block in calendar.blocks] == ["VEVENT"]
    event = calendar.event
    check_nothing_was_injected(event, method)
    assert event.value("SUMMARY") == kept(title)
    assert event.value("DESCRIPTION") == kept(description)
    for person in ("ORGANIZER", "ATTENDEE"):
        if person in event.names():
            assert plain_name(event.line(person).parameters["CN"]) == kept(name).replace("\n", " ").strip()
    other = vobject.readOne(raw.decode())
    assert other.vevent.summary.value == kept(title)
    assert other.vevent.description.value == kept(description)
    assert [child.name for child in other.vevent.getChildren()].count("ATTENDEE") == (method != "PUBLISH")


@pytest.mark.parametrize("method", METHODS)
def test_two_other_readers_see_the_same_event(method: ical.Method) -> None:
    raw = written(method, summary="Cacao, niñez; y más", starts_at=AT, ends_at=AT + timedelta(hours=2))
    other = vobject.readOne(raw.decode())
    assert (other.method.value, other.vevent.summary.value) == (method, "Cacao, niñez; y más")
    assert (other.vevent.dtstart.value, other.vevent.dtend.value) == (AT, AT + timedelta(hours=2))
    assert other.vevent.uid.value == "event-1@portal.example.org"
    [own] = Calendar.from_ical(raw).walk("VEVENT")
    assert own.errors == []
    assert own["SUMMARY"] == "Cacao, niñez; y más"


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("ana+cacao@example.org", "mailto:ana+cacao@example.org"),
        ('"a;b:c"@example.org', "mailto:%22a%3Bb%3Ac%22@example.org"),
        ("ana@example.org\r\nATTENDEE:evil@example.org", "mailto:ana@example.org%20ATTENDEE%3Aevil@example.org"),
        ("ana?cc=evil@example.org", "mailto:ana%3Fcc%3Devil@example.org"),
        ("ñandú@example.org", "mailto:%C3%B1and%C3%BA@example.org"),
    ],
)  # fmt: skip
def test_address_stays_one_address(address: str, uri: str) -> None:
    event = read(written(attendee_address=address)).event
    assert event.line("ATTENDEE").value == uri
    check_nothing_was_injected(event, "REQUEST")


@pytest.mark.parametrize("length", range(60, 90))
def test_folding_never_cuts_a_character(length: int) -> None:
    title = "é" * length + "\N{DECIDUOUS TREE}" * 20
    assert read(written(summary=title)).event.value("SUMMARY") == title


def test_times_in_any_zone_are_written_in_utc() -> None:
    start = datetime(2026, 7, 1, 8, 0, tzinfo=ZoneInfo("America/Lima"))
    event = read(written(starts_at=start, ends_at=start + timedelta(hours=2), changed_at=start)).event
    assert (event.value("DTSTART"), event.value("DTEND")) == ("20260701T130000Z", "20260701T150000Z")
    assert event.value("DTSTAMP") == "20260701T130000Z"


@pytest.mark.parametrize(
    ("method", "status", "shown"),
    [
        ("REQUEST", "CONFIRMED", "CONFIRMED"),
        ("PUBLISH", "TENTATIVE", "TENTATIVE"),
        ("PUBLISH", "CANCELLED", "CANCELLED"),
        ("CANCEL", "CANCELLED", "CANCELLED"),
        ("CANCEL", "CONFIRMED", None),
        ("CANCEL", "TENTATIVE", None),
    ],
)
def test_only_an_event_that_is_off_is_called_so(method: ical.Method, status: ical.Status, shown: str | None) -> None:
    event = read(written(method, status=status)).event
    assert [line.value for line in event.lines if line.name == "STATUS"] == ([shown] if shown else [])


def test_feed_tells_its_name_and_how_often_to_come_back() -> None:
    raw = ical.calendar([entry()], method="PUBLISH", stamp=AT, name="Mis sesiones, todas", refresh=timedelta(hours=6))
    calendar = read(raw)
    assert calendar.value("X-WR-CALNAME") == "Mis sesiones, todas"
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in raw
    assert b"\r\nX-PUBLISHED-TTL:PT6H\r\n" in raw


def test_empty_calendar_keeps_the_grammar() -> None:
    raw = ical.calendar([], method="PUBLISH", stamp=AT, name="Nothing yet")
    assert read(raw).events == []
    assert not hasattr(vobject.readOne(raw.decode()), "vevent")
