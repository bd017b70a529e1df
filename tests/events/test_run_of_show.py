"""When each segment begins, whether all of it fits, and what is on: rules of the clock, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from events.models import Event, Segment
from events.run_of_show import Fit, fit, now_and_next, timed, timed_of
from events.show_rows import in_words

START = datetime(2026, 12, 2, 13, tzinfo=UTC)
lengths = st.lists(st.integers(min_value=1, max_value=1440), max_size=60)
moments = st.integers(min_value=-600, max_value=5000).map(lambda minutes: START + timedelta(minutes=minutes))


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def segments(*minutes: int) -> list[Segment]:
    return [Segment(position=position, minutes=length) for position, length in enumerate(minutes)]


def event_of(minutes: int) -> Event:
    return Event(minutes=minutes, starts_at=START, ends_at=minute(minutes))


def test_each_begins_where_the_one_before_ends():
    rows = timed(segments(10, 25, 5), START)
    assert [row.starts_at for row in rows] == [START, minute(10), minute(35)]
    assert rows[-1].ends_at == minute(40)


@given(lengths)
def test_segments_follow_each_other_without_gaps_and_last_as_long_as_they_say(minutes):
    rows = timed(segments(*minutes), START)
    assert [row.segment.minutes for row in rows] == minutes
    assert all(one.ends_at == other.starts_at for one, other in pairwise(rows))
    assert [(row.ends_at - row.starts_at) // timedelta(minutes=1) for row in rows] == minutes
    if rows:
        assert (rows[0].starts_at, rows[-1].ends_at) == (START, minute(sum(minutes)))


@given(lengths, st.integers(min_value=1, max_value=1440))
def test_exactly_what_ends_after_the_event_overruns(minutes, length):
    event = event_of(length)
    rows = timed_of(event, segments(*minutes))
    assert [row.overruns for row in rows] == [sum(minutes[: number + 1]) > length for number in range(len(minutes))]
    assert any(row.overruns for row in rows) == (fit(event, segments(*minutes)).over > 0)


def test_without_an_end_nothing_overruns():
    assert [row.overruns for row in timed(segments(1440, 1440), START)] == [False, False]


@given(lengths, st.integers(min_value=1, max_value=1440))
def test_what_is_left_or_over_makes_up_the_difference(minutes, length):
    found = fit(event_of(length), segments(*minutes))
    assert found.planned + found.left - found.over == length
    assert 0 in (found.left, found.over)


def test_fit_says_how_much_is_left():
    found = fit(event_of(120), segments(60, 55))
    assert found == Fit(planned=115, length=120)
    assert (found.left, found.over, Fit(125, 120).over) == (5, 0, 5)


@given(lengths, moments)
def test_every_segment_is_over_on_or_ahead(minutes, at):
    rows = timed(segments(*minutes), START)
    moment = now_and_next(rows, at)
    ahead = [moment.following, *moment.later] if moment.following else moment.later
    assert [*moment.done, *([moment.current] if moment.current else []), *ahead] == rows
    assert all(row.ends_at <= at for row in moment.done) and all(row.starts_at > at for row in ahead)
    if moment.current:
        assert moment.current.starts_at <= at < moment.current.ends_at


@given(lengths, moments)
def test_phase_says_where_it_stands(minutes, at):
    moment = now_and_next(timed(segments(*minutes), START), at)
    end = minute(sum(minutes))
    expected = "empty" if not minutes else "before" if at < START else "running" if at < end else "over"
    assert moment.phase == expected
    assert (moment.current is not None) == (expected == "running")


def test_the_minute_of_the_change_belongs_to_the_next_one():
    one, two, three = rows = timed(segments(10, 20, 30), START)
    moment = now_and_next(rows, minute(10))
    assert (moment.done, moment.current, moment.following, moment.later) == ([one], two, three, [])
    assert now_and_next(rows, minute(10) - timedelta(microseconds=1)).current == one


def test_lengths_are_said_rounded_up():
    spans = [timedelta(seconds=1), timedelta(minutes=5), timedelta(minutes=65), timedelta(days=2, hours=3, minutes=9)]
    assert [in_words(span) for span in spans] == ["1 min", "5 min", "1 h 5 min", "2 d 3 h"]
