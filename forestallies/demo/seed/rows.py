"""Writing rows: in bulk, once, with the same keys in every database."""

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import UUID, uuid5

from django.db import models

BATCH = 2000
_DATA = Path(__file__).with_name("data")
_NAMESPACE = UUID("5d2f3f0e-6a5b-4c3e-9a57-202611200000")
_SEED = 20261120

Row = TypeVar("Row", bound=models.Model)
Item = TypeVar("Item")


def read(name: str) -> dict[str, Any]:
    """Read `data/<name>.toml`."""
    with (_DATA / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def translated(field: str, words: dict[str, str]) -> dict[str, str]:
    """Turn words by language into the arguments of a translated model: `name`, `name_en`, …, `name_pt_br`."""
    tidy = {language: text.strip() for language, text in words.items()}
    return {field: tidy["en"], **{f"{field}_{lang.replace('-', '_')}": text for lang, text in tidy.items()}}


def demo_name(name: str) -> str:
    """Mark an organisation as invented."""
    return f"{name} (demo)"


def address(name: str) -> str:
    """Make the mail address of a person: `given.surname@example.org`, without accents and blanks."""
    given, _, surname = name.partition(" ")
    return f"{_plain(given)}.{_plain(surname)}@example.org"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in decomposed if letter.isascii() and (letter.isalnum() or letter == "-"))


def fixed_uuid(key: str) -> UUID:
    """Give the uuid that a thing of the demo has in every database."""
    return uuid5(_NAMESPACE, key)


def chance(*key: object) -> Random:
    """Give a source of chance that draws the same for the same key, in every database."""
    return Random(":".join(map(str, (_SEED, *key))))  # noqa: S311 (shapes the demo, guards nothing)


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Cut a stream into lists of at most `size`."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def insert_missing(rows: Sequence[Row], *, by: str) -> tuple[list[Row], list[Row]]:
    """Insert the rows whose key is not in the table yet: two statements however many there are.

    Args:
        rows: unsaved, of one model without a parent table.
        by: the field that is the natural key.

    Returns:
        All rows as they are in the database, in the given order; and those of them that were inserted.
    """
    there = _by_key(rows, by)
    made = [row for row in rows if getattr(row, by) not in there]
    type(rows[0])._default_manager.bulk_create(made, batch_size=BATCH)
    return [there.get(getattr(row, by), row) for row in rows], made


def find_or_insert(row: Row, *, by: str) -> Row:
    """The same for one row; give it as it is in the database."""
    [found], _made = insert_missing([row], by=by)
    return found


def save_missing(rows: Sequence[Row], *, by: str) -> tuple[list[Row], list[Row]]:
    """As `insert_missing`, row by row: models with a parent table cannot be written in bulk."""
    there = _by_key(rows, by)
    made = [row for row in rows if getattr(row, by) not in there]
    for row in made:
        row.save()
    return [there.get(getattr(row, by), row) for row in rows], made


def _by_key(rows: Sequence[Row], by: str) -> dict[Any, Row]:
    wanted = [getattr(row, by) for row in rows]
    found = type(rows[0])._default_manager.filter(**{f"{by}__in": wanted})
    return {getattr(row, by): row for row in found}
