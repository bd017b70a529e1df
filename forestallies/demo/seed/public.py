"""What visitors read of partners and projects, what groups left with, and one concern for the coordinators."""

import hashlib
import struct
import zlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.rows import address, demo_name, insert_missing, read, translated
from members.models import Community, Concern, Member, Organisation, Project
from programs.models import Partner, PartnerLogo, Programme
from workshops.models import Carrying, Gathering, OpenPoint, Workshop

WIDTH, HEIGHT = 160, 100
REFERENCE = "DEMQ-2026"


def about(theme: str) -> dict[str, str]:
    """The longer words on a theme, as arguments of the model."""
    words = read("public")["about"].get(theme)
    return translated("about", words) if words else {}


def load_public(community: Community, programme: Programme, calendar: Calendar) -> None:
    """Insert partners with their logos, projects with those who support them, and a concern."""
    data = read("public")
    on: dict[str, dict[str, Any]] = {"community": {"community": community}, "programme": {"programme": programme}}
    rows = [_partner(one, on[one["of"]], turn, calendar) for turn, one in enumerate(data["partner"])]
    _all, made = insert_missing(rows, by="name")
    colours = {demo_name(one["name"]): one["logo"] for one in data["partner"] if "logo" in one}
    PartnerLogo.objects.bulk_create(_logo(one, colours[one.name]) for one in made if one.name in colours)
    _load_projects(community, data["project"])
    concerns = [
        Concern(reference=REFERENCE, circle=community.circle, created_at=calendar.ago(1, 40), **one)
        for one in data["concern"]
    ]
    insert_missing(concerns, by="reference")


def load_points(community: Community, members: Sequence[Member], calendar: Calendar) -> None:
    """Insert what groups of the earlier gathering left with, some of it carried to the coming one."""
    if OpenPoint.objects.filter(workshop__gathering__community=community).exists():
        return
    first, second = Gathering.objects.filter(community=community).order_by("starts_on")[:2]
    workshops = {one.slug: one for one in Workshop.objects.filter(gathering__in=[first, second])}
    people = {member.email: member for member in members}
    words = read("public")["point"]
    organisations = {
        one.name: one
        for one in Organisation.objects.filter(name__in=[demo_name(one.get("organisation", "")) for one in words])
    }
    made = []
    for one in words:
        source = workshops[f"{first.slug}-{one['workshop']}"]
        lies = workshops[f"{second.slug}-{one['to']}"] if "to" in one else source
        point = _point(one, lies, people, organisations, calendar)
        point.created_at = source.ends_at
        if one.get("is_done"):
            point.state, point.closed_at = OpenPoint.State.DONE, source.ends_at + timedelta(days=9)
        made.append((point, source))
    OpenPoint.objects.bulk_create(point for point, _source in made)
    Carrying.objects.bulk_create(
        Carrying(point=point, source=source, target=point.workshop, at=calendar.ago(30))
        for point, source in made
        if point.workshop != source
    )


def _partner(words: Mapping[str, Any], of: Mapping[str, Any], position: int, calendar: Calendar) -> Partner:
    allowed = (
        {"logo_allowed_by": "Communications office, by letter", "logo_allowed_on": calendar.ago(90).date()}
        if "logo" in words
        else {}
    )
    return Partner(
        name=demo_name(words["name"]),
        role=words["role"],
        country=words.get("country", ""),
        link=words.get("link", ""),
        position=position,
        **of,
        **allowed,
        **translated("text", words["text"]),
    )


def _load_projects(community: Community, words: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        Project(
            community=community,
            country=one["country"],
            landscape=one["landscape"],
            **translated("name", one["name"]),
            **translated("summary", one["summary"]),
        )
        for one in words
    ]
    insert_missing(rows, by="name_en")


def _point(
    words: Mapping[str, Any],
    workshop: Workshop,
    people: Mapping[str | None, Member],
    organisations: Mapping[str, Organisation],
    calendar: Calendar,
) -> OpenPoint:
    return OpenPoint(
        workshop=workshop,
        kind=words["kind"],
        what=words["what"],
        text=words.get("text", ""),
        link=words.get("link", ""),
        owner=people.get(address(words["owner"])) if "owner" in words else None,
        organisation=organisations.get(demo_name(words["organisation"])) if "organisation" in words else None,
        owner_words=words.get("owner_words", ""),
        due_on=calendar.day(words["due_on"]) if "due_on" in words else None,
    )


def _logo(partner: Partner, colour: Sequence[int]) -> PartnerLogo:
    content = draw_logo(colour)
    return PartnerLogo(
        partner=partner,
        content=content,
        content_type="image/png",
        width=WIDTH,
        height=HEIGHT,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def draw_logo(colour: Sequence[int]) -> bytes:
    """Draw three overlapping leaves of one colour on white, as a PNG of less than 2 kB."""
    centres = ((48, 50, 34, 22), (80, 40, 22, 34), (112, 50, 34, 22))
    lines = []
    for y in range(HEIGHT):
        line = bytearray(b"\0")
        for x in range(WIDTH):
            covers = sum(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1 for cx, cy, rx, ry in centres)
            line += bytes(max(0, part - 28 * (covers - 1)) for part in colour) if covers else b"\xff\xff\xff"
        lines.append(bytes(line))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
