"""What machines and the command ask: whether reminders and delivery still come to their end."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from notices import heartbeats

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def health(client):
    answer = client.get(reverse("healthz"))
    assert answer.status_code == 200  # whatever the ticks do: the web answers
    return answer.json()


def status(capsys):
    """What the command says needs a person."""
    with suppress(SystemExit):  # with 1 when something needs a person
        call_command("status", "--json")
    return json.loads(capsys.readouterr().out)


def test_ticks_are_told_with_their_seconds(client, at):
    heartbeats.leave(heartbeats.REMINDERS, at=at - timedelta(seconds=40))
    heartbeats.leave(heartbeats.DELIVERY, at=at - timedelta(seconds=3))
    assert health(client) == {
        "status": "ok",
        "ticks": {"reminders": {"seconds": 40, "state": "ok"}, "delivery": {"seconds": 3, "state": "ok"}},
    }


@pytest.mark.parametrize(("seconds", "state"), [(300, "ok"), (301, "red"), (-300, "ok"), (-301, "red")])
def test_tick_is_red_after_five_minutes_and_when_it_lies_in_the_future(client, at, seconds, state):
    heartbeats.leave(heartbeats.REMINDERS, at=at - timedelta(seconds=seconds))
    assert health(client)["ticks"]["reminders"] == {"seconds": max(seconds, 0), "state": state}


def test_fresh_installation_is_red_and_answers(client):
    never = {"seconds": None, "state": "red"}
    assert health(client) == {"status": "ok", "ticks": {"reminders": never, "delivery": never}}


def test_command_tells_the_same_and_what_needs_a_person(client, at, capsys):
    heartbeats.leave(heartbeats.REMINDERS, at=at - timedelta(minutes=6))
    heartbeats.leave(heartbeats.DELIVERY, at=at)
    facts = status(capsys)
    assert facts["ticks"] == health(client)["ticks"]
    assert facts["attention"] == ["No reminder run has come to its end for over five minutes; is beat running?"]


def test_command_is_at_peace_when_both_ran(at, capsys):
    for name in heartbeats.NAMES:
        heartbeats.leave(name, at=at)
    assert status(capsys)["attention"] == []
