"""What a person gets of each table: every row of hers, without secrets and without other people's ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.db.models import Field, ForeignKey, Model
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from forestallies.privacy.finders import Person, Rows, own_rows
from forestallies.privacy.labels import LABELS, SECTIONS
from forestallies.privacy.rules import classification
from members.models import Member

# What opens something, or is the same as another field. Everything else is handed over.
LEFT_OUT = {
    "members.member.password", "members.signininvitation.token_hash", "members.application.token_hash",
    "members.applicationdraft.token_hash", "events.calendarfeed.token_hash", "events.calendarfeed.content_hash",
    "events.feedback.seal", "account.emailconfirmation.key", "mfa.authenticator.data", "sessions.session.session_key",
    "sessions.session.session_data", "jobs.submission.key", "members.dataexport.content", "notices.notice.html",
    "members.opensession.session_key", "members.addresschange.token_hash", "members.importrow.key",
    "members.importrow.done", "notices.notice.calendar", "notices.notice.claimed_by", "certificates.document.pdf",
}  # fmt: skip
# Related rows that say something by their own name; of others the number stands in the data only.
SPEAKING = {
    "members.community", "members.organisation", "members.circle", "members.theme", "members.stakeholdercategory",
    "events.event", "events.question", "events.room", "workshops.gathering", "workshops.workshop",
    "programs.cohort",
}  # fmt: skip


@dataclass(frozen=True)
class Copy:
    """One table: its rows as data, and as pairs of label and words in the active language."""

    label: str
    rows: list[dict[str, Any]]
    words: list[list[tuple[str, str]]]


def copies(person: Person) -> Iterator[Copy]:
    """Yield every table with something about a person, by the registry of finders, in their order."""
    for label, rows in own_rows(person):
        yield copy(label, rows, person)


def copy(label: str, rows: Rows, person: Person) -> Copy:
    fields = [field for field in apps.get_model(label)._meta.local_fields if f"{label}.{field.name}" not in LEFT_OUT]
    named = [field.name for field in fields if _speaks(field)]
    found = list(rows.select_related(*named).defer(*_deferred(label)))
    return Copy(
        label,
        [{field.name: _datum(row, field, person) for field in fields} for row in found],
        [list(_pairs(row, fields, person)) for row in found],
    )


def sections(found: list[Copy]) -> list[tuple[str, list[list[tuple[str, str]]]]]:
    """The tables by what they are about, for reading; one that no section names stands at the end."""
    by_label = {one.label: one for one in found}
    named = {label for _title, labels in SECTIONS for label in labels}
    rest = [label for label in by_label if label not in named]
    told = []
    for title, labels in [*SECTIONS, (_("More"), rest)]:
        rows = [words for label in labels if label in by_label for words in by_label[label].words if words]
        told.append((str(title), rows))
    return told


def purposes(label: str) -> dict[str, str]:
    """What each personal field of a table is for, as `fields.toml` says."""
    lines = classification().get(label, {})
    return {name: line.partition(" ")[2] for name, line in lines.items() if " " in line}


def _deferred(label: str) -> list[str]:
    model = apps.get_model(label)
    return [field.name for field in model._meta.local_fields if f"{label}.{field.name}" in LEFT_OUT]


def _speaks(field: Field[Any, Any]) -> bool:
    return isinstance(field, ForeignKey) and _target(field) in SPEAKING


def _target(field: ForeignKey[Any]) -> str:
    return str(field.remote_field.model._meta.label_lower)


def _is_person(field: Field[Any, Any]) -> bool:
    return isinstance(field, ForeignKey) and issubclass(field.remote_field.model, Member)


def _datum(row: Model, field: Field[Any, Any], person: Person) -> Any:
    value = getattr(row, field.attname)
    if _is_person(field) and value is not None:
        return "you" if value == person.pk else "another person"
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if value is None or isinstance(value, (str, int, float, bool, list, dict)):
        return value
    return str(value)


def _pairs(row: Model, fields: list[Field[Any, Any]], person: Person) -> Iterator[tuple[str, str]]:
    """What the row says to a reader: no numbers of rows, no empty fields, nothing that has no name for readers."""
    for field in fields:
        label = label_of(field)
        words = _words(row, field, person) if label else ""
        if words:
            yield capfirst(label), words


def label_of(field: Field[Any, Any]) -> str:
    """What a field is called: its own translated name, else one of `LABELS`; empty where only programs need it."""
    named = field.verbose_name
    return str(named if isinstance(named, Promise) else LABELS.get(field.name, ""))


def _words(row: Model, field: Field[Any, Any], person: Person) -> str:
    value = getattr(row, field.attname)
    if value in (None, "", b"") or value == [] or value == {} or field.primary_key:
        return ""
    if _is_person(field):
        return "" if value == person.pk else _("another person")
    if isinstance(field, ForeignKey):
        return str(getattr(row, field.name)) if _speaks(field) else ""
    return _plain(row, field, value)


def _plain(row: Model, field: Field[Any, Any], value: Any) -> str:
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            there = formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
            return f"{there} ({timezone.get_current_timezone_name()})"
        case date() | time():
            return str(formats.localize(value))
        case list() | dict():
            return ", ".join(map(str, value.values() if isinstance(value, dict) else value))
    return "" if isinstance(value, (bytes, memoryview)) else str(value)
