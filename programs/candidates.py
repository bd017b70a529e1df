"""Who of a cohort gets a certificate, who has one, and who not, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from certificates import documents
from certificates.models import Certificate
from events.models import Attendance
from forestallies.lib.database import Fold
from members.models import Member
from programs.completion import COUNTING, Progress, progress, progress_of_many, sessions_of
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
    return _candidates([cohort], {cohort.pk: progress(cohort)}, by=by)[cohort.pk]


def counted(cohorts: Sequence[Cohort], *, by: Member | None) -> dict[int, Counter[str]]:
    """Count the members of each cohort by where they stand, by cohort id; five queries however many cohorts."""
    found = _candidates(cohorts, progress_of_many(cohorts), by=by)
    return {pk: Counter(one.standing.value for one in people) for pk, people in found.items()}


def _candidates(
    cohorts: Sequence[Cohort], reached: Mapping[int, Mapping[int, Progress]], *, by: Member | None
) -> dict[int, list[Candidate]]:
    """List the members of cohorts whose progress is known, by cohort id."""
    keys = {certificate_key(one, pk): (one.pk, pk) for one in cohorts for pk in reached[one.pk]}
    latest = {keys[row.key]: row for row in Certificate.objects.for_keys(keys)}
    ids = {pk for _cohort, pk in keys.values()}
    members = list(Member.objects.filter(pk__in=ids).order_by(Fold("name"), "id"))
    holes = documents.holes(one.name for one in members if _may_get_one(one, reached, latest))
    return {
        cohort.pk: [
            _candidate(member, standing, latest.get((cohort.pk, member.pk)), holes.get(member.name, ""), by)
            for member in members
            if (standing := reached[cohort.pk].get(member.pk))
        ]
        for cohort in cohorts
    }


def _may_get_one(
    member: Member, reached: Mapping[int, Mapping[int, Progress]], latest: Mapping[tuple[int, int], Certificate]
) -> bool:
    """Whether a certificate may be made for somebody in any of these cohorts, so that her name must be printable."""
    return any(
        member.pk in row and row[member.pk].eligible and (cohort, member.pk) not in latest
        for cohort, row in reached.items()
    )


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
