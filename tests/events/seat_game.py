"""A game with seats: people and the team do as they like with the real seat service, beside a book of plain lists."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from events import answers
from events.actions import desk, registrations, waiting
from events.invariants import violations
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from members.models import Grant
from notices.models import Notice
from tests.factories import GrantFactory, MemberFactory, WorkshopFactory, join

PEOPLE = 6
STARTS_AT = datetime(2026, 12, 2, 13, tzinfo=UTC)  # as the factory makes it
someone = st.integers(0, PEOPLE - 1)
several = st.lists(someone, unique=True, min_size=1, max_size=4)
hours = st.sampled_from([1, 5, 13, 49])


@dataclass
class Book:
    """Who has what, kept by hand."""

    capacity: int | None
    promotes_until: datetime
    makes_offers: bool
    needs_approval: bool
    seated: list[int] = field(default_factory=list)
    offers: dict[int, datetime] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    untold: dict[int, str] = field(default_factory=dict)  # the message that somebody's last step means
    told: Counter[tuple[int, str]] = field(default_factory=Counter)

    def stands(self, who: int) -> bool:
        return who in (*self.seated, *self.offers, *self.waiting, *self.pending)

    @property
    def taken(self) -> int:
        return len(self.seated) + len(self.offers)

    @property
    def has_room(self) -> bool:
        return self.capacity is None or self.taken < self.capacity

    def come(self, who: int) -> None:
        if self.has_room and not self.waiting:
            self.seated.append(who)
            self.untold[who] = "registration_confirmed"
        else:
            self.waiting.append(who)
            self.untold[who] = "waitlisted"

    def wish(self, who: int) -> None:
        if self.needs_approval:
            self.pending.append(who)
            self.untold[who] = "registration_pending"
        else:
            self.come(who)

    def leave(self, people: Iterable[int], message: str, at: datetime) -> None:
        for who in people:
            for held in (self.seated, self.waiting, self.pending):
                if who in held:
                    held.remove(who)
            self.offers.pop(who, None)
            self.untold[who] = message
        self.fill(at)

    def fill(self, at: datetime) -> None:
        while at < self.promotes_until and self.waiting and self.has_room:
            who = self.waiting.pop(0)
            self.untold[who] = "offered" if self.makes_offers else "promoted"
            if self.makes_offers:
                self.offers[who] = min(at + offer_stands(at), self.promotes_until)
            else:
                self.seated.append(who)

    def tell(self) -> None:
        self.told.update(self.untold.items())
        self.untold.clear()


def offer_stands(at: datetime) -> timedelta:
    left = (STARTS_AT - at) / timedelta(hours=1)
    return timedelta(hours=2 if left < 24 else 12 if left < 72 else 48)


class Seats(RuleBasedStateMachine):
    """The real seat service beside the book; each game is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    @initialize(
        capacity=st.integers(0, 3),
        days=st.sampled_from([9, 4, 2]),
        promotion=st.sampled_from([0, 6]),
        crowd=st.integers(0, 5),
        makes_offers=st.booleans(),
        needs_approval=st.booleans(),
    )
    def set_up(
        self, capacity: int, days: int, promotion: int, crowd: int, makes_offers: bool, needs_approval: bool
    ) -> None:
        until = STARTS_AT - timedelta(hours=promotion)
        self.book = Book(capacity, until, makes_offers, needs_approval)
        self.event = WorkshopFactory.create(
            capacity=capacity, promotion_until=until, makes_offers=makes_offers, needs_approval=needs_approval
        ).event_ptr
        self.people = [join(MemberFactory.create(), self.event.home) for _ in range(PEOPLE)]
        self.index = {person.pk: number for number, person in enumerate(self.people)}
        self.staff = GrantFactory.create(circle=self.event.home, right=Grant.Right.COORDINATOR).member
        self.at = STARTS_AT - timedelta(days=days)
        self.closed = False
        for who in range(crowd):
            self.register(who)

    def rows(self, *states: str) -> list[Registration]:
        found = Registration.objects.filter(event=self.event, state__in=states).select_related("member")
        return list(found.order_by("queue_no", "pk"))

    def ids(self, people: Iterable[int]) -> list[int]:
        wanted = [self.people[who].pk for who in people]
        return list(Registration.objects.filter(event=self.event, member__in=wanted).values_list("pk", flat=True))

    def moment(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def set_event(self, **values: object) -> None:
        Event.objects.filter(pk=self.event.pk).update(**values)

    # What people do

    @rule(who=someone)
    def register(self, who: int) -> None:
        at, member, stood = self.moment(), self.people[who], self.book.stands(who)
        if self.closed and not stood:
            with pytest.raises(RegistrationRefused):
                registrations.register(event=self.event, member=member, by=member, at=at)
            return
        registrations.register(event=self.event, member=member, by=member, at=at)
        if not stood:
            self.book.wish(who)

    @rule(who=someone)
    def cancel(self, who: int) -> None:
        at = self.moment()
        row = Registration.objects.filter(event=self.event, member=self.people[who]).first()
        if row is None:
            return
        registrations.cancel(registration=row, by=self.people[who], at=at)
        if self.book.stands(who):
            self.book.leave([who], "registration_cancelled", at)

    @rule(who=someone)
    def accept(self, who: int) -> None:
        at = self.moment()
        row = Registration.objects.filter(event=self.event, member=self.people[who]).first()
        if row is None:
            return
        if who not in self.book.seated and self.book.offers.get(who, at) <= at:
            with pytest.raises(RegistrationRefused):
                waiting.accept_offer(registration=row, by=self.people[who], at=at)
            return
        waiting.accept_offer(registration=row, by=self.people[who], at=at)
        if self.book.offers.pop(who, None):
            self.book.seated.append(who)
            self.book.untold[who] = "registration_confirmed"

    # What the team does

    @rule(capacity=st.none() | st.integers(0, PEOPLE))
    def change_capacity(self, capacity: int | None) -> None:
        at = self.moment()
        if capacity is not None and capacity < self.book.taken:
            with pytest.raises(RegistrationRefused):
                registrations.change_capacity(event=self.event, capacity=capacity, by=self.staff, at=at)
            return
        registrations.change_capacity(event=self.event, capacity=capacity, by=self.staff, at=at)
        self.book.capacity = capacity
        self.book.fill(at)

    @rule(people=several)
    def add(self, people: list[int]) -> None:
        members, at = [self.people[who] for who in people], self.moment()
        new = [who for who in people if not self.book.stands(who)]
        if not new:
            with pytest.raises(RegistrationRefused):
                desk.add(event=self.event, members=members, by=self.staff, at=at)
            return
        desk.add(event=self.event, members=members, by=self.staff, at=at)
        for who in new:
            self.book.come(who)

    @rule(people=several)
    def approve(self, people: list[int]) -> None:
        chosen = [who for who in self.book.pending if who in people]
        self.at_the_desk(desk.approve, people, fits=chosen)
        for who in chosen:
            self.book.pending.remove(who)
            self.book.come(who)

    @rule(people=several)
    def decline(self, people: list[int]) -> None:
        chosen = [who for who in people if who in self.book.pending]
        self.at_the_desk(desk.decline, people, fits=chosen, reason="Too many wishes.")
        self.book.leave(chosen, "registration_declined", self.at)

    @rule(people=several)
    def cancel_several(self, people: list[int]) -> None:
        chosen = [who for who in people if self.book.stands(who)]
        self.at_the_desk(desk.cancel, people, fits=chosen, reason="Asked by telephone.")
        self.book.leave(chosen, "registration_cancelled", self.at)

    @rule(people=several)
    def move_up(self, people: list[int]) -> None:
        chosen = [who for who in self.book.waiting if who in people]
        self.at_the_desk(desk.move_up, people, fits=chosen, reason="Travels far.")
        self.book.waiting.sort(key=lambda who: who not in chosen)

    def at_the_desk(self, act: Callable[..., object], people: list[int], *, fits: list[int], **words: str) -> None:
        """Let the team act on several at once; when it fits none of them, it is refused."""
        values = {"event": self.event, "ids": self.ids(people), "by": self.staff, "at": self.moment(), **words}
        if fits:
            act(**values)
            return
        with pytest.raises(RegistrationRefused):
            act(**values)

    @rule(closed=st.booleans())
    def close_or_reopen_registration(self, closed: bool) -> None:
        self.closed = closed
        self.set_event(registration_closes_at=self.at - timedelta(hours=1) if closed else None)

    @rule()
    def end_promotion(self) -> None:
        if self.book.offers:
            return  # their ends were promised
        self.book.promotes_until = min(self.at, self.book.promotes_until)
        self.set_event(promotion_until=self.book.promotes_until)

    @rule(makes_offers=st.booleans(), needs_approval=st.booleans())
    def change_the_ways(self, makes_offers: bool, needs_approval: bool) -> None:
        self.book.makes_offers, self.book.needs_approval = makes_offers, needs_approval
        self.set_event(makes_offers=makes_offers, needs_approval=needs_approval)

    # What the clock does

    @rule(passing=hours)
    def let_time_pass(self, passing: int) -> None:
        if self.at + timedelta(hours=passing + 1) < STARTS_AT:
            self.at += timedelta(hours=passing)

    @rule()
    def let_the_first_offer_end(self) -> None:
        ends = min(self.book.offers.values(), default=STARTS_AT)
        if self.at < ends < STARTS_AT:
            self.at = ends
            self.expire_offers()

    @rule()
    def expire_offers(self) -> None:
        at = self.moment()
        over = [who for who, ends in self.book.offers.items() if ends <= at]
        assert waiting.expire_offers(at=at) == len(over)
        self.book.leave(over, "offer_expired", at)

    @rule()
    def tell(self) -> None:
        answers.tell_due(at=self.moment())
        self.book.tell()
        notices = Notice.objects.values_list("recipient", "kind")
        assert Counter((self.index[person], kind) for person, kind in notices) == self.book.told

    # What is always so

    def _members(self, rows: Iterable[Registration]) -> list[int]:
        return [self.index[row.member_id] for row in rows]

    @invariant()
    def seats_are_as_the_book_says(self) -> None:
        if not hasattr(self, "event"):
            return
        assert sorted(self._members(self.rows("confirmed"))) == sorted(self.book.seated)
        assert self._members(self.rows("waitlisted")) == self.book.waiting
        assert sorted(self._members(self.rows("pending"))) == sorted(self.book.pending)
        offered = {self.index[row.member_id]: row.offer_expires_at for row in self.rows("offered")}
        assert offered == self.book.offers

    @invariant()
    def nothing_is_oversold_and_no_seat_is_idle(self) -> None:
        if not hasattr(self, "event"):
            return
        assert self.book.capacity is None or self.book.taken <= self.book.capacity
        assert not (self.at < self.book.promotes_until and self.book.waiting and self.book.has_room)
        assert all(row.offer_expires_at <= self.book.promotes_until for row in self.rows("offered"))
        assert list(violations(at=self.at)) == []
