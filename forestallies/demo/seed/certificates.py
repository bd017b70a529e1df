"""The certificates of the completed edition: the core group's are issued, the wider group's are ready to be.

Their PDFs are set when somebody first asks for them, so the demo is there at once.
"""

import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from audit.models import Entry, entry
from certificates import codes, issuing
from certificates.models import Certificate
from forestallies.demo.seed.rows import chance
from forestallies.demo.seed.sske import Group
from members.models import Member
from programs.actions.certificates import CohortFacts
from programs.candidates import Candidate, candidates

CORRECTED_AFTER = timedelta(days=2)


def load_certificates(core: Group, wider: Group, *, by: Member, at: datetime) -> None:
    """Issue the core group's 35 certificates, and replace one of them whose name was misspelt. Called last.

    Args:
        core: the completed edition's core group; `core.completed` holds the keys of those who are eligible.
        wider: its wider group, 41 of whom wait for theirs.
        by: the coordinator who issues them.
        at: a week after the closing session.
    """
    people = [one for one in candidates(core.cohort, by=None) if one.member.pk in core.completed]
    if not people or any(one.certificate for one in people):
        return
    facts = CohortFacts(core.cohort, [one.member.pk for one in people], at)
    misspelt = next(one for one in people if _without_accents(one.member.name) != one.member.name)
    made = [_issued(facts, one, by, at) for one in people if one is not misspelt]
    wrong, right = _corrected(facts, misspelt, by, at)
    made = Certificate.objects.bulk_create([*made, right])
    wrong.replaced_by = right
    [wrong] = Certificate.objects.bulk_create([wrong])
    Entry.objects.bulk_create(
        [
            *(entry(verb="certificate.issued", subject=one, by=by, at=one.issued_at, key=one.key) for one in made),
            entry(verb="certificate.issued", subject=wrong, by=by, at=at, key=wrong.key),
            entry(verb="certificate.replaced", subject=wrong, by=by, at=right.issued_at, replaced_by=right.pk),
        ]
    )


def _issued(facts: CohortFacts, person: Candidate, by: Member, at: datetime) -> Certificate:
    made = facts.draft(person, code=_code(chance("certificate", person.member.email)))
    made.issued_at, made.issued_by = at, by
    return made


def _corrected(facts: CohortFacts, person: Candidate, by: Member, at: datetime) -> tuple[Certificate, Certificate]:
    """Give a certificate whose accents were lost, and the one that took its place."""
    right = _issued(facts, person, by, at + CORRECTED_AFTER)
    code = _code(chance("certificate", person.member.email, "misspelt"))
    words = replace(facts.facts(person), name=_without_accents(person.member.name))
    wrong = issuing.draft(key=right.key, holder=person.member, facts=words, language=right.language, code=code)
    wrong.issued_at, wrong.issued_by = at, by
    wrong.state, wrong.ended_at, wrong.ended_by = Certificate.State.REPLACED, at + CORRECTED_AFTER, by
    wrong.reason = "Name spelt without its accents"
    return wrong, right


def _without_accents(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))


def _code(luck: Random) -> str:
    """Draw a code that is the same in every database; the portal's own come from a better source."""
    return "".join(luck.choice(codes.ALPHABET) for _ in range(codes.LENGTH))
