"""The terms that people agree to: which version counts when, and which of them somebody still has to answer."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Q

from members.models import Consent, Member, Membership, TermAnswer, TermVersion

FIRST_VERSION = "2026-11"
FIRST_IN_FORCE = datetime(2026, 11, 1, tzinfo=UTC)
FIRST_TEXTS = Path(__file__).with_name("first_terms.toml")
LANGUAGES = ("en", "es", "fr", "pt_br")  # as the columns are called

REQUIRED = tuple(Consent.Term)
OF_MEMBERSHIP = (Consent.Term.CODE_OF_CONDUCT, Consent.Term.COMMITMENT, Consent.Term.COMPETITION)

LATER = timedelta(days=7)  # so long a question about a new version is put off
ANSWER_WITHIN = timedelta(days=30)  # from the day a version comes into force; then it is not put off any more

Versions = dict[str, TermVersion]


@cache
def first_words() -> dict[str, dict[str, str]]:
    """The columns of the first version of each term."""
    return {
        term: {
            f"{column}_{language}": columns[column][language].strip()
            for column in ("summary", "text")
            for language in LANGUAGES
        }
        for term, columns in tomllib.loads(FIRST_TEXTS.read_text()).items()
    }


def first(term: str) -> TermVersion:
    """The first version of a term, unsaved: what holds where a database has none."""
    columns: dict[str, Any] = first_words()[term]
    made = {"written_at": FIRST_IN_FORCE, "published_at": FIRST_IN_FORCE, "in_force_from": FIRST_IN_FORCE}
    return TermVersion(term=term, version=FIRST_VERSION, **made, **columns)


def ensure_first_versions(using: str = "default", **_: Any) -> None:
    """Write the first version of each term where a database has no version of it. Safe to run twice."""
    known = set(TermVersion.objects.using(using).values_list("term", flat=True))
    TermVersion.objects.using(using).bulk_create(first(term) for term in first_words() if term not in known)


def in_force(at: datetime) -> Versions:
    """The version of each term that counts at `at`, in one query; before the first one began, that one."""
    begun = {one.term: one for one in TermVersion.objects.in_force(at)}
    return {term.value: begun.get(term) or first(term) for term in Consent.Term}


def find(term: str, version: str) -> TermVersion | None:
    """A published version by its name."""
    found = TermVersion.objects.published().filter(term=term, version=version).first()
    return found or (first(term) if version == FIRST_VERSION else None)


def signature(versions: Versions) -> str:
    """Name these versions in one word, so that a form can tell whether it showed them."""
    return ",".join(versions[term].version for term in sorted(versions))


@dataclass(frozen=True)
class Standing:
    """How somebody stands to one term.

    Attributes:
        version: the one that counts now.
        consent: her agreement to it, or else to the latest before it that she did not take back; None for none.
        answer: what she said to this version when it was not yes.
        is_asked: she is to answer, now or later.
    """

    term: Consent.Term
    version: TermVersion
    consent: Consent | None
    answer: TermAnswer | None
    is_asked: bool
    is_withdrawn: bool = False

    @property
    def is_present(self) -> bool:
        """Whether she agreed to the version that counts now."""
        return self.consent is not None and self.consent.version == self.version.version

    @property
    def may_wait(self) -> datetime | None:
        """Until when she may put the answer off at the latest."""
        return self.version.in_force_from + ANSWER_WITHIN if self.version.in_force_from else None

    def waits(self, at: datetime) -> bool:
        """Whether the question is to be put now: it is open, and not put off beyond `at`."""
        again = self.answer.ask_again_at if self.answer else None
        return self.is_asked and (again is None or again <= at)


def standings(member: Member, *, at: datetime) -> list[Standing]:
    """How a person stands to each term, in four queries.

    Members are asked for every term, others for those that they agreed to once; who said no, or took back what she had
    said to this very version, is not asked again.
    """
    versions = in_force(at)
    given: dict[str, list[Consent]] = {}
    for consent in Consent.objects.filter(member=member).order_by("given_at", "pk"):
        given.setdefault(consent.term, []).append(consent)
    answers = {(one.term, one.version): one for one in TermAnswer.objects.filter(member=member)}
    is_member = Membership.objects.filter(member=member).exclude(state=Membership.State.ENDED).exists()
    return [
        _standing(term, versions[term], given.get(term, []), answers.get((term, versions[term].version)), is_member)
        for term in Consent.Term
    ]


def _standing(
    term: Consent.Term, version: TermVersion, given: list[Consent], answer: TermAnswer | None, is_member: bool
) -> Standing:
    standing = [one for one in given if one.withdrawn_at is None]
    knows_it = any(one.version == version.version for one in given)
    said_no = answer is not None and answer.answer == TermAnswer.Answer.NO
    is_asked = (is_member or bool(standing)) and not knows_it and not said_no
    exact = [one for one in standing if one.version == version.version]
    consent = (exact or standing or [None])[-1]  # type: ignore[list-item]  # None where there is none
    return Standing(term, version, consent, answer, is_asked, is_withdrawn=bool(given) and not standing)


def asked(member: Member, *, at: datetime) -> list[Standing]:
    """What a person is to be asked now."""
    return [one for one in standings(member, at=at) if one.waits(at)]


def waiting(member: Member, *, at: datetime) -> list[Consent.Term]:
    """The terms that a person is to be asked about now, as `asked` has them, in one query."""
    of_hers = Consent.objects.filter(member=member, term=OuterRef("term"))
    answers = TermAnswer.objects.filter(member=member, term=OuterRef("term"), version=OuterRef("version"))
    quiet = Q(answer=TermAnswer.Answer.NO) | Q(ask_again_at__gt=at)
    rows = TermVersion.objects.in_force(at).annotate(
        is_known=Exists(of_hers.filter(version=OuterRef("version"))),
        is_hers=Exists(of_hers.filter(withdrawn_at=None)),
        is_quiet=Exists(answers.filter(quiet)),
        is_member=Exists(Membership.objects.filter(member=member).exclude(state=Membership.State.ENDED)),
    )
    found = {row.term: row for row in rows}
    if len(found) < len(Consent.Term):  # a database without its first versions
        return [one.term for one in asked(member, at=at)]
    ask = {term for term, row in found.items() if (row.is_member or row.is_hers) and not (row.is_known or row.is_quiet)}
    return [term for term in Consent.Term if term.value in ask]
