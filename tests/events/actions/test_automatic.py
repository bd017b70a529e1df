from datetime import timedelta

import pytest

from events.actions import automatic, registrations
from events.models import Event, Registration
from members.actions import circles
from notices import guards
from notices.models import Notice
from tests.factories import CircleFactory, MemberFactory, WorkshopFactory, join
from tests.told import told

State = Registration.State
MOMENT = timedelta(seconds=5)


@pytest.fixture
def core(db):
    return CircleFactory.create(kind="cohort", name="Core group")


@pytest.fixture
def event(core) -> Event:
    return automatic_event(core)


@pytest.fixture
def dee(core):
    return join(MemberFactory.create(name="Dee Kente"), core)


def automatic_event(*chosen, **values) -> Event:
    made = WorkshopFactory.create(audience=list(chosen), **values).event_ptr
    made.automatic.set(chosen)
    return made


def places_of(member) -> list[str]:
    return [row.state for row in Registration.objects.filter(member=member).order_by("event")]


def test_everybody_in_the_circle_has_a_place_without_asking(event, dee, at):
    assert automatic.register_circles(at=at) == 1
    row = Registration.objects.get()
    assert (row.member, row.state, row.automatic) == (dee, State.CONFIRMED, True)
    assert row.transitions.get().by is None


def test_next_tick_makes_nothing_more(event, dee, at):
    assert [automatic.register_circles(at=at) for _ in range(2)] == [1, 0]


def test_new_person_in_an_old_circle_is_registered(event, core, dee, at):
    automatic.register_circles(at=at)
    eve = join(MemberFactory.create(), core, at=at)
    assert automatic.register_circles(at=at) == 1
    assert places_of(eve) == [State.CONFIRMED]


def test_circle_chosen_later_is_registered(event, dee, at):
    automatic.register_circles(at=at)
    wider = CircleFactory.create(kind="cohort", name="Wider group")
    eve = join(MemberFactory.create(), wider)
    event.audience.add(wider)
    event.automatic.add(wider)
    assert automatic.register_circles(at=at) == 1
    assert places_of(eve) == [State.CONFIRMED]


def test_somebody_in_two_automatic_circles_has_one_place(event, dee, at):
    wider = join(dee, CircleFactory.create(kind="cohort", name="Wider group")).belongings.last().circle
    event.automatic.add(wider)
    assert automatic.register_circles(at=at) == 1


def test_full_event_puts_the_circle_on_the_waiting_list(core, at):
    automatic_event(core, capacity=1)
    people = [join(MemberFactory.create(), core) for _ in range(2)]
    automatic.register_circles(at=at)
    assert [places_of(person) for person in people] == [[State.CONFIRMED], [State.WAITLISTED]]


def test_approval_is_for_those_who_ask_not_for_the_circle(core, dee, at):
    automatic_event(core, needs_approval=True)
    automatic.register_circles(at=at)
    assert places_of(dee) == [State.CONFIRMED]


def test_circle_is_registered_before_registration_opens(core, dee, at):
    automatic_event(core, registration_opens_at=at + timedelta(days=1))
    assert automatic.register_circles(at=at) == 1


def test_who_declined_is_left_alone(event, dee, at):
    automatic.register_circles(at=at)
    registrations.cancel(registration=Registration.objects.get(), by=dee, at=at)
    assert automatic.register_circles(at=at) == 0
    assert places_of(dee) == [State.DECLINED]


def test_who_came_and_went_while_the_tick_ran_is_left_alone(event, dee, at):
    found = list(automatic._missing(at=at))
    row = registrations.register(event=event, member=dee, by=dee, at=at)
    registrations.cancel(registration=row, by=dee, at=at)
    assert [automatic._register(member, events, at=at) for member, events in found] == [0]
    assert places_of(dee) == [State.CANCELLED]


def test_two_ticks_that_saw_the_same_make_one_place(event, dee, at):
    found = list(automatic._missing(at=at))
    assert automatic.register_circles(at=at) == 1
    assert [automatic._register(member, events, at=at) for member, events in found] == [0]
    assert Registration.objects.get().transitions.count() == 1


def test_who_came_back_after_declining_came_by_her_own_act(event, dee, at):
    automatic.register_circles(at=at)
    registrations.cancel(registration=Registration.objects.get(), by=dee, at=at)
    assert not registrations.register(event=event, member=dee, by=dee, at=at).automatic


def test_inactive_members_are_left_out(event, dee, at):
    dee.is_active = False
    dee.save(update_fields=["is_active"])
    assert automatic.register_circles(at=at) == 0


def test_who_left_the_circle_is_left_out(event, core, dee, at):
    circles.leave(circle=core, member=dee, at=at)
    assert automatic.register_circles(at=at) == 0


@pytest.mark.parametrize("state", [Event.State.DRAFT, Event.State.CLOSED, Event.State.CANCELLED])
def test_only_scheduled_events_register_anybody(core, dee, at, state):
    automatic_event(core, state=state)
    assert automatic.register_circles(at=at) == 0


def test_event_that_has_begun_registers_nobody(event, dee):
    assert automatic.register_circles(at=event.starts_at) == 0


def test_place_in_one_event_is_told_as_any_place_is(event, dee, at):
    automatic.register_circles(at=at)
    [notice] = told(at=at + MOMENT)
    assert (notice.kind, notice.recipient) == ("registration_confirmed", dee)


def test_places_in_several_events_are_told_in_one_mail_that_is_still_wanted(core, dee, at):
    titles = [automatic_event(core).title for _ in range(3)]
    automatic.register_circles(at=at)
    [notice] = told(at=at + MOMENT)
    assert notice.kind == "registered_with_circle"
    assert all(title in notice.text for title in titles)
    assert guards.ask(notice.guard, notice.subject_ref, at + 2 * MOMENT).ok


def test_mail_of_several_events_is_not_sent_when_all_were_declined(core, dee, at):
    for _ in range(2):
        automatic_event(core)
    automatic.register_circles(at=at)
    [notice] = told(at=at + MOMENT)
    for row in Registration.objects.all():
        registrations.cancel(registration=row, by=dee, at=at + MOMENT)
    assert not guards.ask(notice.guard, notice.subject_ref, at + 2 * MOMENT).ok


def test_mail_of_places_that_were_declined_is_not_kept_alive_by_later_ones(core, dee, at):
    for _ in range(2):
        automatic_event(core)
    automatic.register_circles(at=at)
    [notice] = told(at=at + MOMENT)
    for row in Registration.objects.all():
        registrations.cancel(registration=row, by=dee, at=at + MOMENT)
    automatic_event(core)
    automatic.register_circles(at=at + MOMENT)
    assert not guards.ask(notice.guard, notice.subject_ref, at + 2 * MOMENT).ok


def test_event_declined_at_once_is_not_in_the_mail_of_several(core, dee, at):
    events = [automatic_event(core) for _ in range(3)]
    automatic.register_circles(at=at)
    registrations.cancel(registration=Registration.objects.get(event=events[0]), by=dee, at=at)
    digest = next(notice for notice in told(at=at + MOMENT) if notice.kind == "registered_with_circle")
    assert events[0].title not in digest.text
    assert events[1].title in digest.text and events[2].title in digest.text


def test_two_batches_of_places_are_two_mails_and_none_is_lost(core, dee, at, monkeypatch):
    """All places of a tick have the same moment, so the key of the mail must not be made of it."""
    monkeypatch.setattr("events.answers.BATCH", 2)
    for _ in range(4):
        automatic_event(core)
    automatic.register_circles(at=at)
    told(at=at + MOMENT)
    assert [len(facts["registrations"]) for facts in Notice.objects.values_list("facts", flat=True)] == [2, 2]
