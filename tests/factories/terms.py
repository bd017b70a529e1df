"""Versions of terms, and what people agreed to."""

from datetime import UTC, datetime
from typing import Any

from members import terms
from members.models import Consent, Member, TermVersion

BEGAN = datetime(2026, 11, 20, tzinfo=UTC)


def publish(
    term: str = "code_of_conduct", version: str = "2026-12", *, at: datetime = BEGAN, **words: Any
) -> TermVersion:
    """A second version of a term, in force from `at`."""
    columns = {
        f"{column}_{code}": f"{column} {code}" for column in ("summary", "text", "changes") for code in terms.LANGUAGES
    }
    return TermVersion.objects.create(
        term=term, version=version, written_at=at, published_at=at, in_force_from=at, **{**columns, **words}
    )


def agreed(member: Member, *names: str, version: str = terms.FIRST_VERSION, at: datetime = BEGAN) -> None:
    """Somebody agreed to these terms, to all of them where none is named."""
    for term in names or Consent.Term.values:
        Consent.objects.create(member=member, term=term, version=version, language="es", given_at=at)
