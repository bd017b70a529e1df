"""Reads `fields.toml`, the one place that says what becomes of each field when its person is erased."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Concat

from forestallies.privacy.finders import Person
from members.models.people import AgeBand

FILE = Path(__file__).with_name("fields.toml")
RULES = {"none", "keep", "blank", "redact", "delete", "cascade"}
ERASED_NAME = "Erased person"
REDACTED = "[…]"  # shorter than any name of two words, so that it fits wherever one stood

# What "blank" means where an empty value would not do.
_SPECIAL: dict[str, Any] = {
    "members.member.name": ERASED_NAME,
    "members.member.zone": "UTC",
    "members.member.age_band": AgeBand.UNDISCLOSED,
    "members.application.zone": "UTC",
    "members.application.token_hash": Concat(Value("erased:"), Cast("pk", models.CharField())),  # unique
}
_EMPTY: list[tuple[type[Any], Any]] = [
    (models.CharField, ""),  # with those of addresses
    (models.TextField, ""),
    (models.FileField, ""),
    (models.BinaryField, b""),
    (models.JSONField, {}),
    (ArrayField, []),
]


class CannotBeBlanked(Exception):
    """The field takes no empty value, so it cannot have the rule "blank"."""


@cache
def classification() -> dict[str, dict[str, str]]:
    """Read `fields.toml`: model label → field name → rule and purpose. The rules are explained at its head."""
    with FILE.open("rb") as file:
        tables = tomllib.load(file)
    return {f"{app}.{model}": fields for app, models in tables.items() for model, fields in models.items()}


def rule(line: str) -> str:
    """The rule of a line: its first word."""
    return line.split(" ", maxsplit=1)[0]


def fields_with(label: str, wanted: str) -> list[str]:
    """The fields of a table that have a rule."""
    return [name for name, line in classification().get(label, {}).items() if rule(line) == wanted]


def tables_with(wanted: str) -> list[str]:
    """The tables that have a rule on one of their fields."""
    return [label for label in classification() if fields_with(label, wanted)]


def blank_value(label: str, name: str) -> Any:
    """What stands in a field after it was blanked: a value, or an expression for the database.

    Raises:
        CannotBeBlanked: nothing can stand there.
    """
    if (label, name) == ("members.member", "password"):
        return make_password(None)
    if (special := _SPECIAL.get(f"{label}.{name}")) is not None:
        return special
    field = apps.get_model(label)._meta.get_field(name)
    if getattr(field, "null", False):
        return None
    for kind, empty in _EMPTY:
        if isinstance(field, kind):
            return empty
    raise CannotBeBlanked(f"{label}.{name}")


def pattern_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """What finds a person's name and addresses in other people's words; None when there is nothing to look for."""
    parts = [_whole(word) for word in words]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _whole(word: str) -> str:
    """The expression of a name or address that is no part of a longer one."""
    spelled = r"\s+".join(map(re.escape, word.split()))
    return rf"(?<![\w.+%-]){spelled}(?![\w-]|\.\w)" if "@" in word else rf"(?<!\w){spelled}(?!\w)"


def redacted(words: Any, person: Person) -> Any:
    """Words of others, or data that holds such words, without her name and addresses."""
    pattern = pattern_of(person.words)
    return _without(words, pattern) if pattern else words


def _without(words: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(words, str):
        return pattern.sub(REDACTED, words)
    if isinstance(words, list):
        return [_without(one, pattern) for one in words]
    if isinstance(words, dict):
        return {key: _without(one, pattern) for key, one in words.items()}
    return words
