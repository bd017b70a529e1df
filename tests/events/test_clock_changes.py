"""The nights of 2027 in which Paris and Washington turn their clocks: pages, mails, calendars, reminders, the admin.

Paris: 28 March (02:00 becomes 03:00) and 31 October (03:00 becomes 02:00). Washington: 14 March and 7 November, alike.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from icalendar import Calendar

from events import answers, leads, reminders
from events.actions import registrations
from events.models import Event
from forestallies.lib import zones
from notices import delivery
from notices.models import Notice
from tests.events.scheduling import Sske, errors, save, text_of
from tests.factories import MemberFactory, RegistrationFactory, WorkshopFactory, join
from tests.world import sign_in

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Night:
    """A change of the clocks: the day that it begins, and the offsets before and after."""

    zone: str
    day: date
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.zone} {self.day}"


NIGHTS = [
    Night("Europe/Paris", date(2027, 3, 28), "UTC+1", "UTC+2"),
    Night("Europe/Paris", date(2027, 10, 31), "UTC+2", "UTC+1"),
    Night("America/New_York", date(2027, 3, 14), "UTC−5", "UTC−4"),
    Night("America/New_York", date(2027, 11, 7), "UTC−4", "UTC−5"),
]
SPRING, AUTUMN = NIGHTS[0::2], NIGHTS[1::2]
DAY = timedelta(days=1)
nights = pytest.mark.parametrize("night", NIGHTS, ids=str)


@pytest.fixture
def reader(community):
    """Somebody who lives where the clocks change, in English."""

    def make(night: Night, **fields):
        return join(MemberFactory.create(zone=night.zone, **fields), community.circle)

    return make


def workshop_on(day: date, hour: int, zone: str, **fields) -> Event:
    return WorkshopFactory.create(wall_date=day, wall_time=time(hour), zone=zone, minutes=60, **fields).event_ptr


def drawn(at: datetime) -> list[Notice]:
    """What leaves the outbox, with its finished words."""
    delivery.deliver_due(clock=lambda: at)
    return list(Notice.objects.filter(state="sent", finished_at=at).order_by("id"))


# --- Pages ---


@nights
def test_page_shows_the_hour_there_with_its_offset_before_and_after(night, reader, clock):
    """14:00 in Accra, the day before the change and the day of it: an hour apart on the reader's wall."""
    clock.move_to(datetime.combine(night.day, time(8), UTC) - 10 * DAY)
    member, hours = reader(night), []
    browser = sign_in(member)
    for day, offset in ((night.day - DAY, night.before), (night.day, night.after)):
        event = workshop_on(day, 14, "Africa/Accra")
        page = text_of(browser.get(reverse("workshop_page", args=[event.slug])))
        there = zones.local(event.starts_at, night.zone)
        assert there.offset == offset
        assert f"Your local time: {there.city}, {offset}" in page and there.clock in page
        hours.append(int(there.clock[:2]))
    assert hours[1] - hours[0] == (1 if night in SPRING else -1)


@nights
def test_event_at_home_keeps_its_wall_clock(night, reader, clock):
    clock.move_to(datetime.combine(night.day, time(8), UTC) - 10 * DAY)
    browser = sign_in(reader(night))
    for day, offset in ((night.day - DAY, night.before), (night.day, night.after)):
        event = workshop_on(day, 14, night.zone)
        page = text_of(browser.get(reverse("workshop_page", args=[event.slug])))
        assert "14:00 – to 15:00" in page and f"{zones.city(night.zone)}, {offset}" in page


# --- Mails and calendars ---


@nights
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_confirmation_says_the_hour_and_its_entry_the_instant(night, after, reader, at):
    event = workshop_on(night.day if after else night.day - DAY, 14, night.zone)
    member = reader(night)
    registrations.register(event=event, member=member, by=member, at=at)
    answers.tell_due(at=at)
    [notice] = drawn(at)
    offset = night.after if after else night.before
    assert f"14:00 ({zones.city(night.zone)}, {offset})" in notice.text
    [entry] = Calendar.from_ical(bytes(notice.calendar)).walk("VEVENT")
    hours = int(offset.removeprefix("UTC").replace("−", "-"))
    assert entry.decoded("dtstart") == datetime.combine(event.wall_date, time(14), UTC) - hours * HOUR
    assert entry.decoded("dtend") - entry.decoded("dtstart") == HOUR
    assert entry["dtstart"].to_ical().endswith(b"Z")


@nights
def test_length_across_the_change_is_elapsed_time(night, reader, at):
    """Two hours from half past midnight end at 03:30 in spring and at 01:30 in autumn."""
    event = WorkshopFactory.create(wall_date=night.day, wall_time=time(0, 30), zone=night.zone, minutes=120)
    assert event.ends_at - event.starts_at == 2 * HOUR
    end = zones.local(event.ends_at, night.zone)
    paris = night.zone == "Europe/Paris"
    assert end.clock == {True: "03:30", False: "02:30" if paris else "01:30"}[night in SPRING]


# --- Reminders ---


@nights
@pytest.mark.parametrize("hour", [0, 1, 4, 9, 14, 23])
def test_reminder_comes_once_24_elapsed_hours_ahead_within_her_waking_hours(night, hour, reader):
    """Minute by minute through the night of 23 or 25 hours."""
    event = workshop_on(night.day, hour, night.zone)
    RegistrationFactory.create(event=event, member=reader(night))
    due_at = leads.DAY.moment(event.starts_at, night.zone)
    there = (event.starts_at - 24 * HOUR).astimezone(ZoneInfo(night.zone))
    assert (due_at == event.starts_at - 24 * HOUR) == (time(8) <= there.time() <= time(19, 30))
    counts = {
        minutes: reminders.send_due(at=due_at + timedelta(minutes=minutes))
        for minutes in (-61, -60, -1, 0, 1, 59, 60, 61, 120, 600)
    }
    assert {minutes for minutes, count in counts.items() if count} == {0}
    assert Notice.objects.filter(kind="reminder_24h").count() == 1


@nights
def test_reminder_of_the_week_is_at_nine_there_on_the_other_side_of_the_change(night, reader):
    event = workshop_on(night.day + DAY, 14, night.zone)
    RegistrationFactory.create(event=event, member=reader(night))
    hours = int(night.before.removeprefix("UTC").replace("−", "-"))
    due_at = datetime.combine(event.wall_date - 7 * DAY, time(9), UTC) - hours * HOUR
    assert [reminders.send_due(at=due_at + offset) for offset in (-HOUR, 0 * HOUR, HOUR)] == [0, 1, 0]


@nights
def test_reminder_of_the_hour_is_60_elapsed_minutes_ahead(night, reader):
    """03:30 there: an hour of the wall clock before would be in the gap, or twice."""
    event = WorkshopFactory.create(wall_date=night.day, wall_time=time(3, 30), zone=night.zone).event_ptr
    RegistrationFactory.create(event=event, member=reader(night))
    due_at = event.starts_at - HOUR
    assert [reminders.send_due(at=due_at + minutes * HOUR / 60) for minutes in (-1, 0, 1)] == [0, 1, 0]


@nights
@pytest.mark.parametrize("hour", [0, 14])
def test_reminder_names_the_day_and_the_hour_there(night, hour, reader):
    event = workshop_on(night.day, hour, night.zone, title="Land tenure")
    RegistrationFactory.create(event=event, member=reader(night))
    notice = the_days_reminder(event, night)
    offset = zones.offset(event.starts_at, night.zone)
    assert notice.subject == f"Tomorrow: Land tenure, {hour:02}:00 ({zones.city(night.zone)})"
    assert f"{hour:02}:00 ({zones.city(night.zone)}, {offset})" in notice.text


@pytest.mark.parametrize("night", SPRING, ids=str)
def test_reminder_two_calendar_days_ahead_says_neither_today_nor_tomorrow(night, reader):
    """The day has 23 hours: 24 hours before Monday 00:10 is Saturday 23:10."""
    event = WorkshopFactory.create(
        wall_date=night.day + DAY, wall_time=time(0, 10), zone=night.zone, title="Land tenure"
    ).event_ptr
    RegistrationFactory.create(event=event, member=reader(night))
    notice = the_days_reminder(event, night)
    assert "Tomorrow" not in notice.subject and "Today" not in notice.subject
    assert "Land tenure" in notice.subject and "00:10" in notice.subject


@pytest.mark.parametrize("night", AUTUMN, ids=str)
def test_reminder_in_the_day_of_25_hours_says_today_or_tomorrow_by_her_calendar(night, reader):
    """24 hours before 23:30 is half past midnight of the same long day, so it comes at eight of its morning."""
    event = WorkshopFactory.create(
        wall_date=night.day, wall_time=time(23, 30), zone=night.zone, title="Land tenure"
    ).event_ptr
    RegistrationFactory.create(event=event, member=reader(night))
    assert the_days_reminder(event, night).subject.startswith("Today: Land tenure, 23:30")


def the_days_reminder(event: Event, night: Night) -> Notice:
    """The one reminder that leaves when the one of the day before is due."""
    now = leads.DAY.moment(event.starts_at, night.zone)
    reminders.send_due(at=now)
    [notice] = drawn(now)
    return notice


# --- The admin form ---


@pytest.mark.parametrize("night", SPRING, ids=str)
def test_skipped_hour_is_refused_beside_its_field(night, sske: Sske, as_fay, clock):
    answer = save(as_fay, sske.page, wall_date=night.day.isoformat(), wall_time="02:30", zone=night.zone)
    assert "jump over that time" in errors(answer)["wall_time"]
    assert sske.now().wall_date == date(2026, 12, 10)


@pytest.mark.parametrize("night", SPRING, ids=str)
@pytest.mark.parametrize(("clock_there", "offset"), [("01:59", "before"), ("03:00", "after")])
def test_hours_at_the_edge_of_the_gap_are_taken(night, clock_there, offset, sske: Sske, as_fay, clock):
    assert (
        save(as_fay, sske.page, wall_date=night.day.isoformat(), wall_time=clock_there, zone=night.zone).status_code
        == 302
    )
    assert zones.offset(sske.now().starts_at, night.zone) == getattr(night, offset)


@pytest.mark.parametrize("night", AUTUMN, ids=str)
def test_doubled_hour_means_the_first_and_says_so(night, sske: Sske, as_fay, clock):
    doubled = "02:30" if night.zone == "Europe/Paris" else "01:30"
    answer = save(as_fay, sske.page, wall_date=night.day.isoformat(), wall_time=doubled, zone=night.zone)
    page = text_of(as_fay.get(answer.url))
    assert "The first time is meant." in page
    assert zones.offset(sske.now().starts_at, night.zone) == night.before
