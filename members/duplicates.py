"""Is somebody, or her organisation, known already? By address, by the same name, and by names that resemble it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from forestallies.lib.database import resembling
from members.models import Affiliation, Application, Member, Membership, NotTheSame, Organisation

PERSON_ALIKE, ORGANISATION_ALIKE = 0.55, 0.45  # of likeness: names of organisations share words like "Cooperativa"
LEAST = min(PERSON_ALIKE, ORGANISATION_ALIKE)
ASKED = 0.5  # so much alike before the applicant herself is asked "Did you mean …?"
AT_MOST = 6  # of each are shown
MEMBER, APPLICATION, ORGANISATION = "member", "application", "organisation"
ADDRESS, NAME, LIKE = "address", "name", "like"


@dataclass(frozen=True)
class Found:
    """A person, an earlier application or an organisation that may be the same.

    Attributes:
        of: `MEMBER`, `APPLICATION` or `ORGANISATION`.
        why: `ADDRESS` (the same address), `NAME` (the same folded name) or `LIKE`.
        facts: what tells her from others: country, organisation, state.
    """

    of: str
    pk: int
    name: str
    why: str
    facts: tuple[str, ...] = ()
    country: str = ""

    @property
    def key(self) -> str:
        """How a form names it: `member:12`."""
        return f"{self.of}:{self.pk}"

    def pair(self) -> dict[str, Any]:
        """The fields of `NotTheSame` that hold it."""
        ids: dict[str, Any] = {"member_id": None, "other_id": None, "organisation_id": None}
        ids["other_id" if self.of == APPLICATION else f"{self.of}_id"] = self.pk
        return ids


class Likenesses:
    """What resembles one application, as a coordinator sees it; six queries however much there is."""

    def __init__(self, application: Application, *, by: Member, at: datetime) -> None:
        self.application, self.by, self.at = application, by, at

    @cached_property
    def people(self) -> list[Found]:
        """Members and earlier applications that nobody has told apart from this one."""
        return [found for found in self._found[0] if found.key not in self._apart]

    @cached_property
    def organisations(self) -> list[Found]:
        """Organisations that nobody has told apart from the one named in the application."""
        return [found for found in self._found[1] if found.key not in self._apart]

    @property
    def told_apart(self) -> list[Found]:
        """What was said to be different, and could be taken back."""
        return [found for several in self._found for found in several if found.key in self._apart]

    @property
    def two_people(self) -> tuple[int, ...]:
        """The numbers of the first two members among them, who may be one; empty when there are fewer."""
        return _two(self.people, MEMBER)

    @property
    def two_organisations(self) -> tuple[int, ...]:
        return _two(self.organisations, ORGANISATION)

    def find(self, key: str) -> Found | None:
        """The one that a form names, if it is among them."""
        return next((one for several in self._found for one in several if one.key == key), None)

    @cached_property
    def _apart(self) -> set[str]:
        if not self.application.pk:
            return set()
        return {row.key for row in NotTheSame.objects.filter(application=self.application)}

    @cached_property
    def _found(self) -> tuple[list[Found], list[Found]]:
        """People and organisations, told apart or not."""
        with resembling(LEAST):
            return [*self._members(), *self._applications()], self._organisations()

    def _members(self) -> list[Found]:
        by_address = list(Member.objects.by_address(self.application.email))
        by_name = Member.objects.alike(self.application.name, at_least=PERSON_ALIKE)
        rows = _first(by_address, by_name[:AT_MOST])
        ids = [row.pk for row in rows]
        places: dict[int, list[str]] = {}
        for pk, name in (
            Affiliation.objects.filter(member__in=ids, ends_on=None)
            .order_by("organisation__name", "pk")
            .values_list("member", "organisation__name")
        ):
            places.setdefault(pk, []).append(name)
        here = Membership.objects.filter(member__in=ids, community=self.application.community_id)
        states = {one.member_id: one.get_state_display() for one in here}
        return [
            Found(
                MEMBER, row.pk, row.name, ADDRESS if row in by_address else self._why(row),
                tuple(filter(None, (*places.get(row.pk, ())[:2], states.get(row.pk, "")))), row.country,
            )
            for row in rows
        ]  # fmt: skip

    def _applications(self) -> list[Found]:
        others = Application.objects.visible_to(self.by, at=self.at).exclude(pk=self.application.pk)
        same = others.filter(email=self.application.email).order_by("-submitted_at", "-pk")
        alike = others.alike(self.application.name, at_least=PERSON_ALIKE)
        return [
            Found(
                APPLICATION, row.pk, row.name, self._why(row),
                tuple(filter(None, (row.organisation_name, row.get_state_display()))), row.country,
            )
            for row in _first(same[:AT_MOST], alike[:AT_MOST])
        ]  # fmt: skip

    def _why(self, row: Member | Application) -> str:
        if row.email == self.application.email:
            return ADDRESS
        return NAME if getattr(row, "is_same", False) else LIKE

    def _organisations(self) -> list[Found]:
        chosen, name = self.application.organisation_id, self.application.organisation_name
        told = Organisation.objects.filter(pk__in=[chosen] if chosen else [])
        alike = Organisation.objects.alike(name, at_least=ORGANISATION_ALIKE) if name else told.none()
        rows = _first(told, alike[:AT_MOST])
        return [
            Found(
                ORGANISATION, row.pk, row.name, NAME if getattr(row, "is_same", False) else LIKE,
                (row.get_kind_display(),), row.country,
            )
            for row in rows
        ]  # fmt: skip


def organisations_to_ask_about(name: str) -> list[Organisation]:
    """Which organisations somebody may mean who typed this name; empty when one has this very name, or none is near.

    Independent practitioners are left out: theirs are names of people.
    """
    known = Organisation.objects.exclude(kind=Organisation.Kind.INDIVIDUAL)
    with resembling(ASKED):
        rows = list(known.alike(name, at_least=ASKED)[:4])
    return [] if any(row.is_same for row in rows) else rows  # type: ignore[attr-defined]  # annotated by `alike`


def organisation_of_this_name(name: str) -> Organisation | None:
    """The one organisation of this name; None when there is none, or several."""
    rows = list(Organisation.objects.named(name)[:2]) if name else []
    return rows[0] if len(rows) == 1 else None


def _two(found: Iterable[Found], of: str) -> tuple[int, ...]:
    ids = [one.pk for one in found if one.of == of][:2]
    return tuple(ids) if len(ids) == 2 else ()


Row = TypeVar("Row", Member, Application, Organisation)


def _first(*several: Iterable[Row]) -> list[Row]:
    """Every row once, in the order of the lists they come in."""
    found: dict[int, Row] = {}
    for rows in several:
        for row in rows:
            found.setdefault(row.pk, row)
    return list(found.values())[:AT_MOST]
