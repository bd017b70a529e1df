"""What a certificate says: finished words and figures, made once when it is issued."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from babel.numbers import format_decimal
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certificates import codes
from forestallies.lib import zones

VERSION = 1  # of the layout below; a stored certificate keeps its own


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the issuer knows. Texts are in the certificate's language and printed exactly as they are.

    Attributes:
        name: the holder's, as she wants it to be read.
        programme, edition, group: `South-South Knowledge Exchange …`, `SSKE 2026–27`, `core group`.
        starts_on, ends_on: first and last day of the sessions that were open to the group.
        attended, sessions: n of N.
        hours: with one decimal in print.
        issuer, signer: who stands behind it.
        issued_on: the day it is issued, where the programme is at home.
    """

    name: str
    programme: str
    edition: str
    group: str
    starts_on: date
    ends_on: date
    attended: int
    sessions: int
    hours: float
    issuer: str
    signer: str
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class Printed:
    """Every word on the paper, in its order; what `Certificate.facts` holds. The template has no word of its own."""

    version: int
    language: str
    issuer: str
    title: str
    certifies: str
    name: str
    completed: str
    programme: str
    edition: str
    group: str
    dates: str
    attendance: str
    hours: str
    signer: str
    signer_label: str
    issued: str
    issued_on: str  # ISO, for the document's date
    verify: str
    code: str
    verify_url: str
    picture: str  # what the QR code is, for those who do not see it

    @classmethod
    def stored(cls, facts: Mapping[str, Any]) -> Self:
        """Read what a certificate stores; nothing but empty words where its holder was erased."""
        if not facts:
            return cls(**{name: VERSION if name == "version" else "" for name in cls.__dataclass_fields__})  # type: ignore[arg-type]  # one is a number
        return cls(**facts)

    @property
    def issue_day(self) -> date:
        return date.fromisoformat(self.issued_on)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def printed(facts: Facts, *, language: str, code: str, verify_url: str) -> Printed:
    """Put the facts into the words of a language; from then on nothing of it changes.

    Args:
        language: a code of the setting LANGUAGES.
        code: as it is stored.
    """
    with translation.override(language):
        return Printed(
            version=VERSION,
            language=language,
            issuer=facts.issuer,
            title=_("Certificate of completion"),
            certifies=_("This is to certify that"),
            name=facts.name,
            completed=_("has completed the programme"),
            programme=facts.programme,
            edition=facts.edition,
            group=facts.group,
            dates=_span(facts.starts_on, facts.ends_on),
            attendance=ngettext(
                "%(attended)s of %(sessions)s session", "%(attended)s of %(sessions)s sessions", facts.sessions
            )
            % {"attended": facts.attended, "sessions": facts.sessions},
            hours=_("%(hours)s hours of exchange") % {"hours": _decimal(facts.hours)},
            signer=facts.signer,
            signer_label=_("for the organisers"),
            issued=_("Issued on %(date)s") % {"date": _day(facts.issued_on)},
            issued_on=facts.issued_on.isoformat(),
            verify=_("Verify this certificate"),
            code=codes.show(code),
            verify_url=verify_url,
            picture=_("QR code that leads to %(address)s") % {"address": verify_url},
        )


def _span(first: date, last: date) -> str:
    """`22 January – 8 October 2025`; the year is said once where it is the same."""
    if first == last:
        return _day(first)
    if first.year == last.year:
        return f"{zones.day_in_words(first, _without_year())} – {_day(last)}"
    return f"{_day(first)} – {_day(last)}"


def _day(day: date) -> str:
    return zones.day_in_words(day, "long")


def _without_year() -> str:
    """The pattern of day and month in the active language; CLDR calls it MMMMd."""
    return str(zones.babel_locale().datetime_skeletons["MMMMd"])


def _decimal(value: float) -> str:
    return format_decimal(value, "0.0", locale=zones.babel_locale())
