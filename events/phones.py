"""Telephone numbers inside a line of words, so that a phone can dial them."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"\+?\d[\d ().\-–/\u00a0]{5,24}\d")
FEWEST, MOST = 7, 15  # digits; more than fifteen no telephone number has


@dataclass(frozen=True)
class Piece:
    """A part of a line; `tel` holds what is dialled when it is a number."""

    words: str
    tel: str = ""


def pieces(line: str) -> list[Piece]:
    """Take a line apart into words and numbers.

    Numbers that begin with + count. Where there is none, the first one does: what follows it are codes to type.
    """
    found = [match for match in _NUMBER.finditer(line) if FEWEST <= len(_digits(match[0])) <= MOST]
    numbers = [match for match in found if match[0].startswith("+")] or found[:1]
    parts, end = [], 0
    for match in numbers:
        parts += [Piece(line[end : match.start()]), Piece(match[0], _dialled(match[0]))]
        end = match.end()
    return [piece for piece in (*parts, Piece(line[end:])) if piece.words]


def _digits(words: str) -> str:
    return "".join(sign for sign in words if sign in "0123456789")


def _dialled(words: str) -> str:
    return ("+" if words.startswith("+") else "") + _digits(words)
