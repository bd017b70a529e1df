"""Making, announcing and calling off; what is refused; what a change costs."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from events import answers, reminders
from events.actions import moving, registrations, schedule
from events.models import Event
from events.telling import UNDO
from notices.models import Notice
from tests.conftest import NOW
from tests.events.actions.scheduling import (
    DAY_BEFORE,
    FIRST,
    MINUTE,
    SECOND,
    THIRD,
    State,
    deliver,
    entry_of,
    move,
)
from tests.factories import MemberFactory, RegistrationFactory, RoleFactory, WorkshopFactory, join
from tests.told import drawn

# --- Cancelling ---


def test_cancellation_is_told_at_once_to_all_who_stand(workshop, ana, cy, bo, at):
    RegistrationFactory.create(event=workshop, member=ana)
    RegistrationFactory.create(event=workshop, member=cy, state=State.WAITLISTED, queue_no=1)
    RoleFactory.create(event=workshop, member=bo)
    event = schedule.cancel(event=workshop, reason="The speaker is ill.", by=bo, at=at)
    assert (event.state, event.sequence) == (Event.State.CANCELLED, 1)
    sent = deliver(at)
    assert {notice.recipient for notice in sent} == {ana, bo, cy}
    assert {notice.recipient: notice.calendar_method for notice in sent} == {ana: "CANCEL", bo: "CANCEL", cy: ""}
    assert all("The speaker is ill." in notice.text for notice in sent)


def test_cancelled_entry_leaves_the_calendar(registration, bo, at):
    schedule.cancel(event=registration.event, reason="", by=bo, at=at)
    method, entry = entry_of(Notice.objects.get())
    assert (method, entry["status"], entry["sequence"]) == ("CANCEL", "CANCELLED", 1)


def test_cancelled_after_a_move_names_the_time_she_knows(registration, bo, at):
    move(registration.event, bo, at)
    schedule.cancel(event=registration.event, reason="", by=bo, at=at + MINUTE)
    [notice] = deliver(at + UNDO)
    assert (notice.kind, notice.text.splitlines()[0]) == (
        "event_cancelled",
        "Miércoles, 2 de diciembre de 2026, 08:00 (Lima, UTC−5)",
    )
    assert Notice.objects.get(kind="rescheduled").state == Notice.State.CANCELLED


def test_cancelled_event_reminds_nobody(registration, bo, at):
    schedule.cancel(event=registration.event, reason="", by=bo, at=at)
    assert reminders.send_due(at=registration.event.starts_at - DAY_BEFORE) == 0


def test_reason_stays_out_of_the_audit(workshop, bo, at):
    schedule.cancel(event=workshop, reason="Ana is ill.", by=bo, at=at)
    assert Entry.objects.about(workshop).get().detail == {"people": 0}


# --- Refusals: a sentence, and nothing changed ---


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"wall_date": date(2027, 3, 28), "wall_time": time(2, 30), "zone": "Europe/Paris"}, "wall_time", "jump over"),
        ({"minutes": 0}, "minutes", "between one minute and 24 hours"),
        ({"minutes": -30}, "minutes", "between one minute and 24 hours"),
        ({"minutes": 1441}, "minutes", "between one minute and 24 hours"),
        ({"wall_date": date(2026, 11, 20)}, "wall_date", "That time is over"),
    ],
)
def test_impossible_times_are_refused_in_words(registration, bo, at, changes, field, words):
    with pytest.raises(schedule.ScheduleRefused, match=words) as refusal:
        move(registration.event, bo, at, **changes)
    assert refusal.value.field == field
    event = Event.objects.get()
    assert (event.wall_time, event.sequence, Notice.objects.count()) == (FIRST, 0, 0)


def test_repeated_hour_means_its_first_occurrence(workshop, bo, at):
    moved = move(workshop, bo, at, wall_date=date(2027, 10, 31), wall_time=time(2, 30), zone="Europe/Paris")
    assert moved.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("state", [Event.State.CLOSED, Event.State.CANCELLED])
def test_what_is_over_with_is_neither_moved_nor_cancelled(workshop, bo, at, state):
    Event.objects.update(state=state)
    with pytest.raises(schedule.ScheduleRefused):
        move(workshop, bo, at)
    with pytest.raises(schedule.ScheduleRefused):
        schedule.cancel(event=workshop, reason="", by=bo, at=at)


def test_what_has_begun_is_no_longer_moved(workshop, bo):
    with pytest.raises(schedule.ScheduleRefused, match="has begun"):
        move(workshop, bo, workshop.starts_at, wall_date=date(2026, 12, 9))


def test_what_has_ended_is_no_longer_cancelled(workshop, bo):
    with pytest.raises(schedule.ScheduleRefused, match="is over"):
        schedule.cancel(event=workshop, reason="", by=bo, at=workshop.ends_at)


def test_nobody_else_schedules(workshop, ana, bo, at):
    for act in (lambda: move(workshop, ana, at), lambda: schedule.cancel(event=workshop, reason="", by=ana, at=at)):
        with pytest.raises(PermissionDenied):
            act()
    bo.grants.update(ends_at=at)
    with pytest.raises(PermissionDenied):
        schedule.announce(event=workshop, by=bo, at=at)


# --- Making and announcing ---


def new_workshop(like, **fields):
    return type(like)(
        title="A new one", slug="a-new-one", home=like.home, gathering=like.gathering, theme=like.theme,
        purpose=like.purpose, wall_date=date(2026, 12, 5), wall_time=time(14), minutes=60, zone="America/Lima",
        **fields,
    )  # fmt: skip


def test_create_saves_the_event_for_its_audience(bo, at, community):
    like = WorkshopFactory.create()
    made = schedule.create(event=new_workshop(like), audience=[like.home], by=bo, at=at)
    assert (made.state, made.starts_at) == (Event.State.DRAFT, datetime(2026, 12, 5, 19, tzinfo=UTC))
    assert list(made.audience.all()) == [like.home]
    assert Entry.objects.about(made.event_ptr).get().verb == "event.created"


def test_create_refuses_a_scheduled_event_in_the_past(bo, community):
    with pytest.raises(schedule.ScheduleRefused, match="That time is over"):
        schedule.create(
            event=new_workshop(WorkshopFactory.create(), state="scheduled"),
            audience=[],
            by=bo,
            at=datetime(2026, 12, 6, tzinfo=UTC),
        )


def test_create_is_for_the_homes_one_schedules(ana, at, community):
    with pytest.raises(PermissionDenied):
        schedule.create(event=new_workshop(WorkshopFactory.create()), audience=[], by=ana, at=at)


def test_announced_draft_opens_its_doors(workshop, ana, bo, at):
    Event.objects.update(state=Event.State.DRAFT)
    schedule.announce(event=workshop, by=bo, at=at)
    assert registrations.register(event=workshop, member=ana, by=ana, at=at).state == State.CONFIRMED
    with pytest.raises(schedule.ScheduleRefused, match="Only a draft"):
        schedule.announce(event=workshop, by=bo, at=at)


# --- Impact and cost ---


def test_impact_counts_whom_a_message_reaches_and_whom_not(registration, cy, bo, at):
    event = registration.event
    RegistrationFactory.create(event=event, member=cy)
    cy.email = None
    cy.save(update_fields=["email"])
    later = moving.When(event.wall_date, SECOND, 90, event.zone)
    assert moving.describe_all({event.pk: later}, at=at) == schedule.Impact(1, 1, at_once=False)
    assert schedule.describe_impact(event) == schedule.Impact(1, 1, at_once=True)


def test_impact_of_going_back_in_time_is_nobody(registration, bo, at):
    event = move(registration.event, bo, at)
    back = moving.When(event.wall_date, FIRST, 90, event.zone)
    assert moving.describe_all({event.pk: back}, at=at + MINUTE) == schedule.Impact(0, 0, at_once=False)


def test_move_costs_the_same_statements_for_ten_and_for_sixty(bo, at, community):
    costs = []
    for people in (10, 60):
        event = WorkshopFactory.create().event_ptr
        RegistrationFactory.create_batch(people, event=event)
        RoleFactory.create_batch(3, event=event)
        move(event, bo, at)
        with CaptureQueriesContext(connection) as queries:
            move(event, bo, at + MINUTE, wall_time=THIRD)
        costs.append(len(queries))
        assert Notice.objects.filter(state="queued", about__contains=[f"events.event:{event.pk}"]).count() == people + 3
    assert costs[0] == costs[1] <= 20


@pytest.mark.django_db(transaction=True)
def test_who_registers_during_a_move_knows_the_new_time(bo, community):
    """Whatever the order: each hears of the move, or her confirmation already carries it."""
    event = WorkshopFactory.create(capacity=None).event_ptr
    people = [join(MemberFactory.create(), event.home) for _ in range(12)]
    start = threading.Barrier(len(people) + 1)

    def act(person) -> None:
        connection.ensure_connection()
        start.wait(30)
        try:
            if person == bo:
                move(event, bo, NOW)
            else:
                registrations.register(event=event, member=person, by=person, at=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people) + 1) as pool:
        list(pool.map(act, [*people[:6], bo, *people[6:]]))
    answers.tell_due(at=NOW)
    for person in people:
        notices = [drawn(notice, at=NOW) for notice in person.notices.order_by("created_at", "id")]
        hours = [entry_of(notice)[1].decoded("dtstart").hour for notice in notices]
        assert hours in ([15], [13, 15])
