"""Several events moved together: all or nothing, each by its own zone, each person told once of all of hers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from icalendar import Calendar

from audit.models import Entry
from events import reminders
from events.actions import registrations, schedule
from events.actions.moving import When, describe_all, move_all
from events.invitation import calendar_uid
from events.models import Event, Registration, Role
from events.places import join_link, join_role_link
from events.telling import UNDO
from notices import delivery
from notices.models import Notice
from tests.factories import EventFactory, MemberFactory, RegistrationFactory, RoleFactory, WorkshopFactory, join

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def series(community) -> list[Event]:
    """Three workshops, on 2, 9 and 16 December 2026 at 13:00Z."""
    return [WorkshopFactory.create(wall_date=date(2026, 12, day)).event_ptr for day in (2, 9, 16)]


@pytest.fixture
def everywhere(series, ana) -> list[Event]:
    """Ana has a seat in all three."""
    for event in series:
        RegistrationFactory.create(event=event, member=ana)
    return series


def shifted(events, by: timedelta) -> dict[int, When]:
    return {event.pk: When.of(Event.objects.get(pk=event.pk)).later(by) for event in events}


def deliver(at) -> list[Notice]:
    delivery.deliver_due(clock=lambda: at)
    return list(Notice.objects.filter(state="sent", finished_at=at).order_by("id"))


# --- The shift ---


@pytest.mark.parametrize(
    ("wall", "zone", "by", "after"),
    [
        ("2027-03-24 14:00", "Europe/Paris", 7 * DAY, "2027-03-31T12:00"),  # 13:00Z before the change
        ("2027-10-27 14:00", "Europe/Paris", 7 * DAY, "2027-11-03T13:00"),
        ("2027-03-10 09:00", "America/New_York", 7 * DAY, "2027-03-17T13:00"),  # 14:00Z before
        ("2027-11-03 09:00", "America/New_York", 7 * DAY, "2027-11-10T14:00"),
        ("2027-03-24 14:00", "Africa/Accra", 7 * DAY, "2027-03-31T14:00"),
        ("2027-03-24 23:30", "Africa/Accra", timedelta(hours=1), "2027-03-25T00:30"),
    ],
)
def test_shift_is_one_of_the_wall_clock(wall, zone, by, after):
    start = datetime.fromisoformat(wall)
    moved = When(start.date(), start.time(), 90, zone).later(by)
    assert moved.wall == start + by
    assert moved.span().starts_at == datetime.fromisoformat(after).replace(tzinfo=UTC)


def test_each_event_gets_its_time_its_sequence_and_its_line_in_the_audit(series, bo, at):
    move_all(shifted(series, DAY), by=bo, at=at)
    days = list(Event.objects.order_by("pk").values_list("wall_date", "sequence"))
    assert days == [(date(2026, 12, 3), 1), (date(2026, 12, 10), 1), (date(2026, 12, 17), 1)]
    assert Entry.objects.filter(verb="event.moved").count() == 3


# --- Who is told what ---


def test_person_with_several_is_told_once_of_all(everywhere, bo, at):
    move_all(shifted(everywhere, DAY), by=bo, at=at)
    assert deliver(at + UNDO - MINUTE) == []
    [notice] = deliver(at + UNDO)
    assert (notice.kind, notice.recipient.name, notice.language) == ("rescheduled_series", "Ana Quispe", "es")
    for day in (2, 9, 16):
        assert f"{day} de diciembre de 2026, 08:00–09:30 (Lima, UTC−5)" in notice.text
        assert f"{day + 1} de diciembre de 2026, 08:00–09:30 (Lima, UTC−5)" in notice.html
    assert notice.text.count("08:00 PE · 13:00 GH") == 3


def test_calendar_of_all_new_times_is_for_taking_over(everywhere, ana, bo, at):
    move_all(shifted(everywhere, DAY), by=bo, at=at)
    [notice] = deliver(at + UNDO)
    calendar = Calendar.from_ical(bytes(notice.calendar))
    entries = calendar.walk("VEVENT")
    assert (notice.calendar_method, calendar["method"]) == ("PUBLISH", "PUBLISH")
    assert [str(entry["uid"]) for entry in entries] == [calendar_uid(event, notice.recipient) for event in everywhere]
    assert [entry["sequence"] for entry in entries] == [1, 1, 1]
    assert [entry.decoded("dtstart").day for entry in entries] == [3, 10, 17]
    assert [str(entry["url"]) for entry in entries] == [
        join_link(row) for row in Registration.objects.filter(member=ana).order_by("event__starts_at")
    ]


def test_person_with_one_of_them_gets_the_ordinary_mail(series, ana, cy, bo, at):
    RegistrationFactory.create(event=series[1], member=ana)
    RoleFactory.create(event=series[2], member=cy)
    move_all(shifted(series, DAY), by=bo, at=at)
    sent = deliver(at + UNDO)
    assert [(notice.kind, notice.calendar_method) for notice in sent] == [("rescheduled", "REQUEST")] * 2
    own = {join_link(Registration.objects.get()), join_role_link(Role.objects.get())}
    assert {str(Calendar.from_ical(bytes(notice.calendar)).walk("VEVENT")[0]["url"]) for notice in sent} == own


def test_impact_counts_each_person_once(everywhere, cy, bo, at):
    RegistrationFactory.create(event=everywhere[0], member=cy)
    RegistrationFactory.create(event=everywhere[0], member=MemberFactory.create(email=None))
    assert describe_all(shifted(everywhere, DAY), at=at) == schedule.Impact(2, 1, at_once=False)


def test_near_start_sends_all_at_once(everywhere, bo):
    now = everywhere[0].starts_at - 90 * MINUTE
    move_all(shifted(everywhere, DAY), by=bo, at=now)
    assert [notice.kind for notice in deliver(now)] == ["rescheduled_series"]


# --- Within the time of undo ---


def test_all_moved_back_is_no_news(everywhere, bo, at):
    move_all(shifted(everywhere, DAY), by=bo, at=at)
    move_all(shifted(everywhere, -DAY), by=bo, at=at + MINUTE)
    assert deliver(at + UNDO + MINUTE) == []
    assert not Notice.objects.unfinished().exists()


def test_second_shift_replaces_the_first(everywhere, bo, at):
    move_all(shifted(everywhere, DAY), by=bo, at=at)
    move_all(shifted(everywhere, DAY), by=bo, at=at + MINUTE)
    assert deliver(at + UNDO) == []
    [notice] = deliver(at + UNDO + MINUTE)
    assert "2 de diciembre de 2026, 08:00" in notice.text and "4 de diciembre de 2026, 08:00" in notice.text
    assert "3 de diciembre" not in notice.text


def test_one_of_them_moved_back_is_left_out(everywhere, bo, at):
    move_all(shifted(everywhere, DAY), by=bo, at=at)
    move_all(shifted(everywhere[:1], -DAY), by=bo, at=at + MINUTE)
    [notice] = deliver(at + UNDO)
    assert "2 de diciembre de 2026" not in notice.text and "10 de diciembre de 2026" in notice.text
    assert deliver(at + UNDO + MINUTE) == []


def test_one_of_them_moved_on_is_told_by_itself_from_the_time_she_knows(everywhere, bo, at):
    move_all(shifted(everywhere, DAY), by=bo, at=at)
    move_all(shifted(everywhere[:1], 2 * DAY), by=bo, at=at + MINUTE)
    [series] = deliver(at + UNDO)
    [alone] = deliver(at + UNDO + MINUTE)
    assert "2 de diciembre de 2026" not in series.text
    assert "2 de diciembre de 2026, 08:00" in alone.text and "5 de diciembre de 2026, 08:00" in alone.text
    assert "3 de diciembre" not in alone.text


def test_move_of_one_before_is_folded_into_the_series(everywhere, bo, at):
    move_all(shifted(everywhere[:1], DAY), by=bo, at=at)
    move_all(shifted(everywhere, DAY), by=bo, at=at + MINUTE)
    [notice] = deliver(at + UNDO + MINUTE)
    assert "2 de diciembre de 2026, 08:00" in notice.text and "4 de diciembre de 2026" in notice.text


def test_cancelled_and_given_up_events_are_left_out(everywhere, ana, bo, at):
    move_all(shifted(everywhere, DAY), by=bo, at=at)
    schedule.cancel(event=everywhere[0], reason="Ill.", by=bo, at=at + MINUTE)
    registrations.cancel(registration=everywhere[1].registrations.get(), by=ana, at=at + MINUTE)
    deliver(at + MINUTE)
    [notice] = deliver(at + UNDO)
    assert "17 de diciembre de 2026" in notice.text
    assert "3 de diciembre" not in notice.text and "10 de diciembre" not in notice.text
    cancelled = Notice.objects.get(kind="event_cancelled")
    assert "2 de diciembre de 2026, 08:00" in cancelled.text, "the time that she knows"


@pytest.mark.parametrize(("state", "claimed"), [("retry", ""), ("sending", "w")])
def test_series_that_may_have_come_through_is_never_contradicted_by_silence(everywhere, bo, at, state, claimed):
    move_all(shifted(everywhere, DAY), by=bo, at=at)
    Notice.objects.update(state=state, claimed_by=claimed, claimed_at=at)
    move_all(shifted(everywhere[:1], -DAY), by=bo, at=at + MINUTE)
    [notice] = Notice.objects.filter(state="queued")
    assert "3 de diciembre de 2026" in notice.text and "2 de diciembre de 2026" in notice.text


def test_reminder_waits_for_the_message_of_the_series(everywhere, bo):
    """Moved from 13:00 to 14:00 a minute before the reminder of the new time is due."""
    due_at = everywhere[0].starts_at - timedelta(hours=23)
    move_all(shifted(everywhere, timedelta(hours=1)), by=bo, at=due_at - MINUTE)
    assert reminders.send_due(at=due_at) == 0
    deliver(due_at - MINUTE + UNDO)
    assert reminders.send_due(at=due_at + UNDO) == 1


# --- All or nothing ---


def unchanged(series, notices: int = 0) -> bool:
    rows = Event.objects.order_by("pk").values_list("wall_date", "sequence")
    return [*rows] == [(event.wall_date, 0) for event in series] and Notice.objects.count() == notices


def test_hour_that_one_zone_skips_refuses_all_and_names_the_event(everywhere, bo, at):
    skipping = everywhere[1]
    Event.objects.filter(pk=skipping.pk).update(title_en="Land tenure", title="Land tenure", zone="Europe/Paris")
    moves = shifted(everywhere, DAY)
    moves[skipping.pk] = When(date(2027, 3, 28), time(2, 30), 90, "Europe/Paris")
    with pytest.raises(schedule.ScheduleRefused, match=r"“Land tenure” cannot be moved so: The clocks .* jump over"):
        move_all(moves, by=bo, at=at)
    assert unchanged(everywhere)


def test_past_target_refuses_all(everywhere, bo, at):
    with pytest.raises(schedule.ScheduleRefused, match="cannot be moved so: That time is over"):
        move_all(shifted(everywhere, -12 * DAY), by=bo, at=at)
    assert unchanged(everywhere)


def test_held_event_refuses_all(everywhere, bo):
    with pytest.raises(schedule.ScheduleRefused, match="has begun"):
        move_all(shifted(everywhere, 14 * DAY), by=bo, at=everywhere[0].ends_at)
    assert unchanged(everywhere)


def test_event_of_others_refuses_all(everywhere, bo, at):
    moves = shifted([*everywhere, EventFactory.create(wall_date=date(2026, 12, 3))], DAY)
    with pytest.raises(PermissionDenied):
        move_all(moves, by=bo, at=at)
    assert not Entry.objects.filter(verb="event.moved").exists()


# --- Cost and locks ---


@pytest.mark.parametrize("people", [2, 20])
def test_message_costs_the_same_statements_for_few_and_many(
    series, community, bo, at, people, django_assert_max_num_queries
):
    for _ in range(people):
        member = join(MemberFactory.create(), community.circle)
        for event in series:
            RegistrationFactory.create(event=event, member=member)
    with django_assert_max_num_queries(40):
        move_all(shifted(series, DAY), by=bo, at=at)
    assert Notice.objects.count() == people


@pytest.mark.django_db(transaction=True)
def test_two_who_shift_the_same_series_at_once_wait_for_each_other(everywhere, bo, at):
    plans = [shifted(everywhere, DAY), dict(reversed(shifted(everywhere, 2 * DAY).items()))]
    start = threading.Barrier(2)

    def act(plan):
        start.wait(30)
        try:
            return move_all(plan, by=bo, at=at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(act, plans))) == 2
    assert {event.sequence for event in Event.objects.all()} == {2}
    days = Event.objects.order_by("pk").values_list("wall_date", flat=True)
    assert list(days) in ([date(2026, 12, day) for day in (first, first + 7, first + 14)] for first in (3, 4))
