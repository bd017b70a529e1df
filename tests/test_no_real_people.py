"""Nobody real stands in the tree or in the demo: a deny-list, kept as sums so that the list itself names nobody.

The programme's papers name a contact person with a telephone number and a mailbox. Whoever adds an entry writes the
length of the text and its SHA-256: letters without accents and in lower case, digits without blanks and signs.
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.demo.conftest import seed
from tests.demo.rows import texts
from tests.processes import ROOT

DENIED_LETTERS = {10: {"c80c17d0b13cdbbb6c11c8744334f2c5087e74aca66b65c4eefe2449da197caa"}}
DENIED_DIGITS = {6: {"09af0fce6866cca2d30bc87128c474c82df1df0be914a31e35232bc21e32a734"}}
DENIED_ADDRESSES = {"09bcb92c376a8e87a38ffab20f2a6b4990a259be68a34e0f5b7d33182c4688fb"}

NOT_OURS = {"__pycache__", "static_collected", "node_modules", "htmlcov"}
RESERVED = re.compile(r"(^|\.)example(\.(org|com|net))?$|\.(test|invalid|localhost)$")  # RFC 2606
ADDRESS = re.compile(r"[\w.%+-]+@[\w-]+\.[\w.-]*\w")
NUMBER = re.compile(r"(?<!\w)\+?\d[\d ()./-]{4,}\d(?!\w)")


def denied(text: str) -> list[str]:
    """Say what in a text is on the deny-list; the parts found are given back as they stand."""
    folded = "".join(
        letter for letter in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(letter)
    )
    words = set(re.findall(r"[^\W\d_]+", folded))
    numbers = {re.sub(r"\D", "", number) for number in NUMBER.findall(folded)}
    addresses = set(ADDRESS.findall(folded))
    found = [address for address in addresses if summed(address) in DENIED_ADDRESSES]
    return [*found, *inside(words, DENIED_LETTERS), *inside(numbers, DENIED_DIGITS)]


def inside(parts: Iterable[str], wanted: dict[int, set[str]]) -> Iterator[str]:
    """Find parts that contain a denied piece, wherever in them it stands."""
    for part in parts:
        for length, sums in wanted.items():
            if any(summed(part[at : at + length]) in sums for at in range(len(part) - length + 1)):
                yield part


def summed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def files() -> Iterator[tuple[Path, str]]:
    """Every text file of the tree; folders that tools and runs make are left out."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and (name == ".ci" or not name.startswith("."))]
        for name in names:
            path = Path(folder) / name
            try:
                yield path.relative_to(ROOT), path.read_text("utf-8")
            except (UnicodeDecodeError, OSError):
                continue


def test_deny_list_finds_what_is_on_it(monkeypatch):
    monkeypatch.setitem(DENIED_LETTERS, 7, {summed("muleham")})
    monkeypatch.setitem(DENIED_DIGITS, 5, {summed("98765")})
    monkeypatch.setattr("tests.test_no_real_people.DENIED_ADDRESSES", {summed("ask@muleham.example")})
    assert denied("Zoë MÜLEHAMMER, +12 (34) 98-76 5.") == ["mulehammer", "123498765"]
    assert denied("write to Ask@Muleham.Example") == ["ask@muleham.example", "muleham"]
    assert denied("harmless words, 2026-11-20 and 98,765") == []


def test_no_real_person_stands_in_the_tree():
    assert [(str(path), found) for path, text in files() if (found := denied(text))] == []


def test_every_address_in_the_tree_is_a_reserved_one():
    strangers = [
        (str(path), address)
        for path, text in files()
        for address in ADDRESS.findall(text)
        if not RESERVED.search(address.rpartition("@")[2].lower())
    ]
    assert strangers == []


def test_no_real_person_stands_in_the_demo(db):
    seed("--today", "2026-11-20")
    assert denied("\n".join(texts())) == []
