"""Moving: who is told what, when, and from which time to which."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from audit.models import Entry
from events import answers, reminders
from events.actions import registrations
from events.invitation import calendar_uid
from events.models import Event, Registration, Role
from events.telling import UNDO
from notices.models import Notice
from tests.events.actions.scheduling import (
    DAY_BEFORE,
    FIRST,
    HOUR,
    MINUTE,
    SECOND,
    THIRD,
    State,
    deliver,
    entry_of,
    hear,
    move,
    told,
)
from tests.factories import MemberFactory, RegistrationFactory, RoleFactory, WorkshopFactory

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
