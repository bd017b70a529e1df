from datetime import UTC, datetime, time, timedelta

import pytest

from events import reminders
from events.actions import registrations
from events.models import Event
from notices import delivery, guards
from notices.models import Notice
from tests.factories import RegistrationFactory
from tests.told import drawn

DAY = timedelta(hours=24)


@pytest.fixture
def registration(workshop, ana):
    return RegistrationFactory.create(event=workshop, member=ana)


def move(event: Event, **changes):
    """Another day or hour, as the scheduling action will do it: with the next sequence number."""
    for name, value in changes.items():
        setattr(event, name, value)
    event.sequence += 1
    event.save()


def test_reminder_is_due_once_in_the_last_day(registration):
    due_at = registration.event.starts_at - DAY
    assert reminders.send_due(at=due_at - timedelta(minutes=1)) == 0
    assert reminders.send_due(at=due_at) == 1
    assert reminders.send_due(at=due_at) == 0
    assert reminders.send_due(at=due_at + timedelta(hours=3)) == 0


def test_reminder_speaks_the_members_language_and_hour(registration):
    reminders.send_due(at=registration.event.starts_at - DAY)
    notice = drawn(Notice.objects.get(kind="reminder_24h"), at=registration.event.starts_at - DAY)
    assert notice.language == "es"
    assert "08:00" in notice.subject + notice.text  # 13:00Z in Lima
    assert "UTC−5" in notice.text


def test_reminder_comes_again_after_a_move(registration):
    event = registration.event
    reminders.send_due(at=event.starts_at - DAY)
    move(event, wall_time=time(15))
    assert reminders.send_due(at=event.starts_at - DAY) == 1


def test_reminder_of_the_old_hour_is_not_delivered_after_a_move(registration):
    event = registration.event
    at = event.starts_at - DAY
    reminders.send_due(at=at)
    move(event, wall_time=time(15))
    delivery.deliver_due(clock=lambda: at)
    assert Notice.objects.get(kind="reminder_24h").state == Notice.State.SUPPRESSED


def test_reminder_is_silent_after_a_cancellation(registration, at):
    registrations.cancel(registration=registration, by=registration.member, at=at)
    assert reminders.send_due(at=registration.event.starts_at - DAY) == 0


def test_reminder_is_not_delivered_when_the_member_cancels_meanwhile(registration):
    at = registration.event.starts_at - DAY
    reminders.send_due(at=at)
    registrations.cancel(registration=registration, by=registration.member, at=at)
    ref = Notice.objects.get(kind="reminder_24h").subject_ref
    assert not guards.ask("events.reminder", ref, at).ok


def test_reminder_is_not_delivered_to_an_account_switched_off_meanwhile(registration):
    registration.member.is_active = False
    registration.member.save(update_fields=["is_active"])
    ref = f"{registration.pk}:{registration.event.starts_at:%Y%m%dT%H%MZ}"
    assert not guards.ask("events.reminder", ref, registration.event.starts_at - timedelta(hours=3)).ok


def test_cancelled_event_reminds_nobody(registration):
    move(registration.event, state=Event.State.CANCELLED)
    assert reminders.send_due(at=registration.event.starts_at - DAY) == 0


def test_late_registrant_has_just_been_told(workshop, ana):
    registered_at = workshop.starts_at - timedelta(hours=20)
    RegistrationFactory.create(event=workshop, member=ana, state_since=registered_at)
    assert reminders.send_due(at=registered_at) == 0


def test_nobody_is_reminded_of_what_is_about_to_begin(registration):
    assert reminders.send_due(at=registration.event.starts_at - timedelta(hours=2)) == 0
    assert reminders.send_due(at=registration.event.starts_at + timedelta(hours=1)) == 0


def test_somebody_without_an_address_or_account_is_passed_over(workshop, ana, cy):
    RegistrationFactory.create(event=workshop, member=ana)
    RegistrationFactory.create(event=workshop, member=cy)
    ana.email = None
    ana.save(update_fields=["email"])
    cy.is_active = False
    cy.save(update_fields=["is_active"])
    assert reminders.send_due(at=workshop.starts_at - DAY) == 0


def test_24_elapsed_hours_across_a_clock_change(workshop, ana):
    # Paris turns its clocks on 28 March 2027: 15:00 that Sunday is 13:00Z, and 24 hours earlier it is 14:00 in Paris.
    move(workshop, wall_date=datetime(2027, 3, 28).date(), wall_time=time(15), zone="Europe/Paris")
    RegistrationFactory.create(event=workshop, member=ana)
    assert reminders.send_due(at=datetime(2027, 3, 27, 12, 59, tzinfo=UTC)) == 0
    assert reminders.send_due(at=datetime(2027, 3, 27, 13, 0, tzinfo=UTC)) == 1


@pytest.mark.parametrize("people", [1, 30])
def test_run_costs_the_same_statements_for_many(workshop, people, django_assert_max_num_queries):
    workshop.capacity = None
    workshop.save(update_fields=["capacity"])
    RegistrationFactory.create_batch(people, event=workshop)
    with django_assert_max_num_queries(9):
        assert reminders.send_due(at=workshop.starts_at - DAY) == people
