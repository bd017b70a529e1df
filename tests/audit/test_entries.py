import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry, record


@pytest.fixture
def written(ana, bo, at):
    return record(verb="member.changed", subject=ana, by=bo, at=at, fields=["zone"])


def test_entry_tells_who_did_what_to_what(written, ana, bo):
    entry = Entry.objects.about(ana).get()
    assert (entry.actor_id, entry.verb, entry.subject_type, entry.detail) == (
        bo.pk,
        "member.changed",
        "members.member",
        {"fields": ["zone"]},
    )


def test_entry_outlives_what_it_tells_of(written, bo):
    bo.grants.all().delete()
    bo.delete()
    assert Entry.objects.get(pk=written.pk).actor_id == written.actor_id


def test_database_refuses_to_change_an_entry(written):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Entry.objects.filter(pk=written.pk).update(verb="nothing")


def test_database_refuses_to_delete_an_entry(written):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        written.delete()
