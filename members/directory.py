"""Finding people and organisations in the directory, and what of a person others see."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Exists, F, Model, OuterRef, Prefetch, Q, QuerySet, Value

from forestallies.lib import languages, zones
from forestallies.lib.database import Fold, forgiving
from members.models import DirectoryEntry, Membership, Organisation, Theme
from members.models.directory import belonging

PER_PAGE = 24
LAST_PAGE = 400  # who would turn more pages searches instead
ALIKE = 0.4  # finds "Quipse" for Quispe and "Mensa" for Mensah
SHORTEST_PART = 3  # signs: from there on the middle of a name is found as well

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Search:
    """What somebody looks for; what is empty narrows nothing."""

    name: str = ""
    country: str = ""
    stakeholder: str = ""
    language: str = ""
    theme: int | None = None

    def __bool__(self) -> bool:
        return self != Search()


@dataclass(frozen=True)
class Slice(Generic[Item]):
    """One page of a list that nobody counts: with 100,000 people counting costs more than finding."""

    items: Sequence[Item]
    number: int = 1
    has_next: bool = False

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.has_next else None


@dataclass(frozen=True)
class Card:
    """What others see of one person: what she does not open is empty here, so that no page can show it."""

    member_id: int
    name: str
    country: str = ""
    organisations: Sequence[Organisation] = ()
    stakeholders: Sequence[str] = ()
    about: str = ""
    themes: Sequence[str] = ()
    languages: Sequence[str] = field(default=())


def themes() -> dict[int, str]:
    """The themes by id, named in the reader's language; one query."""
    return {theme.pk: theme.name for theme in Theme.objects.all()}


def people(search: Search, communities: Sequence[int], named: Mapping[int, str], *, page: int = 1) -> Slice[Card]:
    """One page of the people whom members of these communities may find; three statements however many there are.

    By name, or the most similar names first when a name is looked for. What somebody hides is not looked at.

    Args:
        named: the themes by id.
    """
    with forgiving(ALIKE) if search.name else nullcontext():
        found = slice_of(found_people(search, communities), page)
    return Slice([card_of(entry, named) for entry in found.items], found.number, found.has_next)


def found_people(search: Search, communities: Sequence[int]) -> QuerySet[DirectoryEntry]:
    """The query behind `people`, in its order."""
    rows = with_what_is_shown(DirectoryEntry.objects.listed_in(communities), communities)
    if search.country:
        rows = rows.filter(shows_country=True, member__country=search.country)
    if search.stakeholder:
        same = belonging(OuterRef("member"), communities, stakeholder=search.stakeholder)
        rows = rows.filter(Exists(same), shows_stakeholder=True)
    if search.language:
        rows = rows.filter(shows_languages=True, languages__contains=[search.language])
    if search.theme:
        rows = rows.filter(shows_themes=True, themes=search.theme)
    return by_name(rows, "member__name", "member_id", search.name)


def with_what_is_shown(entries: QuerySet[DirectoryEntry], communities: Sequence[int]) -> QuerySet[DirectoryEntry]:
    """Fetch what cards need along with the entries; never an address."""
    current = Membership.objects.filter(community__in=communities, state=Membership.State.ACTIVE)
    chosen = DirectoryEntry.themes.through.objects.filter(directoryentry=OuterRef("pk")).order_by("theme")
    return (
        entries.select_related("member")
        .only(*(one.name for one in DirectoryEntry._meta.concrete_fields), "member__name", "member__country")
        .annotate(theme_ids=ArraySubquery(chosen.values("theme")))
        .prefetch_related(
            Prefetch("member__memberships", current.select_related("organisation").order_by("pk"), to_attr="current")
        )
    )


def card_of(entry: Any, named: Mapping[int, str]) -> Card:
    """Draw the card of an entry that was fetched by `with_what_is_shown`."""
    return draw(
        entry,
        entry.member.current,
        [named[pk] for pk in entry.theme_ids if pk in named],
    )


def draw(entry: DirectoryEntry, memberships: Iterable[Membership], theme_names: Sequence[str]) -> Card:
    """Draw a card: the one place that decides what others see of a person. Asks no database."""
    member, memberships = entry.member, list(memberships)
    organisations = {one.organisation.pk: one.organisation for one in memberships if one.organisation}
    return Card(
        member_id=member.pk,
        name=member.name,
        country=zones.country_name(member.country) if entry.shows("country") and member.country else "",
        organisations=list(organisations.values()) if entry.shows("organisation") else (),
        stakeholders=(
            list(dict.fromkeys(one.get_stakeholder_display() for one in memberships))
            if entry.shows("stakeholder")
            else ()
        ),
        about=entry.about if entry.shows("about") else "",
        themes=theme_names if entry.shows("themes") else (),
        languages=[languages.in_words([code]) for code in entry.languages] if entry.shows("languages") else (),
    )


def people_of(organisation: Organisation, communities: Sequence[int]) -> QuerySet[DirectoryEntry]:
    """Those who say openly that they speak for an organisation, by name."""
    through = belonging(OuterRef("member"), communities, organisation=organisation)
    rows = DirectoryEntry.objects.listed_in(communities).filter(Exists(through), shows_organisation=True)
    return by_name(with_what_is_shown(rows, communities), "member__name", "member_id", "")


def organisations(search: Search, communities: Sequence[int], *, page: int = 1) -> Slice[Organisation]:
    """One page of the organisations that take part, by name or the most similar first; one statement."""
    with forgiving(ALIKE) if search.name else nullcontext():
        return slice_of(found_organisations(search, communities), page)


def found_organisations(search: Search, communities: Sequence[int]) -> QuerySet[Organisation]:
    """The query behind `organisations`, in its order."""
    rows: QuerySet[Organisation] = Organisation.objects.taking_part_in(communities)
    if search.country:
        rows = rows.filter(country=search.country)
    if search.stakeholder:
        rows = rows.filter(kind=search.stakeholder)
    return by_name(rows, "name", "pk", search.name)


def by_name(rows: Any, name: str, key: str, wanted: str) -> Any:
    """Those with such a name, the most similar first; all of them by name when none is wanted."""
    rows = rows.alias(folded=Fold(name))
    if not wanted:
        return rows.order_by("folded", key)
    sought = Fold(Value(wanted))
    alike = Q(folded__trigram_word_similar=sought)
    if len(wanted) >= SHORTEST_PART:
        alike |= Q(folded__contains=sought)
    rows = rows.filter(alike).alias(likeness=TrigramWordSimilarity(sought, F("folded")))  # type: ignore[arg-type]  # takes expressions too
    return rows.order_by("-likeness", "folded", key)


def slice_of(rows: QuerySet[Row], page: int) -> Slice[Row]:
    """One page of rows in one statement, which fetches one more to know whether the list goes on."""
    number = min(max(page, 1), LAST_PAGE)
    found = list(rows[(number - 1) * PER_PAGE : number * PER_PAGE + 1])
    return Slice(found[:PER_PAGE], number, len(found) > PER_PAGE and number < LAST_PAGE)
