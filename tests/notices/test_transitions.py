"""Every change of state that happens to a message stands in the table of its model; the database itself keeps watch."""

import smtplib
from datetime import timedelta

import pytest
from django.db import connection

from notices import delivery, guards, outbox
from notices.models import Notice, Preference
from tests.notices.servers import deliver

State = Notice.State
MINUTE, NIGHT = timedelta(minutes=1), timedelta(hours=12)
BY_STAFF = {(State.FAILED, State.QUEUED)}  # tests of `notices.actions.outbox`

WATCH = """
CREATE TEMPORARY TABLE seen (before text, after text);
CREATE FUNCTION pg_temp.see() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO seen VALUES (OLD.state, NEW.state); RETURN NULL; END';
CREATE TRIGGER see AFTER UPDATE ON notices_notice FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR OLD.claimed_by <> NEW.claimed_by) EXECUTE FUNCTION pg_temp.see();
"""


@pytest.fixture
def seen(db):
    with connection.cursor() as cursor:
        cursor.execute(WATCH)

    def seen() -> set[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT before, after FROM seen")
            return {(State(before), State(after)) for before, after in cursor.fetchall()}

    return seen


@pytest.fixture
def live(write, server, ana, at, monkeypatch):
    """Let everything happen to messages that can."""
    later = smtplib.SMTPDataError(451, b"later")

    def live() -> None:
        monkeypatch.setitem(guards._GUARDS, "no", lambda refs, _at: [guards.Verdict(False, "gone")] * len(refs))
        Preference.objects.create(member=ana, kind="digest", wanted=False, changed_at=at)
        # Sent, refused for now, refused for good, not wanted, switched off, out of reach with two more behind it.
        server.answers = [None, later, smtplib.SMTPDataError(554, b"never")]
        [write("offered") for _ in range(3)]
        write("offered", guard="no")
        write(member=ana)
        deliver(at)
        server.answers = [later, ConnectionRefusedError("no server")]
        [write("offered") for _ in range(3)]
        deliver(at + MINUTE)
        # Not in time: while it waits, while it waits again, by night, at a distance; taken back in both states.
        server.answers = [later] * 20
        tried = [write("offered", posted_at=at + 2 * MINUTE, expires_at=at + 3 * MINUTE) for _ in range(2)]
        deliver(at + 2 * MINUTE)
        server.answers = []
        outbox.withdraw_all(Notice.objects.filter(pk=tried[0].pk), at=at, reason="taken back")
        waiting = [write("offered", wait_until=at + NIGHT, expires_at=at + 3 * MINUTE) for _ in range(2)]
        outbox.withdraw_all(Notice.objects.filter(pk=waiting[0].pk), at=at, reason="taken back")
        deliver(at + 3 * MINUTE)
        [write(expires_at=at + 9 * MINUTE) for _ in range(2)]
        deliver(at + 3 * MINUTE)
        write(address="bo@example.org", zone="America/Lima", expires_at=at + 9 * MINUTE)
        deliver(at + 3 * MINUTE)
        # A worker dies: another one takes over, or has it wait for the day.
        write("offered"), write(address="cy@example.org")
        delivery.claim(worker="dead", at=at + 10 * MINUTE, size=50)
        delivery.claim(worker="heir", at=at + 20 * MINUTE, size=1)
        deliver(at + NIGHT)

    return live


def test_every_step_that_happens_is_in_the_table_and_every_step_of_the_table_happens(seen, live):
    live()
    table = {(before, after) for before, following in Notice.TRANSITIONS.items() for after in following}
    assert seen() == table - BY_STAFF


def test_table_speaks_of_every_state():
    assert set(Notice.TRANSITIONS) == set(State)
    assert {state for state, following in Notice.TRANSITIONS.items() if not following} == {
        State.SENT, State.SUPPRESSED, State.CANCELLED, State.MISSED,
    }  # fmt: skip


def test_watch_sees_a_step_that_is_not_in_the_table(seen, write):
    """The negative control."""
    write("offered")
    Notice.objects.update(state=State.SENT)
    assert seen() == {(State.QUEUED, State.SENT)}
