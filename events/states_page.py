"""The page of the documentation about registrations, drawn from the code: states, steps, messages, hours."""

from datetime import UTC, datetime, timedelta

from django.utils import translation

from events import answers, ledger
from events.actions import waiting
from events.models import Event, Registration, Transition
from members.models import Member

State = Registration.State

NEW = ""  # the row is made
STEPS: dict[tuple[str, str], str] = {
    (NEW, State.CONFIRMED): "registers while a seat is free and nobody waits, or has a place with her circle",
    (NEW, State.WAITLISTED): "registers, or comes with her circle, when the event is full or others wait already",
    (NEW, State.PENDING): "registers where the event asks for approval",
    (State.PENDING, State.CONFIRMED): "the team approves, and a seat is free",
    (State.PENDING, State.WAITLISTED): "the team approves, and the event is full",
    (State.PENDING, State.DECLINED): "the team declines, with a reason",
    (State.PENDING, State.CANCELLED): "takes her wish back, or the team cancels it",
    (State.CONFIRMED, State.CANCELLED): "gives her seat up, or the team cancels it; the next in line moves up",
    (State.CONFIRMED, State.DECLINED): "was registered with her circle and cannot come; the next in line moves up",
    (State.WAITLISTED, State.WAITLISTED): "the team moves her to the head of the list",
    (State.WAITLISTED, State.CONFIRMED): "is next in line when a seat is free",
    (State.WAITLISTED, State.OFFERED): "is next in line when a seat is free, and the event makes offers",
    (State.WAITLISTED, State.CANCELLED): "leaves the list, or the team cancels",
    (State.WAITLISTED, State.DECLINED): "came onto the list with her circle and cannot come",
    (State.OFFERED, State.CONFIRMED): "takes the seat in time",
    (State.OFFERED, State.EXPIRED): "does not take it in time; it is offered to the next in line",
    (State.OFFERED, State.DECLINED): "lets it pass; it is offered to the next in line",
    (State.OFFERED, State.CANCELLED): "the team cancels the offer; it goes to the next in line",
    (State.EXPIRED, State.CONFIRMED): "registers again while a seat is free and nobody waits",
    (State.EXPIRED, State.WAITLISTED): "registers again, at the end of the list",
    (State.EXPIRED, State.PENDING): "registers again where the event asks for approval",
    (State.DECLINED, State.CONFIRMED): "registers again while a seat is free and nobody waits",
    (State.DECLINED, State.WAITLISTED): "registers again, at the end of the list",
    (State.DECLINED, State.PENDING): "registers again where the event asks for approval",
    (State.CANCELLED, State.CONFIRMED): "registers again while a seat is free and nobody waits",
    (State.CANCELLED, State.WAITLISTED): "registers again, at the end of the list",
    (State.CANCELLED, State.PENDING): "registers again where the event asks for approval",
    (State.CONFIRMED, State.MERGED): "is the same person as another one with a seat, which stays",
    **{
        (before, State.MERGED): "is the same person as another one with a registration, which stays"
        for before in State
        if before not in (State.CONFIRMED, State.MERGED)
    },
    **{
        (before, State.OFFERED): "is the same person as somebody to whom a seat is offered"
        for before in (State.PENDING, State.EXPIRED, State.DECLINED, State.CANCELLED)
    },
}

PAGE = """\
# Registrations

<!-- Written by `manage.py draw_states`. Change the code, or events/states_page.py, and run it again. -->

A person has one registration for an event, with one state. Every change is a step of this picture: the seat service
(`events/actions/`) makes it under the event's lock and writes it down with who, when and why. What people are told
follows from the steps a moment later (`events/answers.py`).

{diagram}

## Steps and messages

“She” is whoever is registered. A message's words stand in `templates/emails/<message>/`.

{table}

Only the last step counts when several fall between two ticks: what was overtaken is no news. Who registers for
several events between two ticks gets one message, `registered_several`; places in several events that come with a
circle are one message too, `registered_with_circle`. When an event is called off, `event_cancelled` takes the place of
all that was not yet told.

## Seats

* Taken are {seated}. An event without a number of seats is open to all.
* A newcomer has a seat only when one is free and nobody waits. There are never more seats taken than there are: fewer
  seats than are taken are refused.
* Registering twice keeps the one place; coming back after leaving is a new arrival.

## Waiting list

* First come, first moved up. A freed seat goes to the head of the list in the same transaction that frees it.
* The team may move people to the head; among themselves they keep their order, and it is written down with a reason.
* Nobody moves up after the event's “waiting list moves up until”, which is at the latest its start.

## Offers

* Where an event makes offers, a freed seat is kept for the next in line until she takes it or lets it pass.
* An offer stands {usual} hours{nearer};
  never longer than the waiting list moves up.
* A tick ends the offers whose time is over and passes their seats on; taken too late, an offer is refused.

## Circles without asking

* Everybody in the circles that an event names as automatic has a place from the start, also who joins them later: a
  tick looks for who is missing. When the event is full, they come onto the waiting list.
* They are not asked for approval. Whoever had a registration before is left alone: who declined stays away.

## Approval

* Where an event asks for it, each registration waits for the team and takes no seat until then. Approved in bulk,
  wishes are met in the order they came.
* People whom the team adds need no approval, and no open registration; they have to belong to the event's audience.

## Two records of one person

* Where both have a registration, the better place stays: confirmed before offered before waiting before undecided, and
  the earlier one on the list. It is taken over by the registration of the record that is kept.
* The other one ends as merged. Its steps stay beside those of the one that is kept, its links lead there, and nobody
  is told. When both had a seat, the one that gets free goes to the next in line.
"""


def draw() -> str:
    """Write the whole page, in Markdown."""
    with translation.override("en"):
        return PAGE.format(
            diagram=_diagram(), table=_table(), seated=_seated(), usual=_hours(waiting.OFFER_STANDS), nearer=_nearer()
        )


def steps() -> list[tuple[str, str]]:
    """Each step that there is, from and to; the first ones make the row."""
    first: list[tuple[str, str]] = [(NEW, after) for after in State if (NEW, after) in STEPS]
    return first + [
        (before, after) for before in State for after in State if after in Registration.TRANSITIONS.get(before, set())
    ]


def message_of(before: str, after: str) -> str:
    """The kind of message that a step brings, as `events.answers` would post it; empty when it brings none."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    registration = Registration(pk=1, event=Event(starts_at=at), member=Member(), state=after, state_since=at)
    reason = ledger.MERGED if "is the same person" in STEPS[before, after] else ""
    row = Transition(registration=registration, from_state=before, to_state=after, reason=reason)
    posting = answers.posting_for(row, at=at) if answers.is_news(row) else None
    return posting.message.kind if posting else ""


def _diagram() -> str:
    names = [f"    {state} : {state.label}" for state in State]
    arrows = [f"    {before or '[*]'} --> {after}" for before, after in steps()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *names, *arrows, "```"])


def _table() -> str:
    rows = [
        f"| {before or 'new'} → {after} | {STEPS[before, after]} | {_code(message_of(before, after))} |"
        for before, after in steps()
    ]
    return "\n".join(["| step | what it means | message |", "| --- | --- | --- |", *rows])


def _code(kind: str) -> str:
    return f"`{kind}`" if kind else "none"


def _seated() -> str:
    return " and ".join(f"{state} places" for state in Registration.SEATED)


def _hours(stands: timedelta) -> int:
    return int(stands / timedelta(hours=1))


def _nearer() -> str:
    near = sorted(waiting.OFFER_STANDS_NEAR, reverse=True)
    return "".join(f", {_hours(stands)} when the event starts in less than {_hours(left)}" for left, stands in near)
