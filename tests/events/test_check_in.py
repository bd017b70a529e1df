"""The check-in code: derived from event and time, easy to read, forgiving to type, and good for ten minutes at most."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from events import check_in
from events.models import Event

EVENT = Event(
    uid=UUID(int=4), state="scheduled",
    starts_at=datetime(2026, 12, 2, 13, tzinfo=UTC), ends_at=datetime(2026, 12, 2, 14, 30, tzinfo=UTC),
)  # fmt: skip
WINDOW_BEGINS = datetime(2026, 12, 2, 13, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
uids = st.uuids(version=4)
noise = st.text(" -._\u00a0\u2013/", max_size=3)


@given(uid=uids, at=moments)
def test_code_is_six_plain_signs(uid, at):
    code = check_in.code_at(Event(uid=uid), at)
    assert len(code) == 6 and set(code) <= set("23456789CDFGHJKMNPQRTVWXY")
    assert not set(code) & set("0O1ILBSZAEU")


@given(uid=uids, at=moments, seconds=st.integers(0, 1200))
def test_code_holds_in_its_own_window_and_the_next_and_no_longer(uid, at, seconds):
    event, later = Event(uid=uid), at + timedelta(seconds=seconds)
    windows = later.timestamp() // 300 - at.timestamp() // 300
    same = check_in.code_at(event, at) in (
        check_in.code_at(event, later),
        check_in.code_at(event, later - 300 * SECOND),
    )
    assert check_in.is_right(event, check_in.code_at(event, at), later) == (windows <= 1 or same)


@given(uid=uids, at=moments, between=st.lists(noise, min_size=7, max_size=7), small=st.booleans())
def test_code_may_be_typed_loosely(uid, at, between, small):
    code = check_in.code_at(Event(uid=uid), at)
    typed = "".join(a + b for a, b in zip(between, [*code, ""], strict=True))
    assert check_in.is_right(Event(uid=uid), typed.lower() if small else typed, at)


@given(typed=st.text(max_size=40), uid=uids, at=moments)
def test_nothing_else_is_right(typed, uid, at):
    event = Event(uid=uid)
    codes = {check_in.code_at(event, at), check_in.code_at(event, at - 300 * SECOND)}
    assert check_in.is_right(event, typed, at) == (check_in.loosely(typed) in codes)


@given(uid=uids, other=uids, at=moments)
def test_each_event_has_codes_of_its_own(uid, other, at):
    same = check_in.code_at(Event(uid=uid), at) == check_in.code_at(Event(uid=other), at)
    assert same == (uid == other)


def test_codes_of_a_day_hardly_repeat():
    codes = {check_in.code_at(EVENT, WINDOW_BEGINS + n * check_in.WINDOW) for n in range(288)}
    assert len(codes) == 288


def test_code_changes_on_the_second():
    first = check_in.code_at(EVENT, WINDOW_BEGINS)
    assert check_in.code_at(EVENT, WINDOW_BEGINS + 299 * SECOND) == first
    assert check_in.code_at(EVENT, WINDOW_BEGINS + 300 * SECOND) != first
    assert check_in.changes_at(WINDOW_BEGINS) == WINDOW_BEGINS + 300 * SECOND
    assert check_in.changes_at(WINDOW_BEGINS + 299 * SECOND) == WINDOW_BEGINS + 300 * SECOND
    assert check_in.is_right(EVENT, first, WINDOW_BEGINS + 599 * SECOND)
    assert not check_in.is_right(EVENT, first, WINDOW_BEGINS + 600 * SECOND)
    assert not check_in.is_right(EVENT, first, WINDOW_BEGINS - SECOND)


def test_code_hangs_on_the_secret_key():
    before = check_in.code_at(EVENT, WINDOW_BEGINS)
    with override_settings(SECRET_KEY="y" * 60):
        assert check_in.code_at(EVENT, WINDOW_BEGINS) != before


@pytest.mark.parametrize(
    ("minutes", "taken"),
    [(-20 - 1 / 60, False), (-20, True), (0, True), (90, True), (105 - 1 / 60, True), (105, False)],
)
def test_codes_are_taken_until_a_quarter_of_an_hour_after_the_end(minutes, taken):
    assert check_in.takes_codes(EVENT, EVENT.starts_at + timedelta(minutes=minutes)) is taken


@pytest.mark.parametrize(("state", "taken"), [("draft", False), ("cancelled", False), ("closed", True)])
def test_codes_are_taken_of_what_takes_place(state, taken):
    event = Event(state=state, starts_at=EVENT.starts_at, ends_at=EVENT.ends_at)
    assert check_in.takes_codes(event, EVENT.starts_at) is taken
