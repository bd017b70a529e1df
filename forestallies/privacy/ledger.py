"""Who was erased, in a file outside the database: a restored backup brings people back, and this sends them off again.

One line per person in JSON: her id, a seal over the id and the moment her row was made (so that a number that a
restored database gives anew is not taken for her), when, and whether her certificates stay. Nothing personal. Each line
is signed and names the one before it, so that nobody adds, changes or takes out a line unnoticed. Only appended to.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from audit.models import Entry
from members.models import Member, Merged


class LedgerUnusable(Exception):
    """The file cannot be read or written; nobody is erased without it."""


@dataclass(frozen=True)
class Line:
    """One person who was erased."""

    person: int
    seal: str
    at: str
    keeps_certificates: bool

    def is_of(self, member: Member) -> bool:
        """Whether it is this very person, and not somebody who got her number in a restored database."""
        return member.pk == self.person and constant_time_compare(self.seal, seal_of(member))


@dataclass(frozen=True)
class Ledger:
    """What the file says. `problems` are sentences about lines that cannot be trusted; those are not in `lines`."""

    lines: list[Line]
    problems: list[str]


def seal_of(member: Member) -> str:
    """What names a person without saying who she is."""
    return _mac(f"{member.pk}:{member.created_at.isoformat()}")


def earlier_selves(member: Member) -> list[Member]:
    """The records that became part of hers, with number and birth only: a backup from before the merge has them."""
    former = Merged.objects.filter(of=Merged.Of.PERSON, member=member).values("former_id")
    gone = Entry.objects.filter(
        verb="member.merged_away", subject_type=Member._meta.label_lower, subject_id__in=former
    ).order_by("pk")
    return [Member(pk=one.subject_id, created_at=datetime.fromisoformat(one.detail["made"])) for one in gone]


def append(member: Member, *, keeps_certificates: bool, at: datetime) -> None:
    """Write a person down and wait until the disk has it. Once is enough: the same line is not written twice.

    To be called last in the transaction that erases her. If that fails afterwards, the file names somebody who is not
    erased yet, which is mended by erasing her; the other way round, a backup would bring her back for good.

    Raises:
        LedgerUnusable: the file cannot be written.
    """
    line = Line(member.pk, seal_of(member), at.isoformat(), keeps_certificates)
    try:
        with _locked() as file:
            whole = _without_torn_end(file)
            before = ""
            for _number, row in _rows(whole):
                before = str(row.get("mac", ""))
                if row.get("seal") == line.seal and row.get("keeps_certificates") == keeps_certificates:
                    return
            file.write(_signed(line, before))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise LedgerUnusable(f"{settings.ERASURE_LEDGER}: {error.strerror}") from error


def read() -> Ledger:
    """Read the whole file; none yet is an empty one.

    Raises:
        LedgerUnusable: it is there and cannot be read.
    """
    try:
        words = Path(settings.ERASURE_LEDGER).read_bytes()
    except FileNotFoundError:
        return Ledger([], [])
    except OSError as error:
        raise LedgerUnusable(f"{settings.ERASURE_LEDGER}: {error.strerror}") from error
    lines: list[Line] = []
    problems: list[str] = []
    before = ""
    for number, row in _rows(words[: words.rfind(b"\n") + 1]):
        line = _trusted(row)
        if line is None:
            problems.append(f"line {number} of the erasure ledger was not written with this key")
        else:
            lines.append(line)
            if row["before"] != before:
                problems.append(f"before line {number} of the erasure ledger a line is missing or changed")
        before = str(row.get("mac", ""))
    return Ledger(lines, problems)


def _rows(words: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, raw in enumerate(words.splitlines(), start=1):
        try:
            row = json.loads(raw)
        except ValueError:
            row = None
        yield number, row if isinstance(row, dict) else {}


def _trusted(row: dict[str, Any]) -> Line | None:
    try:
        line = Line(row["person"], row["seal"], row["at"], row["keeps_certificates"])
        is_ours = constant_time_compare(str(row["mac"]), _mac(_words(line, str(row["before"]))))
    except KeyError:
        return None
    return line if is_ours else None


def _signed(line: Line, before: str) -> bytes:
    words = _words(line, before)
    return json.dumps({**json.loads(words), "mac": _mac(words)}, sort_keys=True).encode() + b"\n"


def _words(line: Line, before: str) -> str:
    return json.dumps({**vars(line), "before": before}, sort_keys=True)


def _mac(words: str) -> str:
    key = settings.ERASURE_LEDGER_KEY
    return salted_hmac("forestallies.privacy.ledger", words, secret=key, algorithm="sha256").hexdigest()


@contextmanager
def _locked() -> Iterator[IO[bytes]]:
    """Open the file for one writer at a time, and make it where there is none."""
    path = Path(settings.ERASURE_LEDGER)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+b") as file:
        path.chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a new file has to be found again
    finally:
        os.close(folder)


def _without_torn_end(file: IO[bytes]) -> bytes:
    """Cut off what a crash left in the middle of a line: its transaction was not committed either."""
    file.seek(0)
    words = file.read()
    whole = words[: words.rfind(b"\n") + 1]
    if whole != words:
        file.truncate(len(whole))
    file.seek(0, os.SEEK_END)
    return whole
