"""Merging beside somebody who registers, and beside another merge: one waits for the other and sees what it did.

Each lock has a twin without it, in which the same meeting goes wrong.
"""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection

from events.actions import registrations
from events.invariants import violations
from events.models import Event, Registration
from forestallies.merging import merge
from forestallies.merging.merge import MergeRefused, merge_people
from members.models import Member
from tests.conftest import NOW
from tests.events.test_two_at_once import meet
from tests.factories import MemberFactory, WorkshopFactory, join

pytestmark = pytest.mark.django_db(transaction=True)
MEMBER_LOCK = "PERFORM FROM members_member AS m WHERE m.id = person FOR KEY SHARE;"


@pytest.fixture
def event(community) -> Event:
    return WorkshopFactory.create(capacity=5).event_ptr


@pytest.fixture
def two(event) -> list[Member]:
    return [join(MemberFactory.create(), event.home) for _ in range(2)]


@pytest.fixture
def root(db) -> Member:
    return MemberFactory.create(is_superuser=True)


def merging(kept: Member, other: Member, by: Member) -> Callable[[], object]:
    def act() -> object:
        try:
            return merge_people(kept_id=kept.pk, other_id=other.pk, chosen={}, by=by, at=NOW).kept.pk
        except MergeRefused as refusal:
            return str(refusal)

    return act


def registering(event: Event, who: Member) -> Callable[[], object]:
    return lambda: registrations.register(event=event, member=who, by=who, at=NOW).pk


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        merge,
        "_lock_people",
        lambda kept_id, other_id: (Member.objects.get(pk=kept_id), Member.objects.get(pk=other_id)),
    )


def test_merge_waits_for_a_registration_and_takes_it_along(event, two, root):
    said = meet(registering(event, two[1]), merging(*two, root))
    assert said == two[0].pk
    assert Registration.objects.get().member == two[0]
    assert list(violations(at=NOW)) == []


def test_without_the_lock_of_people_the_registration_stops_the_merge(event, two, root, monkeypatch):
    without_locks(monkeypatch)
    with pytest.raises(IntegrityError):
        meet(registering(event, two[1]), merging(*two, root))
    assert Member.objects.filter(pk=two[1].pk).exists()


def test_registration_waits_for_a_merge_and_is_refused_in_words(event, two, root):
    said = meet(merging(*two, root), registering(event, two[1]))
    assert said == "This person’s record was merged with another one meanwhile. Please look again."
    assert not Registration.objects.exists()


def test_without_its_lock_of_the_person_the_registration_breaks(event, two, root):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('events_enter'::regproc)")
        whole = cursor.fetchone()[0]
        assert MEMBER_LOCK in whole
        cursor.execute(whole.replace(MEMBER_LOCK, "PERFORM 1;"))
    try:
        with pytest.raises(IntegrityError):
            meet(merging(*two, root), registering(event, two[1]))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(whole)


def test_registration_of_the_kept_one_waits_and_succeeds(event, two, root):
    registering(event, two[1])()
    said = meet(merging(*two, root), registering(event, two[0]))
    assert said == Registration.objects.get(member=two[0], event=event).pk
    assert Registration.objects.count() == 1


def test_two_merges_the_other_way_round_leave_one_person(event, two, root):
    registering(event, two[0])()
    said = meet(merging(two[0], two[1], root), merging(two[1], two[0], root))
    assert said == "One of these two was merged with another record already."
    assert Registration.objects.get().member == Member.objects.exclude(pk=root.pk).get() == two[0]


def test_without_the_lock_of_people_the_second_merge_breaks(event, two, root, monkeypatch):
    without_locks(monkeypatch)
    registering(event, two[0])()
    with pytest.raises(DatabaseError):
        meet(merging(two[0], two[1], root), merging(two[1], two[0], root))
