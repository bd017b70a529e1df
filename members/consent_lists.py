"""Who agreed to the present version of a term, of the people one coordinates."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members import terms
from members.models import Circle, Consent, Member, Membership, TermAnswer, TermVersion

SHOWS = {
    "present": _("agreed to the present version"),
    "earlier": _("agreed to an earlier version"),
    "no": _("declined or taken back"),
    "none": _("no answer yet"),
}


@dataclass(frozen=True)
class Tally:
    """How the members stand to one term, in numbers."""

    version: TermVersion
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def rows(self) -> list[tuple[str, str, int]]:
        """How many stand how: a key of `SHOWS`, the words after the number, the number."""
        return [(key, counted(key, self.counts[key]), self.counts[key]) for key in SHOWS]


def counted(key: str, number: int) -> str:
    """Say what so many people did, without the number: a key of `SHOWS`."""
    match key:
        case "present":
            return ngettext("person agreed to the present version", "people agreed to the present version", number)
        case "earlier":
            return ngettext("person agreed to an earlier version", "people agreed to an earlier version", number)
        case "no":
            return ngettext("person declined or took it back", "people declined or took it back", number)
    return ngettext("person has not answered yet", "people have not answered yet", number)


def people(member: Member, version: TermVersion, *, at: datetime) -> QuerySet[Member]:
    """The members of one's communities with how they stand, once each; paused ones count, ended ones do not."""
    mine = Membership.objects.filter(community__circle__in=Circle.objects.run_by(member, at=at))
    theirs = Member.objects.filter(pk__in=mine.exclude(state=Membership.State.ENDED).values("member"))
    given = Consent.objects.filter(member=OuterRef("pk"), term=version.term)
    present = given.filter(version=version.version, withdrawn_at=None)
    no = TermAnswer.objects.filter(
        member=OuterRef("pk"), term=version.term, version=version.version, answer=TermAnswer.Answer.NO
    )
    return theirs.annotate(
        has_present=Exists(present),
        said_no=Exists(no),
        has_earlier=Exists(given.filter(withdrawn_at=None).exclude(version=version.version)),
        took_back=Exists(given.exclude(withdrawn_at=None)),
        agreed_at=Subquery(
            given.filter(withdrawn_at=None).order_by("-given_at").values("given_at")[:1], output_field=DateTimeField()
        ),
        agreed_version=Subquery(given.filter(withdrawn_at=None).order_by("-given_at").values("version")[:1]),
    )


def narrowed(rows: QuerySet[Member], show: str) -> QuerySet[Member]:
    """Those who stand so, by a key of `SHOWS`; everybody for any other."""
    condition = _conditions().get(show)
    return rows.filter(condition) if condition else rows


def _conditions() -> dict[str, Q]:
    no = Q(has_present=False) & (Q(said_no=True) | Q(has_earlier=False, took_back=True))
    earlier = Q(has_present=False, said_no=False, has_earlier=True)
    none = Q(has_present=False, said_no=False, has_earlier=False, took_back=False)
    return {"present": Q(has_present=True), "earlier": earlier, "no": no, "none": none}


def stands(row: Any) -> str:
    """Say how one of `people` stands, a key of `SHOWS`."""
    if row.has_present:
        return "present"
    if row.said_no or (row.took_back and not row.has_earlier):
        return "no"
    return "earlier" if row.has_earlier else "none"


def tallies(member: Member, *, at: datetime) -> list[Tally]:
    """The numbers of each term, one query a term."""
    made = []
    for version in terms.in_force(at).values():
        by_key = {key: Count("pk", filter=condition) for key, condition in _conditions().items()}
        made.append(Tally(version, people(member, version, at=at).aggregate(**by_key)))
    return made
