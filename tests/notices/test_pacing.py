"""What can wait leaves by day and at a distance, whoever posts it and with however many workers."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest

from notices import delivery, kinds, pacing, turns
from notices.models import Notice, Preference
from tests.events.test_two_at_once import meet
from tests.notices.servers import deliver

State = Notice.State
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
MORNING = datetime(2026, 11, 21, 13, tzinfo=UTC)  # 08:00 in Lima, where it is 04:00 at `at`
EVENING = datetime(2026, 11, 21, 20, tzinfo=UTC)  # in Accra

ANY_HOUR = [
    "registration_confirmed", "registration_cancelled", "waitlisted", "promoted", "offered", "offer_expired",
    "rescheduled", "rescheduled_series", "event_cancelled", "role_invitation", "reminder_1h", "application_received",
    "account/email/login_code", "somebody else's",
]  # fmt: skip
BY_DAY = ["reminder_7d", "reminder_24h", "materials_posted", "feedback_request", "feedback_reminder"]


def states() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("state", flat=True))


def sent_at() -> list[datetime]:
    return list(Notice.objects.filter(state=State.SENT).order_by("finished_at").values_list("finished_at", flat=True))


def is_untouched(notice: Notice) -> bool:
    """Nobody would know that a worker has looked at it."""
    notice.refresh_from_db()
    return (notice.state, notice.attempts, notice.claimed_at, notice.claimed_by) == (State.QUEUED, 0, None, "")


# By day only.


def test_by_night_a_message_waits_for_eight_in_the_morning_by_her_clock(write, at):
    notice = write(zone="America/Lima")
    assert deliver(at) == {}
    assert is_untouched(notice)
    assert notice.next_attempt_at == MORNING
    assert deliver(MORNING - SECOND) == {}
    assert deliver(MORNING) == {"sent": 1}


@pytest.mark.parametrize(
    ("there", "leaves"),
    [
        ("2026-11-21 07:59:59", "2026-11-21 08:00:00"),
        ("2026-11-21 08:00:00", "2026-11-21 08:00:00"),
        ("2026-11-21 19:59:59", "2026-11-21 19:59:59"),
        ("2026-11-21 20:00:00", "2026-11-22 08:00:00"),
        ("2026-11-22 00:00:00", "2026-11-22 08:00:00"),
    ],
)
def test_day_is_from_eight_to_twenty(write, at, there, leaves):
    moment = datetime.fromisoformat(f"{there}Z")
    notice = write(posted_at=at - timedelta(hours=9))
    deliver(moment)
    notice.refresh_from_db()
    assert f"{notice.finished_at or notice.next_attempt_at:%Y-%m-%d %H:%M:%S}" == leaves


@pytest.mark.parametrize("kind", ANY_HOUR)
def test_what_answers_or_is_pressing_goes_by_night(write, at, kind):
    write(kind, zone="America/Lima")
    assert deliver(at) == {"sent": 1}


@pytest.mark.parametrize("kind", BY_DAY)
def test_reminders_of_days_and_what_tells_or_asks_waits(write, at, kind):
    write(kind, zone="America/Lima")
    assert deliver(at) == {}


def test_message_that_would_come_too_late_in_the_morning_is_missed_at_once(write, at):
    notice = write(zone="America/Lima", expires_at=MORNING)
    assert deliver(at) == {"missed": 1}
    notice.refresh_from_db()
    assert (notice.state, notice.finished_at, notice.problem) == (State.MISSED, at, pacing.NIGHT)


def clock_past(evening: datetime):
    """A clock that passes eight in the evening between claim and sending."""
    moments = iter([evening - SECOND] * 2)
    return lambda: next(moments, evening)


def test_night_that_falls_after_the_claim_is_kept(write):
    notice = write()
    assert delivery.deliver_due(clock=clock_past(EVENING)) == {"queued": 1}
    assert is_untouched(notice)
    assert notice.next_attempt_at == EVENING + timedelta(hours=12)


def test_night_that_falls_after_the_claim_and_outlasts_the_message_ends_it(write):
    write(expires_at=EVENING + MINUTE)
    assert delivery.deliver_due(clock=clock_past(EVENING)) == {"missed": 1}


def test_what_was_tried_before_waits_as_what_was_tried_before(write, server, at):
    server.answers = [smtplib.SMTPDataError(451, b"later")]
    notice = write()
    deliver(EVENING - MINUTE)
    deliver(EVENING + MINUTE)
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.problem) == (State.RETRY, 1, "451 later")
    assert notice.next_attempt_at == EVENING + timedelta(hours=12)


def test_zone_that_the_world_gave_up_holds_up_nobody(write, at):
    write(zone="Mars/Olympus")
    write(address="bo@example.org")
    assert deliver(at) == {"sent": 2}


def test_night_of_many_is_put_aside_in_one_run(write, at, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 2)
    for number in range(5):
        write(address=f"n{number}@example.org", zone="America/Lima")
    write("offered", priority=Notice.Priority.OPTIONAL)
    assert deliver(at) == {"sent": 1}
    assert set(Notice.objects.filter(kind="digest").values_list("next_attempt_at", flat=True)) == {MORNING}


# At a distance.


def test_second_of_two_waits_ten_minutes_and_none_is_dropped(write, at):
    [write() for _ in range(3)]
    for minute in range(25):
        deliver(at + minute * MINUTE)
    assert sent_at() == [at, at + 10 * MINUTE, at + 20 * MINUTE]


def test_later_message_counts_from_the_one_before(write, at):
    write()
    deliver(at)
    notice = write(posted_at=at + 4 * MINUTE)
    assert deliver(at + 4 * MINUTE) == {}
    assert is_untouched(notice)
    assert notice.next_attempt_at == at + 10 * MINUTE
    assert deliver(at + 10 * MINUTE - SECOND) == {}
    assert deliver(at + 10 * MINUTE) == {"sent": 1}


def test_of_two_the_one_that_ends_first_goes_first(write, at):
    write(expires_at=at + timedelta(days=2))
    write(expires_at=at + timedelta(minutes=5))
    assert deliver(at) == {"sent": 1}
    assert states() == ["queued", "sent"]


def test_message_that_cannot_wait_so_long_is_missed_with_the_reason(write, at):
    write(expires_at=at + timedelta(minutes=4))
    late = write(expires_at=at + timedelta(minutes=10))
    assert deliver(at) == {"sent": 1, "missed": 1}
    late.refresh_from_db()
    assert (late.state, late.problem) == (State.MISSED, pacing.TOO_CLOSE)


def test_distance_that_ends_by_night_lasts_until_the_morning(write):
    write()
    deliver(EVENING - 5 * MINUTE)
    notice = write(posted_at=EVENING - 4 * MINUTE)
    deliver(EVENING - 4 * MINUTE)
    notice.refresh_from_db()
    assert notice.next_attempt_at == EVENING + timedelta(hours=12)


@pytest.mark.parametrize(
    ("address", "states_then"), [("ANA@example.org", ["sent", "queued"]), ("b@example.org", ["sent"] * 2)]
)
def test_person_is_known_by_her_address(write, at, address, states_then):
    write()
    write(address=address)
    deliver(at)
    assert states() == states_then


def test_person_is_known_by_her_account_too(write, at, ana):
    write(member=ana)
    write(member=ana, address="ana.quispe@example.org")
    deliver(at)
    deliver(at + MINUTE)
    assert states() == ["sent", "queued"]


def test_answers_neither_wait_nor_let_others_wait(write, at):
    write("offered")
    write()
    write("waitlisted")
    assert deliver(at) == {"sent": 3}


@pytest.mark.parametrize("state", [State.FAILED, State.SUPPRESSED, State.CANCELLED, State.MISSED])
def test_only_what_was_sent_is_kept_away_from(write, at, state):
    write()
    Notice.objects.update(state=state, finished_at=at)
    write()
    assert deliver(at) == {"sent": 1}


def test_message_that_nobody_wants_takes_no_place(write, at, ana, monkeypatch):
    monkeypatch.setitem(kinds._KINDS, "news", kinds.Kind(name="news", label="", wish="News", keeps_distance=True))
    Preference.objects.create(member=ana, kind="news", wanted=False, changed_at=at)
    write("news", member=ana, expires_at=at + MINUTE)
    write(member=ana)
    assert deliver(at) == {"suppressed": 1, "sent": 1}


def test_what_another_worker_has_in_hand_goes_now(write, at):
    write()
    [one] = delivery.claim(worker="one", at=at, size=1)
    other = write()
    assert delivery.claim(worker="two", at=at + SECOND, size=1) == []
    other.refresh_from_db()
    assert other.next_attempt_at == at + SECOND + 10 * MINUTE
    assert (one.state, other.state) == (State.SENDING, State.QUEUED)


def test_distance_costs_a_claim_three_queries_for_any_number(write, at, django_assert_num_queries):
    def claim(number):
        for index in range(number):
            write(address=f"{number}.{index}@example.org")
        with django_assert_num_queries(6):  # two of the transaction, the rows, the turn, the last ones, the claim
            assert len(delivery.claim(worker="one", at=at, size=50)) == number

    claim(3)
    claim(30)


def test_clock_that_is_set_back_keeps_nobody_waiting(write, at):
    write()
    deliver(at + timedelta(hours=3))
    write()
    assert deliver(at) == {"sent": 1}


# Two workers at once.


def claims(worker: str, at: datetime):
    return lambda: len(delivery.claim(worker=worker, at=at, size=1))


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_both_let_a_message_go_to_her(write, at):
    [write() for _ in range(2)]
    assert meet(claims("one", at), claims("two", at)) == 0
    assert sorted(states()) == ["queued", "sending"]


@pytest.mark.django_db(transaction=True)
def test_without_taking_turns_two_workers_would(write, at, monkeypatch):
    """The negative control: neither sees what the other has taken."""
    monkeypatch.setattr(turns, "wait_for_turn", lambda: None)
    [write() for _ in range(2)]
    assert meet(claims("one", at), claims("two", at), waits=False) == 1
    assert states() == ["sending", "sending"]


@pytest.mark.django_db(transaction=True)
def test_workers_with_answers_do_not_wait_for_each_other(write, at):
    [write("offered") for _ in range(2)]
    assert meet(claims("one", at), claims("two", at), waits=False) == 1
