"""Who is asked how it was, when by her own clock, and who once more."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.management import call_command

from events import feedback_requests
from events.actions.feedback import Answers, give
from events.feedback_emails import GUARD
from events.models import Attendance, Event
from notices import delivery, guards, tasks
from notices.models import Notice
from tests.factories import AttendanceFactory, EventFactory, MemberFactory, RegistrationFactory
from tests.told import drawn

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def registration(workshop, ana):
    """Ana in Lima, where the workshop ends at 09:30 (14:30Z)."""
    return RegistrationFactory.create(event=workshop, member=ana)


def asked(kind="feedback_request") -> list[Notice]:
    return list(Notice.objects.filter(kind=kind).order_by("next_attempt_at", "id"))


def ask_and_deliver(at) -> int:
    posted = feedback_requests.send_due(at=at)
    delivery.deliver_due(clock=lambda: at)
    return posted


def moment_of(notice) -> datetime:
    """When it left, or will."""
    return notice.finished_at or notice.next_attempt_at


def end(registration) -> datetime:
    return registration.event.ends_at


def answer(registration) -> None:
    member, event = registration.member, registration.event
    give(event=event, member=member, answers=Answers(usefulness=4), anonymous=True, at=event.ends_at)


def test_request_is_due_once_an_hour_after_the_end(registration):
    assert feedback_requests.send_due(at=end(registration) + HOUR - timedelta(seconds=1)) == 0
    assert feedback_requests.send_due(at=end(registration) + HOUR) == 1
    assert feedback_requests.send_due(at=end(registration) + HOUR) == 0
    assert feedback_requests.send_due(at=end(registration) + 3 * HOUR) == 0


def test_request_is_optional_and_ends_after_fourteen_days(registration):
    feedback_requests.send_due(at=end(registration) + HOUR)
    [notice] = asked()
    assert (notice.priority, notice.guard) == (Notice.Priority.OPTIONAL, GUARD)
    assert notice.expires_at == end(registration) + 14 * DAY


def test_request_speaks_her_language_and_opens_her_form(registration, client, clock):
    at = end(registration) + HOUR
    feedback_requests.send_due(at=at)
    notice = drawn(asked()[0], at=at)
    assert notice.language == "es"
    assert "09:30" in notice.text  # on the day the form closes, at the hour of the end in Lima
    clock.move_to(at)
    link = next(line for line in notice.text.splitlines() if "/feedback/place/" in line)
    assert client.get(link.split("testserver")[-1].split("8000")[-1]).status_code == 200


def test_reminder_comes_once_two_days_after_to_who_was_asked_and_is_silent(registration):
    ask_and_deliver(end(registration) + HOUR)
    assert feedback_requests.send_due(at=end(registration) + 2 * DAY - timedelta(seconds=1)) == 0
    assert ask_and_deliver(end(registration) + 2 * DAY) == 1
    assert ask_and_deliver(end(registration) + 2 * DAY) == 0
    assert ask_and_deliver(end(registration) + 5 * DAY) == 0
    assert [notice.state for notice in (*asked(), *asked("feedback_reminder"))] == ["sent", "sent"]


def test_who_was_asked_late_is_not_reminded_at_once(registration):
    late = end(registration) + 3 * DAY
    ask_and_deliver(late)
    assert feedback_requests.send_due(at=late + HOUR) == 0
    assert feedback_requests.send_due(at=late + DAY) == 1


def test_who_never_got_the_request_is_not_reminded_of_it(registration):
    feedback_requests.send_due(at=end(registration) + HOUR)
    Notice.objects.update(state=Notice.State.FAILED)
    assert feedback_requests.send_due(at=end(registration) + 2 * DAY) == 0


def test_who_answered_is_neither_asked_nor_reminded(registration):
    answer(registration)
    assert feedback_requests.send_due(at=end(registration) + HOUR) == 0


def test_who_answers_after_the_request_is_not_reminded(registration):
    ask_and_deliver(end(registration) + HOUR)
    answer(registration)
    assert feedback_requests.send_due(at=end(registration) + 2 * DAY) == 0


def test_answer_stops_a_request_that_is_still_on_its_way(registration):
    feedback_requests.send_due(at=end(registration) + HOUR)
    answer(registration)
    delivery.deliver_due(clock=lambda: end(registration) + 2 * HOUR)
    assert [(notice.state, notice.problem) for notice in asked()] == [("suppressed", "She has answered.")]


def test_nobody_is_asked_later_than_fourteen_days(registration):
    assert feedback_requests.send_due(at=end(registration) + 14 * DAY) == 0
    assert feedback_requests.send_due(at=end(registration) + 14 * DAY - timedelta(seconds=1)) == 1


@pytest.mark.parametrize(("status", "due"), [("no_show", 0), ("excused", 0), ("attended", 1), ("partial", 1)])
def test_absent_people_are_not_asked_once_that_is_known(registration, status, due):
    AttendanceFactory.create(event=registration.event, member=registration.member, status=status)
    assert feedback_requests.send_due(at=end(registration) + HOUR) == due


def test_absence_that_is_recorded_meanwhile_stops_the_request(registration):
    feedback_requests.send_due(at=end(registration) + HOUR)
    AttendanceFactory.create(event=registration.event, member=registration.member, status=Attendance.Status.NO_SHOW)
    assert not guards.ask(GUARD, asked()[0].subject_ref, end(registration) + 2 * HOUR).ok


@pytest.mark.parametrize("state", ["cancelled", "draft"])
def test_nobody_is_asked_about_what_did_not_take_place(registration, state):
    feedback_requests.send_due(at=end(registration) + HOUR)
    Event.objects.update(state=state)
    assert not guards.ask(GUARD, asked()[0].subject_ref, end(registration) + 2 * HOUR).ok
    Notice.objects.all().delete()
    assert feedback_requests.send_due(at=end(registration) + HOUR) == 0


def test_moved_event_asks_after_its_new_end_and_not_after_the_old_one(registration):
    event, before = registration.event, end(registration)
    feedback_requests.send_due(at=before + HOUR)
    event.wall_date += timedelta(days=7)
    event.save()
    delivery.deliver_due(clock=lambda: before + 2 * HOUR)
    assert [notice.state for notice in asked()] == ["suppressed"]
    assert feedback_requests.send_due(at=event.ends_at + HOUR) == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": None}])
def test_somebody_without_account_or_address_is_passed_over(registration, change):
    for name, value in change.items():
        setattr(registration.member, name, value)
    registration.member.save(update_fields=list(change))
    assert feedback_requests.send_due(at=end(registration) + HOUR) == 0


@pytest.mark.parametrize(
    ("zone", "wall", "leaves"),
    [
        ("Africa/Accra", time(13), "2026-12-02 15:30"),  # 15:30 there: at once
        ("America/Lima", time(23, 30), "2026-12-03 13:00"),  # 21:00 there: the next morning
        ("Asia/Jakarta", time(13), "2026-12-03 01:00"),  # 22:30 there: at 8 in the morning
        ("America/Los_Angeles", time(13), "2026-12-02 16:00"),  # 07:30 there: at 8 the same morning
        ("Asia/Jakarta", time(10, 29), "2026-12-02 12:59"),  # 19:59 there: at once
        ("Asia/Jakarta", time(10, 30), "2026-12-03 01:00"),  # 20:00 there: too late
    ],
)
def test_request_leaves_between_eight_and_twenty_by_her_own_clock(registration, zone, wall, leaves):
    event, member = registration.event, registration.member
    event.wall_time, member.zone = wall, zone
    event.save()
    member.save(update_fields=["zone"])
    ask_and_deliver(event.ends_at + HOUR)
    assert f"{moment_of(asked()[0]):%Y-%m-%d %H:%M}" == leaves


@pytest.mark.parametrize(
    ("day", "leaves"), [(date(2027, 3, 27), "2027-03-28 06:00"), (date(2026, 10, 24), "2026-10-25 07:00")]
)
def test_eight_in_the_morning_after_a_night_in_which_the_clocks_change(registration, day, leaves):
    event, member = registration.event, registration.member
    event.wall_date, event.wall_time, event.zone, member.zone = day, time(19), "Europe/Paris", "Europe/Paris"
    event.save()
    member.save(update_fields=["zone"])
    ask_and_deliver(event.ends_at + HOUR)
    assert f"{moment_of(asked()[0]):%Y-%m-%d %H:%M}" == leaves


def test_two_events_that_end_together_ask_ten_minutes_apart(registration, community):
    other = EventFactory.create(home=community.circle)
    RegistrationFactory.create(event=other, member=registration.member)
    ask_and_deliver(end(registration) + HOUR)
    first, second = asked()
    assert (first.state, second.state) == ("sent", "queued")
    assert moment_of(second) - moment_of(first) == timedelta(minutes=10)


def test_another_optional_mail_of_a_moment_ago_is_kept_away_from(registration, community):
    other = EventFactory.create(home=community.circle, wall_time=time(12, 55))
    RegistrationFactory.create(event=other, member=registration.member)
    ask_and_deliver(other.ends_at + HOUR)
    ask_and_deliver(end(registration) + HOUR)
    assert asked()[-1].next_attempt_at == other.ends_at + HOUR + timedelta(minutes=10)


def test_tick_and_command_ask(registration, clock, capsys):
    at = end(registration) + HOUR
    call_command("send_due_reminders", "--at", f"{at:%Y-%m-%dT%H:%MZ}", "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["feedback"] == 1
    clock.move_to(at.astimezone(UTC))
    tasks.send_due_reminders()
    assert len(asked()) == 1


@pytest.mark.parametrize("people", [1, 30])
def test_run_costs_the_same_statements_for_many(workshop, people, django_assert_num_queries):
    for _ in range(people):
        RegistrationFactory.create(event=workshop, member=MemberFactory.create())
    with django_assert_num_queries(3):
        assert feedback_requests.send_due(at=workshop.ends_at + HOUR) == people
    with django_assert_num_queries(2):
        assert feedback_requests.send_due(at=workshop.ends_at + HOUR) == 0
