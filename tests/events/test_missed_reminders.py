"""What an outage held up beyond its close is written down as missed, and never sent late."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import reminders
from events.actions import schedule
from events.leads import DAY, HOUR, LEADS, WEEK, Lead
from events.models import Event, Registration
from notices import delivery, invariants
from notices.models import Notice, Preference
from tests.factories import MemberFactory, RegistrationFactory

MINUTE = timedelta(minutes=1)
leads = pytest.mark.parametrize("lead", LEADS, ids=lambda lead: lead.code)


@pytest.fixture
def registration(workshop, ana):
    return RegistrationFactory.create(event=workshop, member=ana)


def closes(registration: Registration, lead: Lead):
    return lead.closes(registration.event.starts_at, registration.member.zone)


def missed() -> list[str]:
    return list(Notice.objects.filter(state=Notice.State.MISSED).order_by("id").values_list("kind", flat=True))


def test_missed_reminder_says_when_it_should_have_gone(registration):
    now = closes(registration, WEEK)
    assert reminders.send_due(at=now) == 0
    notice = Notice.objects.get()
    assert (notice.state, notice.kind, notice.recipient) == ("missed", "reminder_7d", registration.member)
    assert notice.problem == "Its hour, 25 November 09:00 in Lima, passed while nothing could be sent."
    assert (notice.next_attempt_at, notice.expires_at) == (now - timedelta(hours=24), now)
    assert notice.finished_at == now
    assert list(invariants.violations(at=now)) == []


@leads
def test_reminder_is_missed_once_and_never_sent(registration, lead):
    now = closes(registration, lead)
    for hours in (0, 1, 30):
        reminders.send_due(at=now + timedelta(hours=hours))
        delivery.deliver_due(clock=lambda hours=hours: now + timedelta(hours=hours))
    assert Counter(missed())[lead.kind] == 1
    assert not Notice.objects.filter(kind=lead.kind).exclude(state=Notice.State.MISSED).exists()


def test_only_the_latest_of_two_is_sent_after_an_outage(registration):
    assert reminders.send_due(at=registration.event.starts_at - 30 * MINUTE) == 1
    assert Notice.objects.get(state="queued").kind == HOUR.kind
    assert missed() == [WEEK.kind, DAY.kind]


@leads
def test_reminder_that_was_sent_is_not_missed(registration, lead):
    reminders.send_due(at=lead.moment(registration.event.starts_at, registration.member.zone))
    reminders.send_due(at=closes(registration, lead))
    assert lead.kind not in missed()


@leads
def test_nobody_misses_what_she_does_not_want_or_never_had(registration, workshop, lead):
    now, moment = closes(registration, lead), lead.moment(workshop.starts_at, registration.member.zone)
    Preference.objects.create(member=registration.member, kind=lead.kind, wanted=False, changed_at=moment)
    RegistrationFactory.create(event=workshop, state_since=moment, member__zone=registration.member.zone)
    reminders.send_due(at=now)
    assert lead.kind not in missed()


@leads
def test_nobody_misses_a_reminder_that_the_event_does_not_have(registration, lead):
    Event.objects.update(reminders=[other.code for other in LEADS if other != lead])
    reminders.send_due(at=closes(registration, lead))
    assert lead.kind not in missed()


def test_moved_event_has_missed_nothing(registration, bo):
    """Who reads the new time has been told, whatever was not sent of the old one."""
    event, now = registration.event, registration.event.starts_at - timedelta(hours=30)
    earlier = event.wall_date - timedelta(days=1)
    schedule.move(event=event, wall_date=earlier, wall_time=event.wall_time, minutes=90, zone=event.zone, by=bo, at=now)
    delivery.deliver_due(clock=lambda: now + 10 * MINUTE)
    reminders.send_due(at=now + timedelta(hours=5))
    assert missed() == []


@pytest.mark.parametrize(("state", "found"), [("scheduled", 3), ("closed", 3), ("cancelled", 0), ("draft", 0)])
def test_reminders_of_an_event_that_was_held_are_missed(registration, state, found):
    Event.objects.update(state=state)
    assert reminders.send_due(at=registration.event.starts_at + timedelta(hours=5)) == 0
    assert len(missed()) == found


@pytest.mark.parametrize(("days", "found"), [(2.9, 3), (3, 0)])
def test_event_of_more_than_three_days_ago_is_left_alone(registration, days, found):
    reminders.send_due(at=registration.event.starts_at + timedelta(days=days))
    assert len(missed()) == found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    begins=st.integers(0, 9 * 24 * 4),
    lasts=st.integers(0, 3 * 24 * 4 - 1),
    zone=st.sampled_from(["Asia/Jakarta", "UTC"]),
)
def test_outage_of_any_length_loses_no_reminder_and_sends_none_late(workshop, begins, lasts, zone):
    """Ticks each quarter of an hour from nine days before the start until three days after it, but for the outage: each
    reminder is posted within its period or missed, once."""
    Notice.objects.all().delete()
    Registration.objects.all().delete()
    RegistrationFactory.create(event=workshop, member=MemberFactory.create(zone=zone))
    quarter, first = 15 * MINUTE, workshop.starts_at - timedelta(days=9)
    ticks = [first + number * quarter for number in range(12 * 24 * 4)]
    outage = (first + begins * quarter, first + (begins + lasts) * quarter)
    interesting = {
        at for lead in LEADS for at in (lead.moment(workshop.starts_at, zone), lead.closes(workshop.starts_at, zone))
    }
    for now in ticks:
        if not outage[0] <= now < outage[1] and (now in interesting or now == outage[1] or now == ticks[-1]):
            reminders.send_due(at=now)
    rows = {notice.kind: notice for notice in Notice.objects.all()}
    assert len(rows) == Notice.objects.count() == 3
    for lead in LEADS:
        moment, close, row = (
            lead.moment(workshop.starts_at, zone),
            lead.closes(workshop.starts_at, zone),
            rows[lead.kind],
        )
        in_time = any(moment <= now < close and not outage[0] <= now < outage[1] for now in ticks)
        assert row.state == ("queued" if in_time else "missed"), lead
        assert row.created_at < close == row.expires_at
