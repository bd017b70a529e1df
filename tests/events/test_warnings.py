"""What speaks against a time: computed from a draft alone, and found in the calendar of its people."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from events.clashes import warnings_for
from events.models import Event, Role
from events.telling import Span
from events.warnings import (
    AudienceClash,
    Draft,
    Engagement,
    FurtherClashes,
    HelperClash,
    Holiday,
    Other,
    OutsideHours,
    Weekend,
    overlap,
    warn,
)
from tests.factories import (
    CircleFactory,
    EventFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    WorkshopFactory,
    join,
)

THURSDAY = datetime(2026, 12, 10, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)


def span(start: datetime, hours: float = 2) -> Span:
    return Span(start, start + hours * HOUR)


# --- From a draft ---


def test_ordinary_time_needs_no_word():
    assert warn(Draft(span(THURSDAY), ("GH", "CI", "PE", "CO", "BR", "DO"))) == []


def test_unusual_hours_are_counted_for_each_country():
    early = span(datetime(2026, 12, 10, 11, tzinfo=UTC))
    assert warn(Draft(early, ("GH", "PE", "DO"))) == [OutsideHours("PE", 60, early)]


def test_unusual_hours_are_said_with_the_clock_there_and_its_offset():
    [warning] = warn(Draft(span(datetime(2026, 12, 10, 11, 30, tzinfo=UTC)), ("PE",)))
    assert str(warning) == ("Peru: 30 minutes of it are before 7 or after 21 o’clock there: 06:30–08:30 (Lima, UTC−5).")


def test_holiday_counts_on_the_date_there():
    """Late on the 8th in Peru is a holiday (Immaculate Conception) as the 9th is (Ayacucho); in Ghana neither is."""
    late = span(datetime(2026, 12, 10, 3, tzinfo=UTC), 1)
    found = [warning for warning in warn(Draft(late, ("GH", "PE"))) if isinstance(warning, Holiday)]
    assert found == [Holiday("PE", date(2026, 12, 9), "Battle of Ayacucho Day")]
    assert str(found[0]) == "Peru: Wednesday, 9 December 2026 is a public holiday there, Battle of Ayacucho Day."


def test_event_across_midnight_meets_the_holidays_of_both_days():
    night = span(datetime(2026, 12, 9, 4, tzinfo=UTC))
    days = [warning.day for warning in warn(Draft(night, ("PE",))) if isinstance(warning, Holiday)]
    assert days == [date(2026, 12, 8), date(2026, 12, 9)]


def test_weekend_is_said_once_for_all_countries_where_it_is():
    friday_night = span(datetime(2026, 12, 12, 1, tzinfo=UTC), 1)
    weekends = [warning for warning in warn(Draft(friday_night, ("GH", "CI", "PE"))) if isinstance(warning, Weekend)]
    assert weekends == [Weekend(("GH", "CI"))]
    assert str(weekends[0]) == "It is weekend in Ghana, Côte d’Ivoire."


def test_unknown_country_is_passed_over():
    assert warn(Draft(span(THURSDAY), ("XX",))) == []


def test_clash_of_the_same_person_is_said_once():
    twice = (Engagement("Bo", Other(span(THURSDAY), "A talk")),) * 2
    assert warn(Draft(span(THURSDAY), engagements=twice)) == [HelperClash("Bo", "A talk")]


def test_many_clashes_are_counted():
    others = tuple(Other(span(THURSDAY), f"Event {number}", 3) for number in range(8))
    assert warn(Draft(span(THURSDAY), others=others))[4:] == [AudienceClash("Event 4", 3), FurtherClashes(3)]


@pytest.mark.parametrize(
    ("warning", "words"),
    [
        (HelperClash("Bo", "A talk"), "Bo has another event at that time: “A talk”."),
        (HelperClash("Bo", ""), "Bo has another event at that time."),
        (AudienceClash("A talk", 1), "“A talk” takes place at that time as well; 1 person is in both audiences."),
        (AudienceClash("A talk", 0), "“A talk” takes place at that time as well, for the same group."),
        (AudienceClash("", 7), "Another event takes place at that time; 7 people are in both audiences."),
        (AudienceClash("", 0), "Another event takes place at that time, for the same group."),
        (FurtherClashes(1), "1 more clash of this kind."),
    ],
)
def test_clashes_in_words(warning, words):
    assert str(warning) == words


minutes = st.integers(0, 300).map(lambda number: THURSDAY + timedelta(minutes=number))
spans = st.tuples(minutes, st.integers(1, 300)).map(lambda pair: Span(pair[0], pair[0] + timedelta(minutes=pair[1])))


@given(spans, spans)
def test_overlap_means_a_minute_in_common(one, other):
    def of(when: Span) -> set[int]:
        return set(range(int(when.starts_at.timestamp()) // 60, int(when.ends_at.timestamp()) // 60))

    assert overlap(one, other) == overlap(other, one) == bool(of(one) & of(other))


# --- From the calendar of its people ---


def moved(event: Event, hours: int) -> Event:
    """The same event, unsaved, so many hours later."""
    event.wall_time = time(event.wall_time.hour + hours)
    return event


def test_facilitator_elsewhere_is_named_with_the_title_its_reader_may_see(workshop, bo, cy, at):
    RoleFactory.create(event=workshop, member=cy, kind=Role.Kind.INTERPRETER, state=Role.State.INVITED)
    hidden = EventFactory.create(title="Elsewhere", state=Event.State.DRAFT)
    RoleFactory.create(event=hidden, member=cy, kind=Role.Kind.SPEAKER)
    assert warnings_for(workshop, by=bo, at=at) == [HelperClash("Cy Stranger", "")]
    RoleFactory.create(event=hidden, member=bo)
    assert warnings_for(workshop, by=bo, at=at) == [HelperClash("Cy Stranger", "Elsewhere")]


@pytest.mark.parametrize(("hours", "clashes"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_ends_are_half_open(workshop, bo, cy, at, hours, clashes):
    Event.objects.update(minutes=120)
    RoleFactory.create(event=workshop, member=cy)
    other = EventFactory.create(wall_time=time(13 + hours), minutes=120)
    RegistrationFactory.create(event=other, member=cy)
    workshop.refresh_from_db()
    assert bool(warnings_for(workshop, by=bo, at=at)) is clashes


@pytest.mark.parametrize("state", [Event.State.CANCELLED, Event.State.CLOSED])
def test_what_does_not_take_place_clashes_with_nothing(workshop, bo, cy, at, state):
    RoleFactory.create(event=workshop, member=cy)
    RoleFactory.create(event=EventFactory.create(state=state), member=cy)
    WorkshopFactory.create(state=state)
    assert warnings_for(workshop, by=bo, at=at) == []


@pytest.mark.parametrize("state", [Role.State.DECLINED, Role.State.REPLACED])
def test_who_declined_is_free(workshop, bo, cy, at, state):
    RoleFactory.create(event=workshop, member=cy)
    RoleFactory.create(event=EventFactory.create(), member=cy, state=state)
    assert warnings_for(workshop, by=bo, at=at) == []


def test_parallel_workshop_of_the_gathering_is_named_with_the_people_in_both(workshop, ana, bo, community, at):
    join(MemberFactory.create(), community.circle)
    WorkshopFactory.create(title="At the same time")
    assert warnings_for(workshop, by=bo, at=at) == [AudienceClash("At the same time", 2)]


def test_event_of_another_circle_counts_when_it_shares_people(workshop, ana, bo, at):
    other = EventFactory.create(title="Secret", home=CircleFactory.create(name="Elsewhere"))
    assert warnings_for(workshop, by=bo, at=at) == []
    join(ana, other.home)
    assert warnings_for(workshop, by=bo, at=at) == [AudienceClash("", 1)]


def test_same_group_clashes_before_anybody_is_in_it(workshop, bo, at):
    WorkshopFactory.create(title="Parallel")
    assert warnings_for(workshop, by=bo, at=at) == [AudienceClash("Parallel", 0)]


def test_time_on_the_form_counts_not_the_stored_one(workshop, ana, bo, at):
    WorkshopFactory.create()
    assert warnings_for(moved(workshop, 3), by=bo, at=at) == []


@pytest.mark.parametrize("number", [1, 12])
def test_clashes_cost_five_queries_however_many_there_are(workshop, ana, bo, cy, at, number):
    RoleFactory.create(event=workshop, member=cy)
    for _ in range(number):
        other = WorkshopFactory.create()
        RoleFactory.create(event=other, member=cy)
        RegistrationFactory.create(event=other, member=cy)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = warnings_for(workshop, by=bo, at=at)
    assert len(queries) == 5
    assert len(found) == (2 if number == 1 else 12)
