"""Certificates for tests: what one says, and what its PDF says."""

import io
from datetime import UTC, date, datetime
from typing import Any

from pypdf import PdfReader

from certificates import documents, issuing
from certificates.facts import Facts, Printed, printed
from certificates.models import Certificate
from members.models import Member
from tests.factories import MemberFactory

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
CODE = "7K3M9Q2X04TBW8HN"
ADDRESS = f"https://portal.example.org/verify/{CODE}/"


def facts(**changes: Any) -> Facts:
    words: dict[str, Any] = {
        "name": "Ana Lucía Quispe Mamani",
        "programme": "South-South Knowledge Exchange: sustainable cocoa through agroforestry",
        "edition": "SSKE 2025",
        "group": "wider group",
        "starts_on": date(2025, 6, 18),
        "ends_on": date(2025, 10, 8),
        "attended": 4,
        "sessions": 5,
        "hours": 9.46,
        "issuer": "Forest Allies",
        "signer": "Programme coordination",
        "issued_on": date(2026, 11, 21),
    }
    return Facts(**{**words, **changes})


def paper(*, language: str = "en", **changes: Any) -> Printed:
    return printed(facts(**changes), language=language, code=CODE, verify_url=ADDRESS)


def pdf_of(words: Printed) -> bytes:
    [setting] = documents.typeset([words])
    assert not setting.problem
    return setting.pdf


def text_of(pdf: bytes) -> str:
    """The text of a one-page PDF, line by line."""
    [page] = PdfReader(io.BytesIO(pdf)).pages
    return page.extract_text()


def draft(holder: Member | None = None, *, key: str = "test:1", language: str = "en", **changes: Any) -> Certificate:
    return issuing.draft(key=key, holder=holder or MemberFactory.create(), facts=facts(**changes), language=language)


def issued(holder: Member | None = None, *, key: str = "test:1", **changes: Any) -> Certificate:
    certificate, new = issuing.issue(draft(holder, key=key, **changes), by=None, at=AT)
    assert new
    return certificate
