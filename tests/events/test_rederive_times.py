"""New zone rules: what stands on the wall stays, the instants follow, and people are told."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from events.actions import schedule
from events.models import Event
from events.telling import UNDO, MoveRef
from forestallies.lib import zones
from notices import delivery
from notices.models import Notice
from tests.factories import RegistrationFactory, WorkshopFactory

pytestmark = pytest.mark.usefixtures("clock")
HOUR = timedelta(hours=1)


@pytest.fixture
def event(ana, community) -> Event:
    """At 10:00 in São Paulo (13:00Z) on 2 December 2026; Ana, in Lima, has a seat."""
    made = WorkshopFactory.create(wall_time=time(10), zone="America/Sao_Paulo").event_ptr
    RegistrationFactory.create(event=made, member=ana)
    return made


@pytest.fixture
def summer_time(monkeypatch) -> None:
    """Brazil brings its summer time back: from now on São Paulo is two hours behind UTC."""
    derive = zones.instants

    def instants(wall_date, wall_time, minutes, zone):
        off = HOUR if zone == "America/Sao_Paulo" else timedelta()
        start, end = derive(wall_date, wall_time, minutes, zone)
        return start - off, end - off

    monkeypatch.setattr(zones, "instants", instants)


def run(*options: str) -> int:
    """Run the command; give its exit status."""
    try:
        call_command("rederive_times", *options)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_nothing_to_do_is_fine(event, capsys):
    assert (run(), run("--dry-run")) == (0, 0)
    assert capsys.readouterr().out.splitlines() == ["0 events were brought in line.", "0 events are out of line."]
    assert not Entry.objects.filter(verb="event.rederived").exists()


def test_event_follows_its_wall_clock(event, summer_time):
    assert run() == 0
    event.refresh_from_db()
    assert (event.wall_time, event.starts_at, event.sequence) == (time(10), datetime(2026, 12, 2, 12, tzinfo=UTC), 1)
    assert event.ends_at - event.starts_at == timedelta(minutes=90)
    entry = Entry.objects.get(verb="event.rederived")
    assert (entry.actor_id, entry.detail["before"][0], entry.detail["after"][0]) == (
        None, "2026-12-02T13:00Z", "2026-12-02T12:00Z",
    )  # fmt: skip


def test_people_are_told_once_as_of_a_move(event, summer_time, at):
    run()
    run()
    assert delivery.deliver_due(clock=lambda: at + UNDO) == {"sent": 1}
    notice = Notice.objects.get()
    move = MoveRef.parse(notice.subject_ref)
    assert (notice.kind, move.told.starts_at.hour, move.new.starts_at.hour) == ("rescheduled", 13, 12)


def test_instant_written_wrongly_is_mended(event):
    Event.objects.update(starts_at=event.starts_at + HOUR, ends_at=event.ends_at + HOUR)
    assert run() == 0
    event.refresh_from_db()
    assert event.starts_at == datetime(2026, 12, 2, 13, tzinfo=UTC)


def test_dry_run_finds_and_changes_nothing(event, summer_time, capsys):
    assert run("--dry-run", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["dry_run"] is True
    assert [(one["id"], one["wall"]) for one in found["events"]] == [(event.pk, "2026-12-02 10:00 America/Sao_Paulo")]
    assert (Event.objects.get().sequence, Notice.objects.count()) == (0, 0)


def test_draft_follows_in_silence(event, summer_time):
    Event.objects.update(state=Event.State.DRAFT)
    run()
    assert (Event.objects.get().sequence, Notice.objects.count()) == (1, 0)


@pytest.mark.parametrize("state", [Event.State.CLOSED, Event.State.CANCELLED])
def test_what_is_over_with_stays(event, summer_time, state):
    Event.objects.update(state=state)
    assert run("--dry-run") == 0
    run()
    assert Event.objects.get().starts_at == event.starts_at


@pytest.mark.parametrize("minutes", [0, 60, 600])
def test_what_has_begun_or_was_held_stays(event, summer_time, clock, minutes):
    clock.move_to(event.starts_at + timedelta(minutes=minutes))
    run()
    assert (Event.objects.get().starts_at, Event.objects.get().sequence) == (event.starts_at, 0)


def test_other_zones_are_left_alone(event, community, summer_time, at):
    WorkshopFactory.create(wall_date=date(2026, 12, 3), zone="America/Lima")
    assert [found.pk for found in schedule.rederive(at=at)] == [event.pk]


def test_wrong_use_is_refused(db):
    with pytest.raises(CommandError):
        call_command("rederive_times", "--at", "2026-12-01")
