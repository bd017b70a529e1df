"""Moving, cancelling, making: who is told what, when, and from which time to which."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from audit.models import Entry
from events import answers, reminders
from events.actions import moving, registrations, schedule
from events.invitation import calendar_uid
from events.models import Event, Registration, Role
from events.telling import UNDO, MoveRef
from notices import delivery
from notices.models import Notice
from tests.conftest import NOW
from tests.factories import MemberFactory, RegistrationFactory, RoleFactory, WorkshopFactory, join
from tests.told import drawn

State = Registration.State
FIRST, SECOND, THIRD = time(13), time(15), time(17)  # the factory's event starts at 13:00Z on 2 December 2026
MINUTE, HOUR, DAY_BEFORE = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24)


@pytest.fixture
def registration(workshop, ana):
    return RegistrationFactory.create(event=workshop, member=ana)


def move(event, by, at, wall_time=SECOND, wall_date=date(2026, 12, 2), minutes=90, zone="Africa/Accra"):
    return schedule.move(
        event=event, wall_date=wall_date, wall_time=wall_time, minutes=minutes, zone=zone, by=by, at=at
    )


def hear(at: datetime) -> None:
    """Let everybody be told what happened to her place, by mail."""
    answers.tell_due(at=at)
    deliver(at)


def deliver(at) -> list[Notice]:
    """What leaves the outbox at an instant, in order."""
    delivery.deliver_due(clock=lambda: at)
    return list(Notice.objects.filter(state="sent", finished_at=at).order_by("id"))


def told(notice: Notice) -> tuple[int, int]:
    """The hours, in UTC, that a message of a move names as the old and the new start."""
    ref = MoveRef.parse(notice.subject_ref)
    return ref.told.starts_at.hour, ref.new.starts_at.hour


def entry_of(notice: Notice):
    calendar = Calendar.from_ical(bytes(notice.calendar))
    [entry] = calendar.walk("VEVENT")
    return calendar["method"], entry


# --- One move ---


def test_move_sets_the_instants_and_the_next_sequence(workshop, bo, at):
    moved = move(workshop, bo, at, zone="Europe/Paris", minutes=60)
    assert (moved.starts_at, moved.ends_at, moved.sequence) == (
        datetime(2026, 12, 2, 14, tzinfo=UTC),
        datetime(2026, 12, 2, 15, tzinfo=UTC),
        1,
    )


def test_move_is_told_once_after_the_time_of_undo(registration, bo, at):
    move(registration.event, bo, at)
    assert deliver(at + UNDO - MINUTE) == []
    [notice] = deliver(at + UNDO)
    assert (notice.kind, notice.recipient, told(notice)) == ("rescheduled", registration.member, (13, 15))


def test_moved_entry_replaces_the_one_in_the_calendar(registration, bo, at):
    move(registration.event, bo, at)
    method, entry = entry_of(Notice.objects.get())
    uid = calendar_uid(registration.event, registration.member)
    assert (method, entry["sequence"], entry["uid"]) == ("REQUEST", 1, uid)
    assert entry.decoded("dtstart") == datetime(2026, 12, 2, 15, tzinfo=UTC)


def test_seats_and_standing_roles_are_told_each_person_once(workshop, bo, at):
    for state in State:
        number = 1 if state == State.WAITLISTED else None
        by = "member" if state == State.CANCELLED else ""
        ends = at + timedelta(hours=2) if state == State.OFFERED else None
        RegistrationFactory.create(
            event=workshop, member=MemberFactory.create(name=state), state=state, queue_no=number, cancelled_by=by,
            offer_expires_at=ends,
        )  # fmt: skip
    for state in Role.State:
        RoleFactory.create(event=workshop, member=MemberFactory.create(name=f"role {state}"), state=state)
    confirmed = Registration.objects.get(event=workshop, state=State.CONFIRMED).member
    RoleFactory.create(event=workshop, member=confirmed, kind=Role.Kind.SPEAKER)
    move(workshop, bo, at)
    names = Notice.objects.order_by("recipient__name").values_list("recipient__name", flat=True)
    assert list(names) == ["confirmed", "offered", "role accepted", "role invited"]
    entries = Notice.objects.exclude(calendar_method="").order_by("recipient__name")
    assert [notice.recipient.name for notice in entries] == ["confirmed", "role accepted", "role invited"]


def test_deactivated_member_is_passed_over(registration, bo, at):
    registration.member.is_active = False
    registration.member.save(update_fields=["is_active"])
    move(registration.event, bo, at)
    assert not Notice.objects.exists()


def test_same_instants_in_another_zone_are_no_news(registration, bo, at):
    moved = move(registration.event, bo, at, wall_time=time(14), zone="Europe/Paris")
    assert (moved.zone, moved.sequence, Notice.objects.count()) == ("Europe/Paris", 0, 0)


def test_same_time_again_changes_nothing(workshop, bo, at):
    move(workshop, bo, at, wall_time=FIRST)
    assert not Entry.objects.filter(verb="event.moved").exists()


def test_other_length_is_news(registration, bo, at):
    move(registration.event, bo, at, wall_time=FIRST, minutes=120)
    text = Notice.objects.get().text
    assert "08:00–09:30 (Lima, UTC−5)" in text
    assert "08:00–10:00 (Lima, UTC−5)" in text


def test_draft_is_moved_in_silence(registration, bo, at):
    Event.objects.update(state=Event.State.DRAFT)
    move(registration.event, bo, at, wall_date=date(2020, 1, 1))
    assert not Notice.objects.exists()


def test_audit_holds_the_old_and_the_new_instants(workshop, bo, at):
    move(workshop, bo, at)
    entry = Entry.objects.about(workshop).get()
    assert (entry.verb, entry.actor_id, entry.detail) == (
        "event.moved",
        bo.pk,
        {
            "before": ["2026-12-02T13:00Z", "2026-12-02T14:30Z"],
            "after": ["2026-12-02T15:00Z", "2026-12-02T16:30Z"],
            "zone": "Africa/Accra",
        },
    )


# --- Several changes: what the outbox says in the end, as (minutes after the first move, old hour, new hour) ---


@pytest.mark.parametrize(
    ("moves", "heard"),
    [
        ([(0, SECOND)], [(10, 13, 15)]),
        ([(0, SECOND), (5, THIRD)], [(15, 13, 17)]),
        ([(0, SECOND), (4, THIRD), (8, SECOND)], [(18, 13, 15)]),
        ([(0, SECOND), (5, FIRST)], []),
        ([(0, SECOND), (5, FIRST), (9, THIRD)], [(19, 13, 17)]),
        ([(0, SECOND), (15, THIRD)], [(10, 13, 15), (25, 15, 17)]),
        ([(0, SECOND), (15, FIRST)], [(10, 13, 15), (25, 15, 13)]),
    ],
    ids=["one", "two quick", "three quick", "back in time", "back and on", "two slow", "back too late"],
)
def test_quick_moves_are_one_message_from_the_time_she_knows(registration, bo, at, moves, heard):
    plan, said = dict(moves), []
    for minute in range(40):
        now = at + minute * MINUTE
        if minute in plan:
            move(registration.event, bo, now, wall_time=plan[minute])
        said += [(minute, *told(notice)) for notice in deliver(now)]
    assert said == heard


@pytest.mark.parametrize(("wall_time", "before_start"), [(SECOND, 119), (time(12), 150)])
def test_what_is_near_is_told_at_once(registration, bo, wall_time, before_start):
    """119 minutes before the old start, or 90 before the new one."""
    now = registration.event.starts_at - before_start * MINUTE
    move(registration.event, bo, now, wall_time=wall_time)
    assert [notice.kind for notice in deliver(now)] == ["rescheduled"]


def test_newcomer_between_two_moves_hears_of_the_second_only(workshop, ana, bo, at):
    move(workshop, bo, at)
    registrations.register(event=workshop, member=ana, by=ana, at=at + MINUTE)
    hear(at + MINUTE)
    move(workshop, bo, at + 2 * MINUTE, wall_time=THIRD)
    assert told(Notice.objects.get(kind="rescheduled")) == (15, 17)


@pytest.mark.parametrize("posted", [False, True])
def test_who_has_not_heard_of_her_place_yet_hears_of_it_at_the_new_hour_only(workshop, ana, bo, at, posted):
    registrations.register(event=workshop, member=ana, by=ana, at=at)
    if posted:
        answers.tell_due(at=at)
    move(workshop, bo, at)
    hear(at + MINUTE)
    notice = Notice.objects.get()
    assert (notice.kind, notice.state) == ("registration_confirmed", Notice.State.SENT)
    assert entry_of(notice)[1].decoded("dtstart").hour == 15


def test_who_comes_back_between_two_moves_knows_the_first(registration, bo, at):
    """Her new confirmation named the hour of the first move; going back is news to her."""
    ana, event = registration.member, registration.event
    move(event, bo, at)
    registrations.cancel(registration=registration, by=ana, at=at + MINUTE)
    registrations.register(event=event, member=ana, by=ana, at=at + 2 * MINUTE)
    hear(at + 2 * MINUTE)
    move(event, bo, at + 3 * MINUTE, wall_time=FIRST)
    assert told(Notice.objects.get(kind="rescheduled", state="queued")) == (15, 13)


def test_who_leaves_meanwhile_hears_nothing_of_the_move(registration, bo, at):
    move(registration.event, bo, at)
    registrations.cancel(registration=registration, by=registration.member, at=at + MINUTE)
    deliver(at + UNDO)
    assert Notice.objects.get(kind="rescheduled").state == Notice.State.SUPPRESSED


@pytest.mark.parametrize(
    ("state", "claimed", "wall_time", "hours"),
    [
        ("retry", "", FIRST, (15, 13)),
        ("retry", "", THIRD, (13, 17)),
        ("sending", "w", FIRST, (15, 13)),
    ],
)
def test_message_that_may_have_come_through_is_never_contradicted_by_silence(
    registration, bo, at, state, claimed, wall_time, hours
):
    """A mail server that breaks off may have delivered: nobody is left with the hour of a move that was taken back."""
    move(registration.event, bo, at)
    Notice.objects.update(state=state, claimed_by=claimed, claimed_at=at)
    move(registration.event, bo, at + MINUTE, wall_time=wall_time)
    assert told(Notice.objects.get(state="queued")) == hours


def test_move_after_the_reminder_brings_a_new_reminder_after_its_message(registration, bo):
    event = registration.event
    due_at = event.starts_at - DAY_BEFORE
    assert reminders.send_due(at=due_at) == 1
    move(event, bo, due_at + 2 * HOUR - MINUTE)  # from 13:00 to 15:00, so the new moment is a minute ahead
    assert reminders.send_due(at=due_at + 2 * HOUR) == 0, "it would give away a move that may still be taken back"
    deliver(due_at + 2 * HOUR + UNDO)
    assert reminders.send_due(at=due_at + 2 * HOUR + UNDO) == 1
    assert [notice.kind for notice in deliver(due_at + 3 * HOUR)] == ["reminder_24h"]


def test_move_after_the_new_moment_is_the_only_message(registration, bo):
    """Its mail has just told her the new time, so the reminder is neither sent nor missed."""
    now = registration.event.starts_at - timedelta(hours=20)
    assert reminders.send_due(at=registration.event.starts_at - DAY_BEFORE) == 1
    event = move(registration.event, bo, now)
    assert event.reminders_since == now
    deliver(now + UNDO)
    assert reminders.send_due(at=now + UNDO + MINUTE) == 0
    assert Notice.objects.filter(kind="reminder_24h").count() == 1


def test_reminder_stays_the_only_one_when_the_move_is_taken_back(registration, bo):
    event = registration.event
    now = event.starts_at - timedelta(hours=20)
    reminders.send_due(at=event.starts_at - DAY_BEFORE)
    move(event, bo, now)
    move(event, bo, now + MINUTE, wall_time=FIRST)
    assert reminders.send_due(at=now + 2 * MINUTE) == 0


# --- Words ---


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "25 March 2027, 15:00–16:30 (Paris, UTC+1)", "29 March 2027, 16:00–17:30 (Paris, UTC+2)"),
        ("es", "jueves, 25 de marzo de 2027, 15:00–16:30", "lunes, 29 de marzo de 2027, 16:00–17:30"),
        ("fr", "jeudi 25 mars 2027, 15:00–16:30", "lundi 29 mars 2027, 16:00–17:30"),
        ("pt-br", "quinta-feira, 25 de março de 2027, 15:00–16:30", "segunda-feira, 29 de março de 2027, 16:00–17:30"),
    ],
)  # fmt: skip
def test_both_times_are_hers_across_a_clock_change(bo, at, community, language, old, new):
    """14:00 in Accra is 15:00 in Paris in winter and 16:00 in summer."""
    member = MemberFactory.create(zone="Europe/Paris", language=language)
    event = WorkshopFactory.create(wall_date=date(2027, 3, 25), wall_time=time(14)).event_ptr
    RegistrationFactory.create(event=event, member=member)
    move(event, bo, at, wall_date=date(2027, 3, 29), wall_time=time(14))
    notice = Notice.objects.get(recipient=member)
    for words in (notice.text, notice.html):
        assert old in words and new in words
        assert "09:00 PE · 14:00 GH" in words


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
