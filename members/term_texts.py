"""How a term is written down: paragraphs, headings and lists, and nothing that could be markup.

A blank line ends a paragraph; a line that begins with `## ` is a heading; lines that begin with `- ` are a list.
`{contact}` stands for the address that people write to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings

HEADING, ITEM = "## ", "- "


@dataclass
class Block:
    """A piece of a term.

    Attributes:
        kind: `heading`, `list` or `words`.
        lines: a heading's and a paragraph's lines, or the points of a list.
    """

    kind: str
    lines: list[str] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """Read a text into the pieces that a page draws one by one."""
    text = text.replace("{contact}", settings.CONTACT_EMAIL)
    return [block for block in _blocks(text.splitlines()) if block.lines]


def _blocks(lines: list[str]) -> Iterator[Block]:
    block = Block("words")
    for line in map(str.strip, lines):
        kind = "heading" if line.startswith(HEADING) else "list" if line.startswith(ITEM) else "words"
        if not line or kind != block.kind or kind == "heading":
            yield block
            block = Block(kind)
        if line:
            block.lines.append(line.removeprefix(HEADING).removeprefix(ITEM) if kind != "words" else line)
    yield block
