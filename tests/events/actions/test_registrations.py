from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from events import ledger
from events.actions import registrations
from events.models import Event, Registration
from tests.factories import MemberFactory, RegistrationFactory, join
from tests.told import told

State = Registration.State


def register(event, member, at):
    return registrations.register(event=event, member=member, by=member, at=at)


def cancel(registration, at, by=None):
    return registrations.cancel(registration=registration, by=by or registration.member, at=at)


@pytest.fixture
def people(community):
    return [join(MemberFactory.create(), community.circle) for _ in range(5)]


def test_register_gives_a_seat_and_tells_the_member(workshop, ana, at):
    registration = register(workshop, ana, at)
    assert registration.state == State.CONFIRMED
    [notice] = told(at=at)
    assert (notice.kind, notice.recipient, notice.language) == ("registration_confirmed", ana, "es")
    assert notice.calendar_method == "REQUEST"


def test_register_twice_keeps_one_seat_and_one_mail(workshop, ana, at):
    assert register(workshop, ana, at) == register(workshop, ana, at + timedelta(seconds=1))
    assert len(told(at=at)) == 1
    assert len(told(at=at)) == 1


def test_register_writes_the_transition(workshop, ana, at):
    registration = register(workshop, ana, at)
    [transition] = registration.transitions.all()
    assert (transition.from_state, transition.to_state, transition.by, transition.at) == ("", "confirmed", ana, at)


def test_full_event_puts_on_the_waiting_list_in_order(workshop, people, at):
    made = [register(workshop, person, at) for person in people]
    assert [row.state for row in made] == ["confirmed"] * 2 + ["waitlisted"] * 3
    assert [registrations.position(row) for row in made] == [None, None, 1, 2, 3]


def test_cancellation_moves_the_first_in_line_up_and_tells_her(workshop, people, at):
    made = [register(workshop, person, at) for person in people]
    cancel(made[0], at)
    made[2].refresh_from_db()
    assert (made[2].state, made[2].queue_no) == (State.CONFIRMED, None)
    assert [notice.kind for notice in told(at=at) if notice.recipient == people[2]] == ["promoted"]
    assert registrations.position(Registration.objects.get(pk=made[3].pk)) == 1


def test_coming_back_goes_to_the_back_of_the_list(workshop, people, at):
    made = [register(workshop, person, at) for person in people]
    cancel(made[2], at)
    again = register(workshop, people[2], at)
    assert registrations.position(again) == 3
    assert list(again.transitions.order_by("id").values_list("to_state", flat=True)) == [
        "waitlisted",
        "cancelled",
        "waitlisted",
    ]


def test_coming_back_keeps_what_she_said_unless_she_says_anew(workshop, ana, at):
    said = ledger.Wishes(interpretation="es", needs=("captions",), note="Near the window")
    first = registrations.register(event=workshop, member=ana, by=ana, at=at, wishes=said)
    cancel(first, at)
    again = register(workshop, ana, at)
    assert (again.interpretation, again.needs, again.note) == ("es", ["captions"], "Near the window")
    cancel(again, at)
    anew = registrations.register(event=workshop, member=ana, by=ana, at=at, wishes=ledger.Wishes(note="By phone"))
    assert (anew.interpretation, anew.needs, anew.note) == ("", [], "By phone")


def test_leaving_the_list_frees_no_seat(workshop, people, at):
    made = [register(workshop, person, at) for person in people]
    cancel(made[2], at)
    assert Registration.objects.filter(event=workshop).seated().count() == 2


def test_cancelling_twice_changes_nothing(workshop, ana, at):
    registration = register(workshop, ana, at)
    cancel(registration, at)
    cancel(registration, at)
    assert registration.transitions.count() == 2


def test_cancellation_by_staff_says_so(workshop, ana, bo, at):
    registration = cancel(register(workshop, ana, at), at, by=bo)
    assert registration.cancelled_by == "staff"


def test_freed_seat_stays_free_after_promotion_ended(workshop, people, at):
    workshop.promotion_until = at
    workshop.save(update_fields=["promotion_until"])
    made = [register(workshop, person, at) for person in people]
    cancel(made[0], at)
    assert Registration.objects.filter(event=workshop).seated().count() == 1


def test_newcomer_does_not_overtake_those_who_wait(workshop, people, ana, at):
    workshop.promotion_until = at
    workshop.save(update_fields=["promotion_until"])
    made = [register(workshop, person, at) for person in people]
    cancel(made[0], at)
    assert register(workshop, ana, at).state == State.WAITLISTED


def test_more_seats_move_people_up(workshop, people, bo, at):
    made = [register(workshop, person, at) for person in people]
    registrations.change_capacity(event=workshop, capacity=4, by=bo, at=at)
    assert [Registration.objects.get(pk=row.pk).state for row in made] == ["confirmed"] * 4 + ["waitlisted"]


def test_fewer_seats_than_taken_are_refused_with_the_number(workshop, people, bo, at):
    for person in people:
        register(workshop, person, at)
    with pytest.raises(registrations.RegistrationRefused, match="2 seats are taken"):
        registrations.change_capacity(event=workshop, capacity=1, by=bo, at=at)


def test_open_event_has_no_limit(workshop, people, bo, at):
    registrations.change_capacity(event=workshop, capacity=None, by=bo, at=at)
    assert {register(workshop, person, at).state for person in people} == {State.CONFIRMED}


def test_stranger_cannot_register(workshop, cy, at):
    with pytest.raises(PermissionDenied):
        register(workshop, cy, at)
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": Event.State.CANCELLED}, "cancelled"),
        ({"state": Event.State.CLOSED}, "closed"),
        ({"registration_opens_at": "later"}, "not opened yet"),
        ({"registration_closes_at": "now"}, "closed"),
    ],
)
def test_closed_doors_say_why(workshop, ana, at, change, words):
    moments = {"later": at + timedelta(days=1), "now": at}
    for name, value in change.items():
        setattr(workshop, name, moments.get(value, value))
    workshop.save(update_fields=list(change))
    with pytest.raises(registrations.RegistrationRefused, match=words):
        register(workshop, ana, at)


def test_nobody_registers_for_what_has_begun(workshop, ana):
    with pytest.raises(registrations.RegistrationRefused, match="already begun"):
        register(workshop, ana, workshop.starts_at)


def test_nobody_cancels_what_has_begun(workshop, ana, at):
    registration = register(workshop, ana, at)
    with pytest.raises(registrations.RegistrationRefused, match="has begun"):
        cancel(registration, workshop.starts_at)


def test_unknown_transition_is_a_mistake_in_the_code(workshop, ana, at):
    registration = RegistrationFactory.create(event=workshop, member=ana, state=State.CONFIRMED)
    with pytest.raises(ValueError, match="cannot go from confirmed to offered"):
        ledger.go_on([ledger.Step(registration=registration, state=State.OFFERED)], by=None, at=at)
