"""From facts to PDF: a limited child process per batch, and the file kept beside its certificate."""

import base64
import contextlib
import hashlib
import json
import os
import re
import select
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import IO, cast

from django.core.exceptions import ObjectDoesNotExist

from certificates.facts import Facts, Printed, printed
from certificates.models import Certificate, Document

PROGRAM = Path(__file__).with_name("typesetter.py")
ADDRESS_SPACE = 1 << 30  # bytes; what it needs is about 300 MB of addresses and 40 MB of memory
CPU_SECONDS = 60  # for a whole batch; a certificate takes some milliseconds
PATIENCE = 20.0  # seconds for one answer
LARGEST_ANSWER = 4 << 20

OVER_LIMIT = "The typesetter went over its limits."
_HOLE = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)


@dataclass(frozen=True)
class Setting:
    """What became of one certificate: its PDF, or why there is none.

    `hole` is the first piece of text that no bundled font can print, where that is the reason.
    """

    pdf: bytes = b""
    problem: str = ""
    hole: str = ""


def typeset(batch: Iterable[Printed]) -> Iterator[Setting]:
    """Set certificates one after the other in one child process; yields one setting for each, in order.

    A child that goes over a limit is killed; that certificate gets a problem and the next ones a new child.
    """
    child = None
    try:
        for facts in batch:
            child = child or _Child()
            try:
                yield child.ask(facts)
            except _ChildFailed as failure:
                child.end()
                child = None
                yield Setting(problem=str(failure))
    finally:
        if child:
            child.end()


def document_of(certificate: Certificate) -> Document:
    """Give the PDF of a certificate; it is set from the frozen facts the first time it is wanted, then kept.

    Two at the same moment set it twice and keep the first.

    Raises:
        NotSet: the typesetter could not do it.
    """
    with contextlib.suppress(ObjectDoesNotExist):
        return certificate.document
    [setting] = typeset([Printed.stored(certificate.facts)])
    if not setting.pdf:
        raise NotSet(setting.problem)
    return keep(certificate, setting.pdf)


def keep(certificate: Certificate, pdf: bytes) -> Document:
    """Store a certificate's PDF with its hash; what is there already stays."""
    words = {"pdf": pdf, "sha256": hashlib.sha256(pdf).hexdigest()}
    return Document.objects.get_or_create(certificate=certificate, defaults=words)[0]


class NotSet(RuntimeError):
    """The typesetter could not make a document."""


# --- Can a name be printed? -------------------------------------------------------------------------------------------

_SURE = frozenset(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x2018, 0x2019])) - {"\u00ad"}
_asked: dict[str, str] = {}
_ASKED_LIMIT = 10_000


def holes(names: Iterable[str]) -> dict[str, str]:
    """Find the names that cannot be printed whole; gives for each its first piece that no bundled font has.

    Names in the Latin letters of Western and Central Europe are known to be fine; the typesetter is asked about the
    others, once per process.
    """
    names = set(names)
    doubtful = sorted({unicodedata.normalize("NFC", name) for name in names if not set(name) <= _SURE})
    unknown = [name for name in doubtful if name not in _asked]
    if len(_asked) > _ASKED_LIMIT:
        _asked.clear()
    for name, setting in zip(unknown, typeset(replace(_sample(), name=name) for name in unknown), strict=True):
        _asked[name] = setting.hole or setting.problem
    return {name: found for name in names if (found := _asked.get(unicodedata.normalize("NFC", name), ""))}


@cache
def _sample() -> Printed:
    day = date(2026, 1, 1)
    facts = Facts(
        name="", programme="", edition="", group="", starts_on=day, ends_on=day, attended=1, sessions=1, hours=1.0,
        issuer="", signer="", issued_on=day,
    )  # fmt: skip
    return printed(facts, language="en", code="0" * 16, verify_url="https://example.org/")


# --- The child --------------------------------------------------------------------------------------------------------


class _Child:
    """The typesetter's process. It gets no environment but what keeps its memory small: no secret is within reach."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-X", "utf8", str(PROGRAM), str(ADDRESS_SPACE), str(CPU_SECONDS)]
        self.process = subprocess.Popen(  # noqa: S603 (our own program; nothing of it comes from outside)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"MALLOC_ARENA_MAX": "2", "RAYON_NUM_THREADS": "2"},
            bufsize=0,
        )
        self.input, self.output = cast(IO[bytes], self.process.stdin), cast(IO[bytes], self.process.stdout)

    def ask(self, facts: Printed) -> Setting:
        """Raises ChildFailed when it went over a limit; it is of no use any more then."""
        try:
            self.input.write(json.dumps(facts.as_json()).encode() + b"\n")
        except BrokenPipeError:
            raise _ChildFailed(OVER_LIMIT) from None
        answer = json.loads(self._line())
        if pdf := answer.get("pdf"):
            return Setting(pdf=base64.b64decode(pdf))
        found = _HOLE.search(answer["problem"])
        return Setting(problem=answer["problem"], hole=found.group(1) if found else "")

    def _line(self) -> bytes:
        stream, end, read = self.output.fileno(), time.monotonic() + PATIENCE, bytearray()
        while not read.endswith(b"\n"):
            ready, _, _ = select.select([stream], [], [], max(end - time.monotonic(), 0))
            part = os.read(stream, 1 << 16) if ready else b""
            if not part or len(read) > LARGEST_ANSWER:
                raise _ChildFailed(OVER_LIMIT)
            read += part
        return bytes(read)

    def end(self) -> None:
        self.process.kill()
        with self.process:  # closes the pipes and waits
            pass


class _ChildFailed(RuntimeError):
    pass
