"""The directory of Forest Allies: who is listed, what members need and offer, who asks whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.rows import address, insert_missing, read
from members.models import Community, ContactRequest, DirectoryEntry, Listing, Member, Theme

UNLISTED = 5  # one in so many does not want to be found


def load_directory(
    community: Community, members: Sequence[Member], themes: Mapping[str, Theme], calendar: Calendar
) -> None:
    """Insert what is not there yet; who chose something in the meantime keeps it."""
    by_address = {member.email: member for member in members}
    told = {address(one["person"]): one for one in read("directory")["about"]}
    _load_entries(members, told, themes)
    _load_listings(community, by_address, themes, calendar)
    asker, asked = (by_address.get(address(name)) for name in ("Sanne de Vries", "Marta Chicozapote"))
    if asker and asked and not ContactRequest.objects.filter(asker=asker, asked=asked).exists():
        ContactRequest.objects.create(
            asker=asker,
            asked=asked,
            message="I would like to hear more about your allspice, and whether we may visit in spring.",
            created_at=calendar.ago(1),
        )


def _load_entries(members: Sequence[Member], told: Mapping[str, dict[str, Any]], themes: Mapping[str, Theme]) -> None:
    rows = [_entry(member, told.get(member.email or "", {}), turn) for turn, member in enumerate(members)]
    _all, made = insert_missing(rows, by="member_id")
    through = DirectoryEntry.themes.through
    through.objects.bulk_create(
        through(directoryentry=entry, theme=themes[slug])
        for entry in made
        for slug in told.get(entry.member.email or "", {}).get("themes", ())
    )


def _entry(member: Member, words: Mapping[str, Any], turn: int) -> DirectoryEntry:
    return DirectoryEntry(
        member=member,
        is_listed=bool(words) or turn % UNLISTED > 0,
        about=words.get("text", ""),
        languages=words.get("languages") or [member.language.split("-")[0]],
        shows_country=bool(words) or turn % 7 > 0,
        shows_about=True,
        shows_themes=True,
        shows_languages=turn % 3 > 0 or bool(words),
    )


def _load_listings(
    community: Community, by_address: Mapping[str | None, Member], themes: Mapping[str, Theme], calendar: Calendar
) -> None:
    if Listing.objects.filter(community=community).exists():
        return
    Listing.objects.bulk_create(
        Listing(
            kind=one["kind"], member=by_address[address(one["person"])], community=community, what=one["what"],
            details=one["details"], exchange=one["exchange"], theme=themes[one["theme"]], country=one["country"],
            languages=one["languages"], created_at=calendar.ago(9 - turn),
        )
        for turn, one in enumerate(read("directory")["listing"])
        if address(one["person"]) in by_address
    )  # fmt: skip
