"""Somebody is erased while she, or somebody for her, registers her: she has no seat afterwards, and nobody hangs."""

import pytest
from django.db import connection
from django.db.utils import OperationalError

from events.actions import registrations
from events.models import Event, Registration
from forestallies.privacy.erasure import erase
from members.models import Member
from tests.conftest import NOW
from tests.events.test_two_at_once import Act, meet
from tests.factories import MemberFactory, WorkshopFactory, join
from tests.merging.test_at_once import MEMBER_LOCK

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event(community) -> Event:
    return WorkshopFactory.create(capacity=1).event_ptr


@pytest.fixture
def ana(event) -> Member:
    return join(MemberFactory.create(name="Ana Quispe"), event.home)


def register(event: Event, who: Member) -> Act:
    def act() -> object:
        try:
            return registrations.register(event=event, member=who, by=who, at=NOW).state
        except OperationalError as error:
            return str(error).splitlines()[0]

    return act


def gone(who: Member) -> Act:
    return lambda: bool(erase(member=Member.objects.get(pk=who.pk), by=who, keeps_certificates=True, at=NOW))


def seats(who: Member) -> int:
    return Registration.objects.standing().filter(member=who).count()


def test_registration_that_waited_for_the_erasure_is_refused(event, ana):
    got = meet(gone(ana), register(event, ana))
    assert (got, seats(ana)) == (f"member {ana.pk} was erased", 0)


def test_without_the_trigger_and_the_lock_she_would_have_a_seat(event, ana):
    """The negative control: what stops her is the look at her row once its lock is free. Coming in locks it, too."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_registration DISABLE TRIGGER registration_of_erased_person")
        cursor.execute("SELECT pg_get_functiondef('events_enter'::regproc)")
        whole = cursor.fetchone()[0]
        assert MEMBER_LOCK in whole
        cursor.execute(whole.replace(MEMBER_LOCK, "PERFORM 1;"))
    try:
        assert meet(gone(ana), register(event, ana)) == "confirmed"
        assert seats(ana) == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE events_registration ENABLE TRIGGER registration_of_erased_person")
            cursor.execute(whole)


def test_erasure_that_waited_for_the_registration_takes_the_seat_back(event, ana):
    assert meet(register(event, ana), gone(ana)) is True
    assert seats(ana) == 0
    assert Member.objects.get(pk=ana.pk).erased_at == NOW


def test_seat_that_came_between_the_two_steps_is_seen(event, ana, monkeypatch):
    from forestallies.privacy import erasure

    leave, came = erasure._leave, []

    def leave_and_be_registered(member, **options):
        leave(member, **options)
        if not came:
            came.append(register(event, ana)())

    monkeypatch.setattr(erasure, "_leave", leave_and_be_registered)
    gone(ana)()
    assert (came, seats(ana)) == (["confirmed"], 0)


def test_two_last_coordinators_do_not_leave_together(community):
    from forestallies.privacy.erasure import ErasureRefused
    from tests.factories import GrantFactory

    bo, dee = (GrantFactory.create(circle=community.circle).member for _ in range(2))

    def second() -> object:
        try:
            return gone(dee)()
        except ErasureRefused as refusal:
            return str(refusal)[:23]

    assert meet(gone(bo), second) == "Nobody else coordinates"
    assert Member.objects.filter(erased_at=None, pk__in=[bo.pk, dee.pk]).count() == 1
