"""A second pair of eyes on calendars: the rules of RFC 5545 and 5546 at the level of lines and octets.

Written from the grammar, and sharing no code with the library that writes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

NAME = r"[A-Z0-9-]+"
VALUE = r'(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^",:;\x00-\x08\x0a-\x1f\x7f]*)'
CONTENT_LINE = re.compile(rf"({NAME})((?:;{NAME}={VALUE}(?:,{VALUE})*)*):(.*)", re.DOTALL)
PARAMETER = re.compile(rf";({NAME})=({VALUE})")
TEXT = re.compile(r"(?:[^\\;,\x00-\x08\x0a-\x1f\x7f]|\\[\\;,nN])*")
TEXT_PROPERTIES = {"SUMMARY", "DESCRIPTION", "LOCATION", "UID", "PRODID", "X-WR-CALNAME"}
UTC_TIME = re.compile(r"\d{8}T\d{6}Z")
ADDRESS = re.compile(r"mailto:[A-Za-z0-9.!$*+_~%@-]+")
OTHER_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # at which lax readers end a line

ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "SEQUENCE", "STATUS", "URL", "LOCATION"}
# RFC 5546, sections 3.2.1, 3.2.2 and 3.2.5: what an event must have and must not have.
REQUIRED = {
    "PUBLISH": {"UID", "DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY"},
    "REQUEST": {"UID", "DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "SEQUENCE", "ATTENDEE"},
    "CANCEL": {"UID", "DTSTAMP", "ORGANIZER", "SEQUENCE", "ATTENDEE"},
}
FORBIDDEN = {"PUBLISH": {"ATTENDEE", "REQUEST-STATUS"}, "REQUEST": {"REQUEST-STATUS"}, "CANCEL": {"REQUEST-STATUS"}}


@dataclass(frozen=True)
class Line:
    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Block:
    """A calendar or a part of one: its lines, and the parts inside it."""

    name: str
    lines: list[Line] = field(default_factory=list)
    blocks: list["Block"] = field(default_factory=list)

    def names(self) -> list[str]:
        return [line.name for line in self.lines]

    def line(self, name: str) -> Line:
        [line] = [line for line in self.lines if line.name == name]
        return line

    def value(self, name: str) -> str:
        """The one value of a property, unescaped when it is text."""
        value = self.line(name).value
        return unescaped(value) if name in TEXT_PROPERTIES else value

    @property
    def events(self) -> list["Block"]:
        return [block for block in self.blocks if block.name == "VEVENT"]

    @property
    def event(self) -> "Block":
        [event] = self.events
        return event


def read(raw: bytes) -> Block:
    """Read a calendar by the grammar and by the rules of its method; fails on any breach."""
    calendar = _tree(_lines(raw))
    assert calendar.name == "VCALENDAR"
    assert calendar.value("VERSION") == "2.0"
    assert calendar.value("PRODID")
    assert calendar.blocks, "a calendar has at least one part"
    method = calendar.value("METHOD")
    for event in calendar.events:
        _check_event(event, method)
    uids = [event.value("UID") for event in calendar.events]
    assert len(uids) == len(set(uids)), "one entry for each event"
    return calendar


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def plain_name(parameter: str) -> str:
    """A parameter's words, with the signs of RFC 6868 undone."""
    return re.sub(r"\^([n'^])", lambda match: {"n": "\n", "'": '"', "^": "^"}[match[1]], parameter)


def _lines(raw: bytes) -> Iterator[Line]:
    assert raw.endswith(b"\r\n")
    for physical in raw.removesuffix(b"\r\n").split(b"\r\n"):
        assert b"\r" not in physical, "a carriage return of its own"
        assert b"\n" not in physical, "a line feed of its own"
        assert 0 < len(physical) <= 75, f"{len(physical)} octets"
        physical.decode("utf-8")  # no character is cut in two
    words = raw.decode("utf-8")
    assert not OTHER_BREAKS.search(words)
    for line in words.replace("\r\n ", "").removesuffix("\r\n").split("\r\n"):
        match = CONTENT_LINE.fullmatch(line)
        assert match, line
        parameters = {name: value.strip('"') for name, value in PARAMETER.findall(match[2])}
        yield Line(match[1], parameters, match[3])


def _tree(lines: Iterator[Line]) -> Block:
    root = Block("")
    path = [root]
    for line in lines:
        if line.name == "BEGIN":
            block = Block(line.value)
            path[-1].blocks.append(block)
            path.append(block)
        elif line.name == "END":
            assert path.pop().name == line.value
        else:
            path[-1].lines.append(line)
    assert path == [root] and not root.lines
    [calendar] = root.blocks
    return calendar


def _check_event(event: Block, method: str) -> None:
    names = event.names()
    assert set(names) >= REQUIRED[method], REQUIRED[method] - set(names)
    assert not FORBIDDEN[method] & set(names)
    assert [name for name in ONCE if names.count(name) > 1] == []
    for line in event.lines:
        if line.name in TEXT_PROPERTIES:
            assert TEXT.fullmatch(line.value), line
        elif line.name in ("DTSTAMP", "DTSTART", "DTEND"):
            assert not line.parameters and UTC_TIME.fullmatch(line.value), line
        elif line.name in ("ORGANIZER", "ATTENDEE"):
            assert ADDRESS.fullmatch(line.value), line
        elif line.name == "URL":
            assert re.fullmatch(r"https?://[!-~]+", line.value), line
    if "SEQUENCE" in names:
        assert int(event.value("SEQUENCE")) >= 0
