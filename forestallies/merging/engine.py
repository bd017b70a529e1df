"""How rows that point to one record are given to another: moved, united where both have one, or let go."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Q

from members.models import Member

# The fields of two rows that have to be alike so that both cannot stay, and how the one that stays takes in the other.
Unite = Callable[[Any, Any, "Pair"], None]


@dataclass(frozen=True)
class Pair:
    """Two records of the same, both locked.

    Attributes:
        kept: the one that stays.
        other: the one that is no more afterwards.
    """

    kept: Any
    other: Any
    by: Member
    at: datetime


@dataclass(frozen=True)
class Done:
    """What a rule did: so many rows changed hands, were two and became one, or are no more."""

    moved: int = 0
    united: int = 0
    gone: int = 0

    def __add__(self, more: "Done") -> "Done":
        return Done(self.moved + more.moved, self.united + more.united, self.gone + more.gone)

    def __bool__(self) -> bool:
        return bool(self.moved or self.united or self.gone)


Act = Callable[[Pair, "Relation"], Done]


@dataclass(frozen=True)
class Relation:
    """A field that points to a person or an organisation, as the registry names it: `members.Grant.member`."""

    name: str

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.name.rsplit(".", 1)[0])

    @property
    def field(self) -> str:
        return self.name.rsplit(".", 1)[1]

    def of(self, record: Any) -> models.QuerySet[Any]:
        return self.model._base_manager.filter(**{self.field: record.pk})  # noqa: SLF001 (every row, as Django's own)


@dataclass(frozen=True)
class Rule:
    """What becomes of the rows of one relation.

    Attributes:
        topic: under which heading the page counts them (`topics.TOPICS`).
        why: said in the code only, where rows are let go.
    """

    relation: Relation
    topic: str
    act: Act = field(repr=False)
    why: str = ""


def move(relation: str, topic: str) -> Rule:
    """All rows change hands; nothing of the database stands against it."""
    return Rule(Relation(relation), topic, _move)


def unite(
    relation: str, topic: str, *, same: Sequence[str] = (), among: Q | None = None, takes_in: Unite | None = None
) -> Rule:
    """Rows change hands; where both records have one that agrees in `same`, the kept one's stays and the other goes.

    Args:
        among: only such rows exclude each other; others of the same are history and stay side by side.
        takes_in: lets the kept row take over what is better in the other; called before that goes.
    """

    def act(pair: Pair, relation: Relation) -> Done:
        return _unite(pair, relation, same=same, among=among or Q(), takes_in=takes_in)

    return Rule(Relation(relation), topic, act)


def let_go(relation: str, topic: str, *, why: str) -> Rule:
    """The other record's rows are deleted."""

    def act(pair: Pair, relation: Relation) -> Done:
        gone = 0
        for row in relation.of(pair.other):
            remove(row)
            gone += 1
        return Done(gone=gone)

    return Rule(Relation(relation), topic, act, why)


def by_hand(relation: str, topic: str, act: Act) -> Rule:
    """What none of the others can say."""
    return Rule(Relation(relation), topic, act)


def _move(pair: Pair, relation: Relation) -> Done:
    return Done(moved=relation.of(pair.other).update(**{relation.field: pair.kept}))


def _unite(pair: Pair, relation: Relation, *, same: Sequence[str], among: Q, takes_in: Unite | None) -> Done:
    def key(row: models.Model) -> tuple[Any, ...]:
        return tuple(getattr(row, relation.model._meta.get_field(name).attname) for name in same)  # type: ignore[union-attr]  # all are columns

    mine = {key(row): row for row in relation.of(pair.kept).filter(among)}
    united = 0
    for row in relation.of(pair.other).filter(among).order_by("pk"):
        own = mine.get(key(row))
        if own is not None:
            if takes_in:
                takes_in(own, row, pair)
            absorb(row, own)
            united += 1
    return _move(pair, relation) + Done(united=united)


def absorb(row: models.Model, into: models.Model) -> None:
    """Let everything that points to a row point to another, and remove it."""
    for child, name in pointing_to(type(row)):
        for one in child._base_manager.filter(**{name: row.pk}):  # noqa: SLF001 (every row, as Django's own)
            try:
                with transaction.atomic():
                    child._base_manager.filter(pk=one.pk).update(**{name: into})  # noqa: SLF001 (see above)
            except IntegrityError:
                if not child._meta.auto_created:
                    raise
                remove(one)  # a line of a many-to-many table that stands there already
    remove(row)


def remove(row: models.Model) -> None:
    """Delete one row and nothing else: should something still point to it, the database refuses the whole merge."""
    rows: Any = type(row)._base_manager.filter(pk=row.pk)  # noqa: SLF001 (every row, as Django's own)
    rows._raw_delete(using=row._state.db)  # noqa: SLF001 (`delete` would take along what points here)


def pointing_to(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Every field of every table that points to a model: keys, keys of one, lines of many-to-many tables."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and relation.concrete is False and not relation.many_to_many:
            yield relation.related_model, relation.field.name


def relations_of(model: type[models.Model]) -> set[str]:
    """The names of all relations to a model, as the registry has them."""
    return {f"{child._meta.label}.{name}" for child, name in pointing_to(model)}
