"""The command: what it may be asked, and what it never does."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import CommandError
from django.db import transaction

from events.actions import registrations
from events.models import Event, Registration
from forestallies.demo.accounts import ACCOUNTS
from members.models import Member, Theme
from tests.demo.conftest import seed
from tests.demo.rows import counts, lines
from tests.factories import MemberFactory

DAY = "2026-11-20"


def account(key: str) -> Member:
    return Member.objects.get(email=next(one.email for one in ACCOUNTS if one.key == key))


def test_seed_demo_twice_adds_nothing(demo):
    before = counts()
    seed("--today", DAY)
    seed("--today", "2026-11-25")
    seed()
    assert counts() == before


def test_seed_demo_writes_the_same_rows_into_every_database(db):
    with transaction.atomic():
        seed("--today", DAY)
        first = lines()
        transaction.set_rollback(True)
    assert Member.objects.count() == 0
    seed("--today", DAY)
    assert lines() == first


def test_seed_demo_takes_the_day_of_the_portals_clock(db):
    with time_machine.travel(datetime(2026, 11, 26, 1, tzinfo=UTC), tick=False):
        seed()
    assert Event.objects.filter(slug="sske-2026-27-session-3", wall_date="2026-11-25").exists()


def test_seed_demo_leaves_alone_what_people_did(demo):
    event = Event.objects.get(slug="autumn-2026-ecosystem-services")
    seat = Registration.objects.get(event=event, member=account("member-ID"))
    registrations.cancel(registration=seat, by=seat.member, at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    before = lines()
    seed("--today", DAY)
    assert lines() == before
    assert Registration.objects.get(event=event, member=account("member-GT")).state == "offered"


def test_seed_demo_refuses_a_database_with_real_people(db):
    MemberFactory.create()
    with pytest.raises(CommandError, match="holds real people") as refusal:
        seed("--today", DAY)
    assert refusal.value.returncode == 2
    assert Theme.objects.count() == 0


def test_seed_demo_goes_beside_real_people_when_the_demo_is_on(db, settings):
    settings.DEMO = True
    MemberFactory.create()
    seed("--today", DAY)
    assert Member.objects.filter(is_demo=True).count() == 248


def test_seed_demo_sets_no_known_password_outside_demo_and_embedded_runs(db, settings):
    settings.DEMO = settings.EMBEDDED = False
    seed("--today", DAY)
    assert not any(member.has_usable_password() for member in Member.objects.all())


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "", "2021-06-01", "9999-12-31"])
def test_seed_demo_refuses_a_wrong_day(db, day):
    with pytest.raises(CommandError, match=r"--today|days from") as refusal:
        seed("--today", day)
    assert refusal.value.returncode == 2


def test_seed_demo_refuses_another_week_than_that_of_the_demo_there(demo):
    before = counts()
    with pytest.raises(CommandError, match="dated for the week from 2026-11-19") as refusal:
        seed("--today", "2026-11-26")
    assert refusal.value.returncode == 2
    assert counts() == before


@pytest.mark.parametrize("scale", ["0", "-1", "2.5", "many", "101"])
def test_seed_demo_refuses_a_wrong_scale(db, scale):
    with pytest.raises(CommandError, match="not a whole number from 1 to 100") as refusal:
        seed(f"--scale={scale}")
    assert refusal.value.returncode == 2


def test_if_empty_asks_one_question_where_the_demo_is(demo, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert seed("--if-empty") == ""


def test_seed_demo_needs_few_statements(db, django_assert_max_num_queries):
    with django_assert_max_num_queries(500):
        said = seed("--today", DAY)
    assert said == "The demo is loaded: 248 people, 68 organisations, 43 events, 1421 registrations.\n"


def test_scale_adds_people_events_and_registrations_in_bulk(demo, django_assert_max_num_queries):
    before = counts()
    with django_assert_max_num_queries(300):
        said = seed("--scale", "3")
    assert said == "The demo is loaded: 648 people, 168 organisations, 67 events, 7901 registrations.\n"
    grown = counts()
    seed("--scale", "3")
    seed()
    assert counts() == grown != before
