"""Each thing that must be true after a merge, and a row that breaks it."""

import pytest
from django.db import connection

from events.models import AttendanceEvidence
from forestallies.merging.invariants import violations
from members.models import FormerAddress, Merged


@pytest.fixture
def merged(ana, at) -> Merged:
    return Merged.objects.create(of="person", former_id=-7, member=ana, at=at)


def test_all_is_well_after_a_merge(merged, at):
    assert list(violations(at=at)) == []


def test_record_that_is_there_again(merged, cy, at):
    Merged.objects.update(former_id=cy.pk)
    assert list(violations(at=at)) == [f"person {cy.pk} was merged, yet its record is there"]


def test_name_beside_a_person_who_is_no_more(merged, workshop, at):
    row = AttendanceEvidence.objects.create(event=workshop, source="join_click", match="beside:-7", created_at=at)
    assert list(violations(at=at)) == [f"evidence {row.pk} is of somebody beside a person who was merged"]


def test_former_address_that_is_anothers(ana, cy, at):
    FormerAddress.objects.create(member=ana, address=ana.email, since=at)
    row = FormerAddress.objects.create(member=ana, address=cy.email, since=at)
    assert list(violations(at=at)) == [f"former address {row.pk} of member {ana.pk} is another member's address"]


def test_key_of_the_database_that_is_gone(db, at):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'members_consent'::regclass"
        )
        cursor.execute(f'ALTER TABLE members_consent DROP CONSTRAINT "{cursor.fetchone()[0]}"')
    assert list(violations(at=at)) == ["table members_consent lacks a foreign key to members_member"]
