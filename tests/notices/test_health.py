"""What `manage.py status` says of the outbox, and when it wants somebody to look."""

import json
from contextlib import suppress

import pytest
from django.core.management import call_command

from notices import heartbeats
from notices.health import health
from notices.models import RefusedAddress
from tests.notices.servers import deliver


@pytest.fixture
def refused(db, at):
    """An address that was refused so often."""

    def refused(number: int) -> None:
        stopped = at if number >= RefusedAddress.STOPS_AT else None
        address = f"n{number}@example.org"
        RefusedAddress.objects.create(address=address, refusals=number, last_at=at, stopped_at=stopped)

    return refused


@pytest.fixture
def attention(db, clock, at, capsys):
    """What needs a person, while the ticks are alive."""
    for name in heartbeats.NAMES:
        heartbeats.leave(name, at=at)

    def attention() -> list[str]:
        with suppress(SystemExit):
            call_command("status", "--json")
        return json.loads(capsys.readouterr().out)["attention"]

    return attention


def test_health_counts_states_and_stopped_addresses(write, refused, at):
    write("offered")
    deliver(at)
    [refused(number) for number in (1, 3, 4)]
    found = health(at=at)
    assert (found["by_state"], found["oldest_due_seconds"]) == ({"sent": 1}, None)
    assert (found["last_sent_at"], found["stopped_addresses"]) == (at.isoformat(), 2)


def test_status_tells_of_stopped_addresses_alone(attention, refused):
    refused(2)
    assert attention() == []
    refused(3)
    assert attention() == ["1 address was refused three times; nothing is sent there any more."]
