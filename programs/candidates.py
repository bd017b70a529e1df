"""Who of a cohort gets a certificate, who has one, and who not, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from certificates import documents
from certificates.models import Certificate
from events.models import Attendance
from forestallies.lib.database import Fold
from members.models import Member
from programs.completion import COUNTING, Progress, progress, sessions_of
from programs.models import Cohort


class Standing(Enum):
    """Where a person stands; the pages say it in words."""

    READY = "ready"
    ISSUED = "issued"
    REVOKED = "revoked"
    MISSING = "missing"  # sessions
    UNPRINTABLE = "unprintable"
    ONESELF = "oneself"


@dataclass(frozen=True)
class Candidate:
    """One member of a cohort.

    Attributes:
        certificate: the latest one, whatever became of it.
        hole: the first piece of the name that no font of the certificate has.
    """

    member: Member
    progress: Progress
    certificate: Certificate | None
    hole: str
    standing: Standing

    @property
    def name_differs(self) -> bool:
        """Whether the valid certificate says another name than the person has now."""
        valid = self.certificate and self.certificate.is_valid
        return bool(valid and self.certificate and self.certificate.words.name != self.member.name)


def certificate_key(cohort: Cohort, member_id: int | str = "") -> str:
    """What makes a certificate this one: one valid per cohort and person. Without a person, how those keys begin."""
    return f"programs.cohort:{cohort.pk}:member:{member_id}"


def candidates(cohort: Cohort, *, by: Member | None) -> list[Candidate]:
    """List everybody who takes part in a cohort, by name, in a handful of queries however many they are.

    Args:
        by: who wants to issue; nobody issues her own. None is an operator at the command line.
    """
    standings = progress(cohort)
    keys = {certificate_key(cohort, pk): pk for pk in standings}
    latest = {keys[row.key]: row for row in Certificate.objects.for_keys(keys)}
    members = list(Member.objects.filter(pk__in=standings).order_by(Fold("name"), "id"))
    eligible = [member for member in members if standings[member.pk].eligible and member.pk not in latest]
    holes = documents.holes(member.name for member in eligible)
    return [
        _candidate(member, standings[member.pk], latest.get(member.pk), holes.get(member.name, ""), by)
        for member in members
    ]


def _candidate(
    member: Member, reached: Progress, certificate: Certificate | None, hole: str, by: Member | None
) -> Candidate:
    if certificate:
        standing = Standing.ISSUED if certificate.is_valid else Standing.REVOKED
    elif not reached.eligible:
        standing = Standing.MISSING
    elif hole:
        standing = Standing.UNPRINTABLE
    elif by and by.pk == member.pk:
        standing = Standing.ONESELF
    else:
        standing = Standing.READY
    return Candidate(member, reached, certificate, hole, standing)


def hours(cohort: Cohort, members: Sequence[int]) -> dict[int, float]:
    """Add up the hours that members were in the cohort's sessions, partial ones too.

    A session that counts but was not measured (somebody was marked present) has its planned length.
    """
    seen = Attendance.objects.filter(event__in=sessions_of(cohort).order_by().values("pk"), member__in=members)
    measured = _sum(seen.exclude(seconds=None), F("seconds"))
    planned = _sum(seen.filter(seconds=None, status__in=COUNTING), F("event__minutes") * 60)
    return {pk: (measured.get(pk, 0) + planned.get(pk, 0)) / 3600 for pk in members}


def _sum(rows: QuerySet[Attendance], seconds: object) -> dict[int, int]:
    return dict(rows.order_by().values_list("member_id").annotate(seconds_in_all=Coalesce(Sum(seconds), 0)))
