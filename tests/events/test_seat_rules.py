"""A crowd of chances: whatever order people register, cancel and move up in, the seats stay right."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from events.actions import registrations
from events.invariants import violations
from events.models import Event, Registration
from notices.models import Notice
from tests.conftest import NOW
from tests.factories import MemberFactory, WorkshopFactory, join

PEOPLE = 7
someone = st.integers(0, PEOPLE - 1)


class Seats(RuleBasedStateMachine):
    """The real seat service beside a model of two plain lists; each run is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    @initialize(capacity=st.integers(0, 3))
    def set_up(self, capacity: int) -> None:
        self.event = WorkshopFactory.create(capacity=capacity).event_ptr
        self.people = [join(MemberFactory.create(), self.event.home) for _ in range(PEOPLE)]
        self.staff = MemberFactory.create()
        self.at = NOW
        self.capacity: int | None = capacity
        self.closed = False
        self.promoting = True
        self.seated: list[int] = []
        self.waiting: list[int] = []
        self.promotions = 0

    def move_up(self) -> None:
        while self.promoting and self.waiting and (self.capacity is None or len(self.seated) < self.capacity):
            self.seated.append(self.waiting.pop(0))
            self.promotions += 1

    @rule(who=someone)
    def register(self, who: int) -> None:
        self.at += timedelta(seconds=1)
        member = self.people[who]
        if self.closed and who not in self.seated + self.waiting:
            with pytest.raises(registrations.RegistrationRefused):
                registrations.register(event=self.event, member=member, by=member, at=self.at)
            return
        registrations.register(event=self.event, member=member, by=member, at=self.at)
        if who in self.seated + self.waiting:
            return
        room = self.capacity is None or len(self.seated) < self.capacity
        (self.seated if room and not self.waiting else self.waiting).append(who)

    @rule(who=someone)
    def cancel(self, who: int) -> None:
        self.at += timedelta(seconds=1)
        row = Registration.objects.filter(event=self.event, member=self.people[who]).first()
        if row is None:
            return
        registrations.cancel(registration=row, by=self.people[who], at=self.at)
        for held in (self.seated, self.waiting):
            if who in held:
                held.remove(who)
        self.move_up()

    @rule(capacity=st.none() | st.integers(0, PEOPLE))
    def change_capacity(self, capacity: int | None) -> None:
        if capacity is not None and capacity < len(self.seated):
            with pytest.raises(registrations.RegistrationRefused):
                registrations.change_capacity(event=self.event, capacity=capacity, by=self.staff, at=self.at)
            return
        registrations.change_capacity(event=self.event, capacity=capacity, by=self.staff, at=self.at)
        self.capacity = capacity
        self.move_up()

    @rule()
    def close_registration(self) -> None:
        self.closed = True
        Event.objects.filter(pk=self.event.pk).update(registration_closes_at=NOW)

    @rule()
    def end_promotion(self) -> None:
        self.promoting = False
        Event.objects.filter(pk=self.event.pk).update(promotion_until=NOW)

    @invariant()
    def seats_are_as_the_model_says(self) -> None:
        if not hasattr(self, "event"):
            return
        rows = Registration.objects.filter(event=self.event)
        index = {person.pk: number for number, person in enumerate(self.people)}
        assert {index[row.member_id] for row in rows.seated()} == set(self.seated)
        assert [index[row.member_id] for row in rows.waiting()] == self.waiting
        assert Notice.objects.filter(kind="promoted").count() == self.promotions
        assert list(violations(at=self.at)) == []


def test_seats_stay_right_whatever_people_do(db):
    run_state_machine_as_test(Seats, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))


@pytest.mark.drills
def test_seats_stay_right_at_length(db):
    run_state_machine_as_test(Seats, settings=settings(max_examples=600, stateful_step_count=25, deadline=None))
