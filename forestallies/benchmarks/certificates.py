"""Certificates: issuing (facts frozen, PDF set in the limited child, everything stored) beside the bare typesetter."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count

import typst

from certificates import documents, issuing
from certificates.facts import Facts, Printed
from certificates.models import Certificate
from certificates.typesetter import STANDARD, TEMPLATE, answer
from forestallies.benchmarks.measure import Measurement, compare, rate
from forestallies.benchmarks.people import make_world
from forestallies.lib import clock
from members.models import Member

SIZE = 200  # certificates per round


def measure(*, size: int, rounds: int) -> Iterator[Measurement]:
    at = clock.now()
    people = make_world(people=size, at=at).people
    keys = count()
    yield compare(
        what=f"{size} certificates issued, with their PDFs",
        baseline=f"typst with one compiler, PDF/{STANDARD.upper()} and QR code",
        unit="certificates",
        bare=lambda: bare([draft(person, f"bare:{next(keys)}") for person in people]),
        real=lambda: real(people, [f"benchmark:{next(keys)}" for _ in people], at),
        rounds=rounds,
    )


def draft(member: Member, key: str) -> Certificate:
    day = date(2026, 11, 20)
    facts = Facts(
        name=member.name, programme="South-South Knowledge Exchange", edition="Benchmark", group="core group",
        starts_on=date(2026, 1, 21), ends_on=day, attended=9, sessions=11, hours=22.5, issuer="Forest Allies",
        signer="Programme coordination", issued_on=day,
    )  # fmt: skip
    return issuing.draft(key=key, holder=member, facts=facts, language=member.language)


def bare(drafts: list[Certificate]) -> float:
    facts = [certificate.facts for certificate in drafts]

    def set_all() -> None:
        compiler = typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), ignore_system_fonts=True)
        for words in facts:
            if problem := answer(compiler, words).get("problem"):
                raise RuntimeError(problem)

    return rate(len(facts), set_all)


def real(people: list[Member], keys: list[str], at: datetime) -> float:
    def issue_all() -> None:
        drafts = [draft(member, key) for member, key in zip(people, keys, strict=True)]
        settings = documents.typeset(Printed.stored(certificate.facts) for certificate in drafts)
        for certificate, setting in zip(drafts, settings, strict=True):
            if not setting.pdf:
                raise RuntimeError(setting.problem)
            issuing.issue(certificate, by=None, at=at, pdf=setting.pdf)

    return rate(len(people), issue_all)
