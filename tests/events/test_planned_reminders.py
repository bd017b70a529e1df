"""What is ahead: reckoned, counted for those who want it, stored nowhere."""

from datetime import UTC, datetime, timedelta

import pytest

from events import reminders
from events.models import Event
from notices.models import Notice, Preference
from tests.factories import RegistrationFactory, WorkshopFactory

NOV_25, DEC_1, DEC_2 = ((month, day) for month, day in ((11, 25), (12, 1), (12, 2)))


def hour(day: tuple[int, int], clock: int) -> datetime:
    return datetime(2026, *day, clock, tzinfo=UTC)


def ahead(event: Event, at: datetime) -> list[tuple[str, datetime, str, int]]:
    return [(one.kind, one.moment, one.zone, one.people) for one in reminders.planned(event, at=at)]


def test_planned_reminders_are_counted_by_zone_in_the_order_in_which_they_come(workshop, ana, bo, at):
    for member in (ana, bo):
        RegistrationFactory.create(event=workshop, member=member)
    assert ahead(workshop, at) == [
        ("reminder_7d", hour(NOV_25, 8), "Europe/Paris", 1),
        ("reminder_7d", hour(NOV_25, 14), "America/Lima", 1),
        ("reminder_24h", hour(DEC_1, 13), "America/Lima", 1),
        ("reminder_24h", hour(DEC_1, 13), "Europe/Paris", 1),
        ("reminder_1h", hour(DEC_2, 12), "America/Lima", 1),
        ("reminder_1h", hour(DEC_2, 12), "Europe/Paris", 1),
    ]
    assert Notice.objects.count() == 0


def test_planned_reminders_leave_out_who_switched_the_kind_off(workshop, ana, at):
    RegistrationFactory.create(event=workshop, member=ana)
    Preference.objects.create(member=ana, kind="reminder_7d", wanted=False, changed_at=at)
    Preference.objects.create(member=ana, kind="reminder_1h", wanted=True, changed_at=at)
    assert [kind for kind, *_rest in ahead(workshop, at)] == ["reminder_24h", "reminder_1h"]


def test_planned_reminders_are_those_that_the_event_still_has(workshop, ana, at):
    RegistrationFactory.create(event=workshop, member=ana)
    workshop.reminders, workshop.reminders_since = ["7d", "1h"], hour(NOV_25, 14)
    workshop.save()
    assert ahead(workshop, at) == [("reminder_1h", hour(DEC_2, 12), "America/Lima", 1)]


def test_nothing_is_planned_for_an_event_that_is_no_more(workshop, ana, at):
    RegistrationFactory.create(event=workshop, member=ana)
    workshop.state = Event.State.CANCELLED
    workshop.save()
    assert ahead(workshop, at) == []


def test_planned_all_ends_where_it_is_told_to(workshop, ana, at):
    RegistrationFactory.create(event=workshop, member=ana)
    found = reminders.planned_all(events=Event.objects.all(), at=at, until=at + timedelta(days=8))
    assert [(one.event, one.kind) for one in found] == [(workshop, "reminder_7d")]


@pytest.mark.parametrize("count", [1, 3])
def test_planned_all_costs_two_queries_for_any_number_of_events(community, at, count, django_assert_num_queries):
    for event in WorkshopFactory.create_batch(count):
        RegistrationFactory.create_batch(2, event=event.event_ptr)
    with django_assert_num_queries(2):
        found = reminders.planned_all(events=Event.objects.all(), at=at, until=at + timedelta(days=8))
    assert len({one.event for one in found}) == count
