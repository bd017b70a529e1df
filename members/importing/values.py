"""From the cells of one row to what the portal would write, and what is wrong with them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from forestallies.lib import text, zones
from members.importing import dates, vocabulary
from members.importing import fields as f
from members.models import Affiliation, Member, MemberImport, Organisation

_LENGTHS = {
    f.NAME: Member._meta.get_field("name").max_length,
    f.EMAIL: 254,
    f.ORGANISATION: Organisation._meta.get_field("name").max_length,
    f.ROLE: Affiliation._meta.get_field("role").max_length,
}
_SEVERAL = re.compile(r"[,;\s]")
_ODD = re.compile(r"[<>\"'()\\\x00-\x20]")


@dataclass
class Read:
    """A row as it was understood.

    Attributes:
        values: by field; what is not there was empty or not understood.
        problems: as `ImportRow.problems`.
        key: what tells this person from others of the file.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    key: str = ""
    stamp: datetime | None = None

    @property
    def is_bad(self) -> bool:
        return any("note" not in problem for problem in self.problems)

    def wrong(self, field_name: str, code: str, value: str, **more: Any) -> None:
        """The row cannot be imported."""
        self.problems.append({"field": field_name, "code": code, "value": value, **more})

    def note(self, field_name: str, code: str, value: str) -> None:
        """The row is good, but for this cell, which is left out."""
        self.problems.append({"field": field_name, "code": code, "value": value, "note": True})


class Reader:
    """Reads the rows of one import, as its columns and its defaults say.

    Args:
        at: no day of a list may lie after it.
    """

    def __init__(self, batch: MemberImport, *, at: datetime) -> None:
        self.batch, self.at = batch, at
        self.columns = [(n, column["field"]) for n, column in enumerate(batch.columns) if column["field"]]
        self.orders = {column["field"]: column.get("order") or dates.DMY for column in batch.columns}
        self.simple: dict[str, Callable[[Read, str], None]] = {
            f.EMAIL: self._email,
            f.COUNTRY: self._country,
            f.STAKEHOLDER: self._stakeholder,
            f.LANGUAGES: self._languages,
            f.LANGUAGE: self._language,
            f.ZONE: self._zone,
            f.GENDER: self._gender,
            f.AGE: self._age,
            f.JOINED: self._joined,
            f.STAMP: self._stamp,
        }

    def read(self, cells: Sequence[str]) -> Read:
        """Read one row."""
        row = Read()
        typed = {name: cells[n] for n, name in self.columns if cells[n]}
        self._name(row, typed)
        for name in (f.ORGANISATION, f.ROLE):
            if name in typed:
                self._line(row, name, typed[name])
        for name, read in self.simple.items():
            if name in typed:
                read(row, typed[name])
        self._consents(row, typed)
        row.values |= {
            "own_zone": zone_for(row.values, self.batch),
            "own_language": language_for(row.values, self.batch),
        }
        row.key = row.values.get(f.EMAIL) or _key(row.values)
        return row

    def _name(self, row: Read, typed: dict[str, str]) -> None:
        whole = typed.get(f.NAME) or " ".join(typed[half] for half in (f.FIRST, f.LAST) if half in typed)
        if not whole:
            row.wrong(f.NAME, "name_missing", "")
        else:
            self._line(row, f.NAME, whole)

    def _line(self, row: Read, name: str, typed: str) -> None:
        try:
            clean = text.clean(typed)
        except ValidationError as error:
            row.wrong(name, str(error.code), typed)
            return
        if len(clean) > (_LENGTHS[name] or 0):
            row.wrong(name, "too_long", typed)
        elif clean:
            row.values[name] = clean

    def _email(self, row: Read, typed: str) -> None:
        address = typed.strip().removeprefix("mailto:").lower()
        try:
            text.check_printable(address)
            validate_email(address)
        except ValidationError:
            several = address.count("@") > 1 and _SEVERAL.search(address)
            row.wrong(f.EMAIL, "several_addresses" if several else "bad_address", typed)
            return
        if _ODD.search(address) or "," in address or len(address) > 254:
            row.wrong(f.EMAIL, "bad_address", typed)
        else:
            row.values[f.EMAIL] = address

    def _country(self, row: Read, typed: str) -> None:
        if code := vocabulary.country(typed):
            row.values[f.COUNTRY] = code
        else:
            row.wrong(f.COUNTRY, "unknown_country", typed, near=vocabulary.country_like(typed))

    def _stakeholder(self, row: Read, typed: str) -> None:
        if code := vocabulary.stakeholder(typed):
            row.values[f.STAKEHOLDER] = code
        else:
            row.wrong(f.STAKEHOLDER, "unknown_stakeholder", typed)

    def _languages(self, row: Read, typed: str) -> None:
        codes, unknown = vocabulary.spoken(typed)
        if codes:
            row.values[f.LANGUAGES] = list(codes)
        for words in unknown:
            row.note(f.LANGUAGES, "unknown_language", words)

    def _language(self, row: Read, typed: str) -> None:
        if code := vocabulary.message_language(typed):
            row.values[f.LANGUAGE] = code
        else:
            row.note(f.LANGUAGE, "unknown_message_language", typed)

    def _zone(self, row: Read, typed: str) -> None:
        if name := vocabulary.zone(typed):
            row.values[f.ZONE] = name
        else:
            row.note(f.ZONE, "unknown_zone", typed)

    def _gender(self, row: Read, typed: str) -> None:
        if code := vocabulary.gender(typed):
            row.values[f.GENDER] = code
        else:
            row.note(f.GENDER, "unknown_gender", typed)

    def _age(self, row: Read, typed: str) -> None:
        if band := vocabulary.age_band(typed):
            row.values[f.AGE] = band
        else:
            row.note(f.AGE, "unknown_age", typed)

    def _joined(self, row: Read, typed: str) -> None:
        day = dates.day(typed, self.orders[f.JOINED])
        if day is None:
            row.wrong(f.JOINED, "bad_day", typed)
        elif day > self.at.date():
            row.wrong(f.JOINED, "day_to_come", typed)
        else:
            row.values[f.JOINED] = day.isoformat()

    def _stamp(self, row: Read, typed: str) -> None:
        row.stamp = dates.moment(typed, self.orders[f.STAMP])
        if row.stamp is None:
            row.note(f.STAMP, "bad_day", typed)

    def _consents(self, row: Read, typed: dict[str, str]) -> None:
        """Only a clear yes is one; an empty cell and a no say nothing about consent."""
        given = []
        for term in f.CONSENTS:
            answer = vocabulary.agrees(typed[term]) if term in typed else False
            if answer is None:
                row.note(term, "unclear_consent", typed[term])
            elif answer:
                given.append(term)
        if given:
            row.values["consents"] = given


def _key(values: dict[str, Any]) -> str:
    """Of somebody without an address: her folded name and organisation."""
    return "\x1f".join(f.folded(values.get(name, "")) for name in (f.NAME, f.ORGANISATION))


def language_for(values: dict[str, Any], batch: MemberImport) -> str:
    """The language of our messages: as the row says, then the country's, then the list's."""
    country = values.get(f.COUNTRY) or batch.country
    return values.get(f.LANGUAGE) or batch.language or vocabulary.language_of_country(country) or "en"


def zone_for(values: dict[str, Any], batch: MemberImport) -> str:
    """As the row says, else the first of the country's."""
    several = zones.zones_of(values.get(f.COUNTRY) or batch.country)
    return values.get(f.ZONE) or (several[0] if several else "UTC")
