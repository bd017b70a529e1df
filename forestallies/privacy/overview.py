"""What the portal holds about a person, in plain words and numbers, in a few queries."""

from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from forestallies.privacy.finders import Person, own_rows
from forestallies.privacy.labels import SECTIONS
from members.models import Member

NOT_COUNTED = {"sessions.session", "audit.entry", "members.member"}  # read one by one, or plain


class Held(NamedTuple):
    """How many entries of one kind there are."""

    title: str
    number: int


def held(member: Member) -> list[Held]:
    """Count what there is under each title; titles without anything are left out. All counts are one query."""
    counted = dict(own_rows(Person.of(member), without=NOT_COUNTED))
    names = {label: label.replace(".", "_") for label in counted}
    numbers: dict[str, int] = (
        Member.objects.filter(pk=member.pk)
        .values(**{names[label]: _count(rows) for label, rows in counted.items()})
        .get()
    )
    told = [
        Held(str(title), sum(numbers[names[label]] for label in labels if label in names)) for title, labels in SECTIONS
    ]
    return [one for one in told if one.number]


def _count(rows: QuerySet[Any]) -> Coalesce:
    numbers = rows.order_by().annotate(together=Value(1)).values("together").annotate(number=Count("pk", distinct=True))
    return Coalesce(Subquery(numbers.values("number")), 0)
