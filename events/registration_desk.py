"""What the team reads of the registrations for one event: who has a seat, waits, wishes or left, and what they said."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, Prefetch, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events import attendance
from events.models import Answer, Event, Question, Registration, Transition
from events.needs import words_for
from forestallies.lib.database import Fold
from members.models import Affiliation, Member

State = Registration.State


@dataclass(frozen=True)
class Group:
    """People of a list who stand in the same way."""

    name: str
    label: str | Promise
    states: tuple[State, ...]


GROUPS = (
    Group("pending", pgettext_lazy("registrations", "To decide"), (State.PENDING,)),
    Group("offered", pgettext_lazy("registrations", "Offered a seat"), (State.OFFERED,)),
    Group("seated", pgettext_lazy("registrations", "With a seat"), (State.CONFIRMED,)),
    Group("waiting", pgettext_lazy("registrations", "On the waiting list"), (State.WAITLISTED,)),
    Group("left", pgettext_lazy("registrations", "No longer in it"), (State.EXPIRED, State.DECLINED, State.CANCELLED)),
)

# What the seat service writes as the reason of its own steps.
REASONS = {
    "approved": _("approved by the team"),
    "promoted": _("a seat became free"),
    "accepted": _("took the seat that was offered"),
    "offer expired": _("the offer was not taken in time"),
    "again": _("came back"),
    "account closed": _("the account was closed"),
}


@dataclass(frozen=True)
class Line:
    """One registration on the list; `position` is her place on the waiting list, from 1."""

    registration: Registration
    position: int | None

    @property
    def member(self) -> Member:
        return self.registration.member

    @property
    def organisations(self) -> str:
        return ", ".join(place.organisation.name for place in self.member.affiliations.all())

    @property
    def needs(self) -> list[str]:
        return [str(words_for(need)) for need in self.registration.needs]

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The questions answered, with the answers, in the reader's language and the order of the form."""
        rows = sorted(self.registration.answers.all(), key=lambda row: (row.question.position, row.question_id))
        return [(row.question.words, answer_in_words(row)) for row in rows]


def answer_in_words(answer: Answer) -> str:
    """Say an answer in the reader's language; what somebody wrote stays as it is."""
    if answer.question.kind == Question.Kind.YES_NO:
        return str({"yes": _("yes"), "no": _("no")}.get(answer.value, answer.value))
    return dict(answer.question.options()).get(answer.value, answer.value)


def counts(event: Event) -> dict[str, int]:
    """How many registrations each group has."""
    counted = Registration.objects.filter(event=event).values("state").order_by().annotate(number=Count("pk"))
    by_state = {row["state"]: row["number"] for row in counted}
    return {group.name: sum(by_state.get(state, 0) for state in group.states) for group in GROUPS}


def listed(event: Event, *, group: str = "", name: str = "") -> QuerySet[Registration]:
    """The registrations of an event, group by group: the waiting list and the wishes in their order, others by name.

    Args:
        group: the name of one; empty for all.
        name: a part of people's names, whatever the case and the accents.
    """
    rows = Registration.objects.filter(event=event).annotate(folded=Fold("member__name"))
    if group:
        rows = rows.filter(state__in=next((one.states for one in GROUPS if one.name == group), ()))
    if name:
        rows = rows.filter(folded__contains=Fold(Value(name)))
    rank = Case(*(When(state__in=one.states, then=number) for number, one in enumerate(GROUPS)))
    wished = Case(When(state=State.PENDING, then=F("state_since")))
    return rows.order_by(rank, F("queue_no").asc(nulls_last=True), wished, "folded", "pk")


def lines(event: Event, rows: QuerySet[Registration]) -> list[Line]:
    """Read registrations with all that is shown of them, in five queries however many they are."""
    places = Affiliation.objects.filter(ends_on=None).select_related("organisation").order_by("id")
    answers = Answer.objects.select_related("question")
    full = rows.select_related("member").prefetch_related(
        Prefetch("member__affiliations", places), Prefetch("answers", answers)
    )
    waiting = Registration.objects.filter(event=event).waiting().values_list("pk", flat=True)
    positions = {pk: number for number, pk in enumerate(waiting, 1)}
    return [Line(row, positions.get(row.pk)) for row in full]


def grouped(shown: Collection[Line]) -> list[tuple[Group, list[Line]]]:
    """Lines under the headings of their groups, without the empty ones."""
    by_group = [(group, [line for line in shown if line.registration.state in group.states]) for group in GROUPS]
    return [(group, found) for group, found in by_group if found]


def to_add(event: Event, name: str, *, at: datetime) -> list[Member]:
    """Find people of the audience who have no place and do not wait, by a part of their name; a few at most."""
    standing = Registration.objects.filter(event=event).standing().values_list("member", flat=True)
    return attendance.found(event, name, known=standing, at=at)


def addable(event: Event, ids: Collection[int], *, at: datetime) -> list[Member]:
    """The people of the audience with these ids, in the order of their names."""
    return list(attendance.invited(event, at=at).filter(pk__in=ids).order_by(Fold("name"), "pk"))


@dataclass(frozen=True)
class Past:
    """One step of a registration's history, in words."""

    transition: Transition

    @property
    def words(self) -> str:
        if self.transition.from_state == self.transition.to_state:
            return str(_("moved up on the waiting list"))
        return str(State(self.transition.to_state).label)

    @property
    def reason(self) -> str:
        """What staff wrote, or what the portal did it for in the reader's language."""
        return str(REASONS.get(self.transition.reason, self.transition.reason))


def history(registration: Registration) -> list[Past]:
    """Every step of a registration, the first one first."""
    return [Past(row) for row in registration.transitions.select_related("by").order_by("pk")]
