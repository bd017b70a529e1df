"""The fields of a record that the page compares, and which value each gets when nobody chooses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from forestallies.lib import zones
from members.models import Member, Organisation
from members.models.people import AgeBand, Gender

KEPT, OTHER = "kept", "other"
PERSON_FIELDS = ("name", "country", "zone", "language")
ORGANISATION_FIELDS = ("name", "kind", "country")
# Asked for reports only, and nobody's to read: taken over where the kept record has none.
UNSAID = {"gender": Gender.UNDISCLOSED, "age_band": AgeBand.UNDISCLOSED}
SAID: Mapping[str, Callable[[Any], str]] = {
    "country": lambda code: str(zones.country_name(code)) if code else "",
    "zone": zones.city,
    "language": lambda code: str(dict(settings.LANGUAGES).get(code, code)),
    "kind": lambda code: str(Organisation.Kind(code).label),
}
LABELS = {
    "name": _("name"),
    "country": _("country"),
    "zone": _("time zone"),
    "language": _("language"),
    "kind": _("kind"),
}


@dataclass(frozen=True)
class Compared:
    """One field of both records.

    Attributes:
        kept, other: what each says, in words.
        chosen: `KEPT` or `OTHER`: what stays.
    """

    name: str
    kept: str
    other: str
    chosen: str

    @property
    def label(self) -> str:
        return str(LABELS[self.name])

    @property
    def differs(self) -> bool:
        return self.kept != self.other

    @property
    def takes_other(self) -> bool:
        return self.chosen == OTHER


def fields_of(record: Member | Organisation) -> tuple[str, ...]:
    return PERSON_FIELDS if isinstance(record, Member) else ORGANISATION_FIELDS


def compare(kept: Any, other: Any, chosen: Mapping[str, str]) -> list[Compared]:
    """Both records field by field; what nobody chose stays with the kept one, unless that says nothing."""
    return [
        Compared(name, said(name, kept), said(name, other), chosen.get(name) or usual(name, kept, other))
        for name in fields_of(kept)
    ]


def usual(name: str, kept: Any, other: Any) -> str:
    return OTHER if not getattr(kept, name) and getattr(other, name) else KEPT


def said(name: str, record: Any) -> str:
    value = getattr(record, name)
    return SAID[name](value) if name in SAID and value else str(value)


def take_over(kept: Any, other: Any, chosen: Mapping[str, str]) -> list[str]:
    """Give the kept record what was chosen of the other; answers the names of what changed."""
    taken = [one.name for one in compare(kept, other, chosen) if one.takes_other and one.differs]
    if isinstance(kept, Member):
        taken += [
            name for name, unsaid in UNSAID.items() if getattr(kept, name) == unsaid and getattr(other, name) != unsaid
        ]
    for name in taken:
        setattr(kept, name, getattr(other, name))
    return taken
