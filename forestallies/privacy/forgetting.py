"""Carry the rules of `fields.toml` out on one person's rows: delete, blank, redact. Knows nothing of seats."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import FileField, Model, QuerySet

from forestallies.privacy import rules
from forestallies.privacy.finders import NAMING, Person, naming, own_rows
from forestallies.privacy.rules import blank_value, fields_with, tables_with

MEMBER = "members.member"
CERTIFICATES = ("certificates.certificate", "certificates.document")
STAYS_WITH_OTHERS = {"notices.notice": ("address",)}  # of a row that only names her: it is not hers
BATCH = 1_000


def forget(person: Person, *, keeps_certificates: bool) -> Counter[str]:
    """Delete, blank and redact everything about a person but her own row; count what was changed, by table.

    Rows are all found before the first is changed, for some are found through others. Safe to run twice. Runs in the
    caller's transaction; files go when that is committed.
    """
    kept = {MEMBER, *(CERTIFICATES if keeps_certificates else ())}
    found = {label: list(rows.values_list("pk", flat=True)) for label, rows in own_rows(person) if label not in kept}
    named = {
        label: list(naming(label, fields, person).values_list("pk", flat=True)) for label, fields in NAMING.items()
    }
    mentions = {label: _redactable(label, person) for label in tables_with("redact")}
    done: Counter[str] = Counter()
    for label, keys in mentions.items():
        done[label] += _redact(label, keys, person)
    for label, keys in found.items():
        done[label] += _carry_out(label, keys, fields_with(label, "blank"))
    for label, keys in named.items():
        left = [name for name in fields_with(label, "blank") if name not in STAYS_WITH_OTHERS.get(label, ())]
        others = set(keys) - set(found.get(label, ()))
        done[label] += blank(_rows(label, others), label, left)
    return +done


def _carry_out(label: str, keys: list[Any], blanks: list[str]) -> int:
    """Delete the rows where the table says so, else blank them."""
    if fields_with(label, "delete"):
        return sum(_rows(label, part).delete()[0] for part in _parts(keys))
    return sum(blank(_rows(label, part), label, blanks) for part in _parts(keys))


def blank(rows: QuerySet[Any], label: str, names: Iterable[str]) -> int:
    """Empty some fields of some rows; return how many rows there were."""
    names = list(names)
    if not names:
        return 0
    model = apps.get_model(label)
    for name in names:
        if isinstance(model._meta.get_field(name), FileField):
            _remove_files([path for path in rows.values_list(name, flat=True) if path])
    return rows.update(**{name: blank_value(label, name) for name in names})


def _remove_files(paths: list[str]) -> None:
    """Take files off the disk as soon as the change is sure."""
    for path in paths:
        transaction.on_commit(lambda path=path: default_storage.delete(path))  # type: ignore[misc]  # the loop's path


def _redactable(label: str, person: Person) -> list[Any]:
    fields = tuple(fields_with(label, "redact"))
    return list(naming(label, fields, person).values_list("pk", flat=True))


def _redact(label: str, keys: list[Any], person: Person) -> int:
    """Take a person's name and addresses out of other people's words."""
    names = fields_with(label, "redact")
    changed = 0
    for row in _rows(label, keys).values("pk", *names):
        new = {name: rules.redacted(row[name], person) for name in names if row[name]}
        if new := {name: words for name, words in new.items() if words != row[name]}:
            changed += _rows(label, [row["pk"]]).update(**new)
    return changed


def _rows(label: str, keys: Iterable[Any]) -> QuerySet[Any]:
    model: type[Model] = apps.get_model(label)
    return model._meta.base_manager.filter(pk__in=list(keys))


def _parts(keys: list[Any]) -> Iterable[list[Any]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
