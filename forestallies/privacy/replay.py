"""After a restore: erase again whom the ledger names."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from forestallies.privacy import ledger
from forestallies.privacy.erasure import erase
from forestallies.privacy.ledger import Ledger, Line
from members.models import ErasureRequest, Member

SECOND_LOOK = timedelta(days=2)  # what was on its way while somebody was erased has landed long before that


@dataclass
class Replay:
    """What came of it; ids of people.

    Attributes:
        erased: were there again and are erased now; in a dry run, would be.
        already: were erased in this database, too.
        unknown: are not in this database, or their number is somebody else's.
        problems: sentences about lines that cannot be trusted, and so were not followed.
    """

    erased: list[int] = field(default_factory=list)
    already: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def replay(*, at: datetime, dry_run: bool = False) -> Replay:
    """Erase everybody whom the ledger names and the database does not know as erased. Safe to run at any time.

    Raises:
        LedgerUnusable: the file is there and cannot be read.
    """
    found = ledger.read()
    done = Replay(problems=found.problems)
    for line, member in _with_members(found):
        if member is None:
            done.unknown.append(line.person)
        elif member.erased_at:
            done.already.append(line.person)
        else:
            done.erased.append(line.person)
            if not dry_run:
                erase(member=member, by=None, keeps_certificates=line.keeps_certificates, at=at, is_replay=True)
                _close_wishes(member, at=at)
    return done


def look_again(*, at: datetime) -> int:
    """Erase once more who was erased lately: a request or a mail that was on its way has left its words by now.

    Safe to run at any time; returns how many people were looked at.
    """
    kept = {line.person: line.keeps_certificates for line in ledger.read().lines}
    lately = Member.objects.filter(erased_at__gt=at - SECOND_LOOK).order_by("pk")
    for member in lately:
        erase(member=member, by=None, keeps_certificates=kept.get(member.pk, True), at=at, is_replay=True)
    return len(lately)


def not_erased(found: Ledger) -> list[int]:
    """Ids of people whom the ledger names and who are still, or again, there."""
    return [line.person for line, member in _with_members(found) if member and not member.erased_at]


def _with_members(found: Ledger) -> list[tuple[Line, Member | None]]:
    """Each person of the ledger once, by its latest line, with her row where it is really hers."""
    latest = {(line.person, line.seal): line for line in found.lines}
    rows = Member.objects.in_bulk({line.person for line in latest.values()})
    return [(line, row if (row := rows.get(line.person)) and line.is_of(row) else None) for line in latest.values()]


def _close_wishes(member: Member, *, at: datetime) -> None:
    waiting = Q(state=ErasureRequest.State.WAITING)
    ErasureRequest.objects.filter(waiting, member=member).update(state=ErasureRequest.State.DONE, ended_at=at)
    ErasureRequest.objects.filter(member=member, state=ErasureRequest.State.ASKED).update(
        state=ErasureRequest.State.WITHDRAWN, ended_at=at
    )
