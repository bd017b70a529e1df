"""Each reminder comes once, at its own hour, to those whom it concerns."""

from datetime import UTC, datetime, time, timedelta

import pytest

from events import reminders
from events.actions import registrations, schedule
from events.leads import DAY, HOUR, LEADS, WEEK, Lead
from events.models import Event, Registration
from members.models import Member
from notices import delivery, guards
from notices.models import Notice, Preference
from tests.factories import MemberFactory, RegistrationFactory, WorkshopFactory, join
from tests.told import drawn

MINUTE, HALF_AN_HOUR = timedelta(minutes=1), timedelta(minutes=30)
LONG_AGO = datetime(2026, 11, 2, 9, tzinfo=UTC)
leads = pytest.mark.parametrize("lead", LEADS, ids=lambda lead: lead.code)


@pytest.fixture
def registration(workshop, ana):
    return RegistrationFactory.create(event=workshop, member=ana)


def due_at(registration: Registration, lead: Lead) -> datetime:
    return lead.moment(registration.event.starts_at, registration.member.zone)


def change(event: Event, **changes):
    for name, value in changes.items():
        setattr(event, name, value)
    event.save()


def posted(lead: Lead | None = None) -> list[Notice]:
    rows = Notice.objects.exclude(state=Notice.State.MISSED).order_by("id")
    return list(rows.filter(kind=lead.kind) if lead else rows.filter(kind__startswith="reminder"))


# --- When, and how often ---


@leads
def test_reminder_is_due_once_from_its_moment_on(registration, lead):
    now = due_at(registration, lead)
    assert [reminders.send_due(at=now + offset) for offset in (-MINUTE, 0 * MINUTE, MINUTE, 30 * MINUTE)] == [
        0,
        1,
        0,
        0,
    ]
    assert [notice.kind for notice in posted()] == [lead.kind]


@leads
def test_reminder_is_over_when_it_closes(registration, lead):
    closes = lead.closes(registration.event.starts_at, registration.member.zone)
    reminders.send_due(at=due_at(registration, lead))
    [notice] = posted(lead)
    assert notice.expires_at == closes
    Notice.objects.all().delete()
    assert reminders.send_due(at=closes) == 0


@leads
def test_reminder_is_named_by_registration_start_and_lead(registration, lead):
    reminders.send_due(at=due_at(registration, lead))
    [notice] = posted(lead)
    assert notice.key == f"reminder:{registration.pk}:20261202T1300Z:{lead.code}"


def test_reminder_posted_by_an_older_portal_is_not_posted_again(registration):
    reminders.send_due(at=due_at(registration, DAY))
    Notice.objects.update(subject_ref=f"{registration.pk}:20261202T1300Z")
    assert reminders.send_due(at=due_at(registration, DAY) + MINUTE) == 0
    assert guards.ask("events.reminder", Notice.objects.get(kind=DAY.kind).subject_ref, LONG_AGO).ok


def test_week_before_comes_at_nine_of_each_persons_own_morning(registration, workshop):
    paris = MemberFactory.create(zone="Europe/Paris")
    RegistrationFactory.create(event=workshop, member=paris)
    assert reminders.send_due(at=datetime(2026, 11, 25, 8, 0, tzinfo=UTC)) == 1
    assert [notice.recipient for notice in posted()] == [paris]
    assert reminders.send_due(at=datetime(2026, 11, 25, 14, 0, tzinfo=UTC)) == 1


@leads
def test_only_the_reminders_of_the_event_are_sent(registration, lead):
    change(registration.event, reminders=[other.code for other in LEADS if other != lead])
    assert reminders.send_due(at=due_at(registration, lead)) == 0
    assert reminders.count_due(at=due_at(registration, lead)) == 0


@leads
def test_dry_run_counts_what_is_then_posted(registration, workshop, lead):
    RegistrationFactory.create_batch(3, event=workshop)
    now = due_at(registration, lead) + 20 * MINUTE
    counted = reminders.count_due(at=now)
    assert (counted, reminders.send_due(at=now), reminders.count_due(at=now)) == (counted, counted, 0)
    assert counted == len(posted(lead)) > 0


@pytest.mark.parametrize(("zone", "hours"), [("Europe/Paris", 13), ("Africa/Accra", 15)])
def test_24_elapsed_hours_across_a_clock_change(workshop, zone, hours):
    """Paris turns its clocks on 28 March 2027: 15:00 that Sunday is 13:00Z, and 24 hours earlier it is 14:00 there."""
    change(workshop, wall_date=datetime(2027, 3, 28).date(), wall_time=time(15), zone=zone)
    RegistrationFactory.create(event=workshop, member=MemberFactory.create(zone="Europe/Paris"))
    now = datetime(2027, 3, 27, hours, 0, tzinfo=UTC)
    assert (reminders.send_due(at=now - MINUTE), reminders.send_due(at=now)) == (0, 1)


# --- Moved, changed, cancelled ---


@leads
def test_reminder_comes_again_after_a_move(registration, bo, at, lead):
    event = registration.event
    reminders.send_due(at=due_at(registration, lead))
    moved_at = due_at(registration, lead) + MINUTE
    day = event.wall_date + timedelta(days=14)
    event = schedule.move(
        event=event, wall_date=day, wall_time=event.wall_time, minutes=90, zone=event.zone, by=bo, at=moved_at
    )
    delivery.deliver_due(clock=lambda: moved_at + 10 * MINUTE)
    registration.refresh_from_db()
    assert reminders.send_due(at=due_at(registration, lead)) == 1
    assert len(posted(lead)) == 2


def test_moved_event_is_silent_about_reminders_whose_moment_is_past(registration, bo):
    """Moved to start sooner: what she reads of it is the new time, and after that the reminders to come."""
    event, moved_at = registration.event, registration.event.starts_at - timedelta(hours=30)
    schedule.move(
        event=event, wall_date=event.wall_date - timedelta(days=1), wall_time=event.wall_time, minutes=90,
        zone=event.zone, by=bo, at=moved_at,
    )  # fmt: skip
    delivery.deliver_due(clock=lambda: moved_at + 10 * MINUTE)
    for hours in (1, 2, 5):
        assert reminders.send_due(at=moved_at + timedelta(hours=hours)) == (1 if hours == 5 else 0)
    assert [notice.kind for notice in Notice.objects.order_by("id")] == ["rescheduled", "reminder_1h"]


def test_move_taken_back_in_silence_leaves_the_reminder_that_was_due_meanwhile(registration, bo):
    event, due = registration.event, due_at(registration, DAY)
    when = {"wall_date": event.wall_date, "minutes": 90, "zone": event.zone, "by": bo}
    schedule.move(event=event, wall_time=time(17), at=due - MINUTE, **when)
    assert reminders.send_due(at=due) == 0
    schedule.move(event=event, wall_time=event.wall_time, at=due + MINUTE, **when)
    assert reminders.send_due(at=due + 2 * MINUTE) == 1
    assert {notice.state for notice in Notice.objects.exclude(kind="reminder_24h")} <= {"cancelled", "missed"}


@leads
def test_reminder_of_the_old_hour_is_not_delivered_after_a_move(registration, lead):
    now = due_at(registration, lead)
    reminders.send_due(at=now)
    change(registration.event, wall_time=time(15))
    delivery.deliver_due(clock=lambda: now)
    [notice] = posted(lead)
    assert (notice.state, notice.problem) == ("suppressed", "The event was moved or cancelled.")


@leads
def test_reminder_that_the_event_gave_up_is_not_delivered(registration, bo, lead):
    now = due_at(registration, lead)
    reminders.send_due(at=now)
    schedule.change_reminders(event=registration.event, reminders=[], by=bo, at=now)
    delivery.deliver_due(clock=lambda: now)
    [notice] = posted(lead)
    assert (notice.state, notice.problem) == ("suppressed", "The event no longer has this reminder.")


def test_reminders_chosen_late_are_those_still_to_come(registration, bo):
    event, now = registration.event, registration.event.starts_at - timedelta(hours=5)
    change(event, reminders=[])
    schedule.change_reminders(event=event, reminders=["1h", "24h", "7d"], by=bo, at=now)
    event.refresh_from_db()
    assert (event.reminders, event.reminders_since) == (["7d", "24h", "1h"], now)
    assert (reminders.send_due(at=now + MINUTE), Notice.objects.count()) == (0, 0)
    assert reminders.send_due(at=due_at(registration, HOUR)) == 1


def test_same_reminders_again_change_nothing(registration, bo, at):
    event = registration.event
    schedule.change_reminders(event=event, reminders=["1h", "7d", "24h"], by=bo, at=at)
    event.refresh_from_db()
    assert event.reminders_since is None


def test_event_announced_late_begins_with_the_reminders_to_come(community, ana, bo):
    event = WorkshopFactory.create(state=Event.State.DRAFT).event_ptr
    now = event.starts_at - timedelta(hours=5)
    event = schedule.announce(event=event, by=bo, at=now)
    registration = RegistrationFactory.create(event=event, member=ana)
    assert event.reminders_since == now
    assert (reminders.send_due(at=now + MINUTE), Notice.objects.count()) == (0, 0)
    assert reminders.send_due(at=due_at(registration, HOUR)) == 1


@pytest.mark.parametrize("state", [Event.State.DRAFT, Event.State.SCHEDULED])
def test_event_made_late_begins_with_the_reminders_to_come(workshop, bo, state):
    event = Event(
        kind="workshop", slug="late", title="Late", home=workshop.home, state=state, zone="Africa/Accra",
        wall_date=workshop.wall_date, wall_time=workshop.wall_time, minutes=60,
    )  # fmt: skip
    now = workshop.starts_at - timedelta(hours=5)
    schedule.create(event=event, audience=[workshop.home], by=bo, at=now)
    event.refresh_from_db()
    assert event.reminders_since == (now if state == Event.State.SCHEDULED else None)


@leads
def test_reminder_is_silent_after_a_cancellation(registration, at, lead):
    registrations.cancel(registration=registration, by=registration.member, at=at)
    assert reminders.send_due(at=due_at(registration, lead)) == 0
    assert Notice.objects.filter(kind=lead.kind).count() == 0


@leads
def test_reminder_is_not_delivered_when_the_member_cancels_meanwhile(registration, lead):
    now = due_at(registration, lead)
    reminders.send_due(at=now)
    registrations.cancel(registration=registration, by=registration.member, at=now)
    [notice] = posted(lead)
    assert not guards.ask("events.reminder", notice.subject_ref, now).ok


def test_reminder_is_not_delivered_to_an_account_switched_off_meanwhile(registration):
    registration.member.is_active = False
    registration.member.save(update_fields=["is_active"])
    ref = f"{registration.pk}:{registration.event.starts_at:%Y%m%dT%H%MZ}:1h"
    assert not guards.ask("events.reminder", ref, registration.event.starts_at - timedelta(hours=3)).ok


@leads
def test_cancelled_event_reminds_nobody_and_misses_nothing(registration, lead):
    change(registration.event, state=Event.State.CANCELLED)
    assert reminders.send_due(at=due_at(registration, lead)) == 0
    assert reminders.send_due(at=registration.event.starts_at + timedelta(hours=1)) == 0
    assert Notice.objects.count() == 0


# --- For whom ---


@leads
def test_late_registrant_has_just_been_told(workshop, ana, lead):
    moment = lead.moment(workshop.starts_at, ana.zone)
    RegistrationFactory.create(event=workshop, member=ana, state_since=moment)
    assert reminders.send_due(at=moment + MINUTE) == 0
    assert Notice.objects.filter(kind=lead.kind).count() == 0
    Registration.objects.update(state_since=moment - MINUTE)
    assert reminders.send_due(at=moment + MINUTE) == 1


@leads
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Jakarta", "Pacific/Honolulu"])
def test_who_travels_after_a_reminder_is_not_reminded_again(registration, lead, zone):
    reminders.send_due(at=due_at(registration, lead))
    Member.objects.filter(pk=registration.member_id).update(zone=zone)
    for half_hours in reversed(range(2 * 24 * 8)):
        reminders.send_due(at=registration.event.starts_at - half_hours * HALF_AN_HOUR)
    assert len(posted(lead)) == 1


@leads
@pytest.mark.parametrize(("back_after", "reminded"), [(-5 * MINUTE, 1), (5 * MINUTE, 0)])
def test_who_leaves_and_comes_back_is_reminded_once_or_has_just_been_told(registration, lead, back_after, reminded):
    moment, ana, event = due_at(registration, lead), registration.member, registration.event
    join(ana, event.home)
    registrations.cancel(registration=registration, by=ana, at=moment - HALF_AN_HOUR)
    registrations.register(event=event, member=ana, by=ana, at=moment + back_after)
    assert [reminders.send_due(at=moment + 5 * MINUTE + n * MINUTE) for n in (1, 2, 3)] == [reminded, 0, 0]


@leads
def test_somebody_without_an_address_or_account_is_passed_over(workshop, ana, cy, lead):
    RegistrationFactory.create(event=workshop, member=ana)
    RegistrationFactory.create(event=workshop, member=cy)
    ana.email, cy.is_active = None, False
    ana.save(update_fields=["email"])
    cy.save(update_fields=["is_active"])
    for now in (lead.moment(workshop.starts_at, ana.zone), workshop.starts_at):
        assert reminders.send_due(at=now) == 0
    assert Notice.objects.count() == 0


@leads
def test_reminder_speaks_the_members_language_and_hour(registration, lead):
    now = due_at(registration, lead)
    reminders.send_due(at=now)
    notice = drawn(posted(lead)[0], at=now)
    assert (notice.language, notice.zone) == ("es", "America/Lima")
    assert "08:00" in notice.subject  # 13:00Z in Lima
    assert notice.text.splitlines()[0] == "Miércoles, 2 de diciembre de 2026, 08:00 (Lima, UTC−5)"


# --- What it costs ---


def crowd(event: Event, people: int) -> None:
    members = MemberFactory.create_batch(people, zone="Africa/Accra")
    Registration.objects.bulk_create(
        Registration(event=event, member=one, state="confirmed", created_at=LONG_AGO, state_since=LONG_AGO)
        for one in members
    )


def test_two_thousand_reminders_take_a_dozen_queries(workshop, django_assert_num_queries):
    crowd(workshop, 2_000)
    now = DAY.moment(workshop.starts_at, "Africa/Accra")
    change(workshop, reminders=["24h"])
    # Events, zones, moves not told, the people; then an insert for each five hundred.
    with django_assert_num_queries(4 + 4):
        assert reminders.send_due(at=now) == 2_000
    with django_assert_num_queries(4):
        assert reminders.send_due(at=now + MINUTE) == 0


@pytest.mark.parametrize("events", [1, 3])
def test_quiet_minute_costs_the_same_for_one_event_and_for_three(community, events, django_assert_num_queries):
    made = WorkshopFactory.create_batch(events)
    for one in made:
        RegistrationFactory.create_batch(2, event=one.event_ptr, member__zone="Africa/Accra")
    now = WEEK.moment(made[0].starts_at, "Africa/Accra")
    with django_assert_num_queries(2):
        assert reminders.send_due(at=now - MINUTE) == 0
    assert reminders.send_due(at=now) == 2 * events
    with django_assert_num_queries(4):
        assert reminders.send_due(at=now + MINUTE) == 0


def test_nothing_near_costs_one_query(workshop, at, django_assert_num_queries):
    RegistrationFactory.create(event=workshop)
    with django_assert_num_queries(1):
        assert reminders.send_due(at=at - timedelta(days=30)) == 0


def test_reminder_posted_though_unwanted_is_left_to_delivery(registration):
    """Whoever switched the kind off is asked for at delivery, where the outbox shows why she got nothing."""
    Preference.objects.create(member=registration.member, kind=DAY.kind, wanted=False, changed_at=LONG_AGO)
    assert reminders.send_due(at=due_at(registration, DAY)) == 1
