"""A crowd of chances: whatever order people and the team act in, the seats stay right.

And the other way round: with any one of its rules taken out, a short game is lost that was won with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from events import answers, ledger
from events.actions import registrations, waiting
from events.models.registrations import RegistrationQuerySet, TransitionQuerySet
from notices import outbox
from tests.events.seat_game import Seats

TakeOut = Callable[[pytest.MonkeyPatch], None]


def test_seats_stay_right_whatever_people_do(db):
    run_state_machine_as_test(Seats, settings=settings(max_examples=15, stateful_step_count=20, deadline=None))


@pytest.mark.drills
def test_seats_stay_right_at_length(db):
    run_state_machine_as_test(Seats, settings=settings(max_examples=600, stateful_step_count=25, deadline=None))


def in_the_database(words: str, instead: str = "") -> TakeOut:
    """Change some words of the function that lets people in; rolled back with the test."""

    def take_out(_patch: pytest.MonkeyPatch) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_functiondef('events_enter'::regproc)")
            whole = cursor.fetchone()[0]
            assert words in whole
            cursor.execute(whole.replace(words, instead))

    return take_out


def in_going_on(words: str, instead: str) -> TakeOut:
    """Change some words of the statement that writes steps."""

    def take_out(patch: pytest.MonkeyPatch) -> None:
        assert words in ledger._GO_ON
        patch.setattr(ledger, "_GO_ON", ledger._GO_ON.replace(words, instead))

    return take_out


def promotion(patch: pytest.MonkeyPatch) -> None:
    for module in (registrations, waiting):
        patch.setattr(module, "fill_free_seats", lambda **_: [])


def first_come(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RegistrationQuerySet, "waiting", lambda rows: rows.filter(state="waitlisted").order_by("-queue_no"))


def moving_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(waiting, "move_up", lambda rows, **_: list(rows))


def expiry(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RegistrationQuerySet, "offers_over", lambda rows, _at: rows.none())


def end_of_offers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(waiting, "offer_ends", lambda _event, at: at + waiting.OFFER_STANDS)


def end_of_promotion(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("events.models.Event.promotes", lambda *_: True)


def lower_limit(patch: pytest.MonkeyPatch) -> None:
    """Whoever changes the number of seats does not see how many are taken."""
    blind = SimpleNamespace(**{**vars(ledger), "look": lambda event: replace(ledger.look(event), taken=0)})
    patch.setattr(registrations, "ledger", blind)


def told_flag_kept(patch: pytest.MonkeyPatch) -> None:
    """Each tick tells everything again, and no key keeps the messages from coming twice."""
    numbers = iter(range(10_000))
    patch.setattr(TransitionQuerySet, "to_tell", lambda rows: rows.all())
    patch.setattr(answers, "tell_due", lambda *, at: answers._tell_batch(at=at))
    row = outbox._row
    patch.setattr(outbox, "_row", lambda posting, at: (f"{posting.key}:{next(numbers)}", *row(posting, at)[1:]))


Move = tuple[str, dict[str, Any]]
BEGINNING = {
    "capacity": 1, "days": 9, "promotion": 0, "crowd": 0, "makes_offers": False, "needs_approval": False,
}  # fmt: skip
LOST = (AssertionError, pytest.fail.Exception)


@dataclass(frozen=True)
class Control:
    """A rule: how to take it out, and a short game that is lost without it.

    Attributes:
        beginning: what differs from `BEGINNING`.
        moves: what is done, one after the other.
    """

    take_out: TakeOut
    moves: tuple[Move, ...]
    beginning: dict[str, Any] = field(default_factory=dict)

    def play(self) -> None:
        game = Seats()
        try:
            game.set_up(**{**BEGINNING, **self.beginning})
            for move, values in self.moves:
                getattr(game, move)(**values)
                game.seats_are_as_the_book_says()
                game.nothing_is_oversold_and_no_seat_is_idle()
        finally:
            game.teardown()


def come(*people: int) -> tuple[Move, ...]:
    return tuple(("register", {"who": who}) for who in people)


def go(who: int) -> Move:
    return ("cancel", {"who": who})


def does(move: str, **values: object) -> Move:
    return (move, values)


OFFERS = {"makes_offers": True}
TELL = does("tell")
END = does("end_promotion")
CONTROLS = {
    "who waits comes before who is new": Control(
        in_the_database("seats.waiting = 0 AND"), (*come(0, 1), END, go(0), *come(2))
    ),
    "a full event takes nobody": Control(
        in_the_database("seats.taken < event.capacity", "seats.taken <= event.capacity"), come(0, 1)
    ),
    "approval is waited for": Control(
        in_the_database("event.needs_approval AND NOT is_approved", "false"), come(0), {"needs_approval": True}
    ),
    "who comes later stands further back": Control(
        in_the_database("number := seats.last + 1", "number := seats.first - 1"), come(0, 1, 2)
    ),
    "who stands keeps her place": Control(
        in_the_database("'pending', 'confirmed', 'waitlisted', 'offered'", "'offered'"), come(0, 0)
    ),
    "a freed seat goes to the next": Control(promotion, (*come(0, 1), go(0))),
    "first come, first moved up": Control(first_come, (*come(0, 1, 2), go(0))),
    "who is moved up stands first": Control(moving_up, (*come(0, 1, 2), does("move_up", people=[2]))),
    "an offer ends": Control(expiry, (*come(0, 1, 2), go(0), does("let_the_first_offer_end")), OFFERS),
    "an offer ends sooner when the event is near": Control(end_of_offers, (*come(0, 1), go(0)), {**OFFERS, "days": 2}),
    "nobody moves up after the end of promotion": Control(end_of_promotion, (*come(0, 1), END, go(0))),
    "there are never fewer seats than are taken": Control(
        lower_limit, (*come(0, 1), does("change_capacity", capacity=1)), {"capacity": 2}
    ),
    "what happened is told": Control(
        in_going_on("step.reason, false FROM", "step.reason, true FROM"), (*come(0, 1), go(0), TELL)
    ),
    "what was told is not told again": Control(told_flag_kept, (*come(0), TELL, TELL)),
    "each step leaves its transition": Control(
        in_going_on("false FROM step", "false FROM step LIMIT 0"), (*come(0), go(0))
    ),
}


@pytest.mark.parametrize("rule", CONTROLS)
def test_short_game_is_lost_without_its_rule(db, monkeypatch, rule):
    CONTROLS[rule].play()
    CONTROLS[rule].take_out(monkeypatch)
    with pytest.raises(LOST):
        CONTROLS[rule].play()
