"""The notes of a group: everybody in it writes, nothing is overwritten, nothing is lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from audit.models import Entry
from tests.factories import MemberFactory, RegistrationFactory, RoleFactory, WorkshopFactory, join
from workshops.actions import notes
from workshops.actions.notes import NotesMovedOn


@pytest.fixture
def held(ana):
    """A workshop in which Ana has a seat."""
    workshop = WorkshopFactory.create()
    RegistrationFactory.create(event=workshop.event_ptr, member=ana)
    return workshop


@pytest.fixture
def eve(held):
    """A co-facilitator of that workshop."""
    member = join(MemberFactory.create(name="Eve"), held.gathering.community.circle)
    RoleFactory.create(event=held.event_ptr, member=member, kind="co_facilitator")
    return member


def save(workshop, words, version, by, at=None):
    return notes.save(workshop=workshop, words=words, version=version, by=by, at=at or workshop.starts_at)


def test_words_of_others_stay_as_an_earlier_version(held, ana, eve):
    save(held, "We met.", 0, ana)
    save(held, "We agreed.", 1, eve)
    found = held.group_notes.values_list("version", "words", "author__name")
    assert list(found) == [(2, "We agreed.", "Eve"), (1, "We met.", "Ana Quispe")]


def test_old_page_overwrites_nothing(held, ana, eve):
    save(held, "We met.", 0, ana)
    with pytest.raises(NotesMovedOn) as refusal:
        save(held, "I was alone.", 0, eve)
    assert (refusal.value.note.words, held.group_notes.count()) == ("We met.", 1)


def test_own_words_within_a_sitting_are_one_version_that_others_still_notice(held, ana, eve):
    save(held, "We", 0, ana)
    save(held, "We met.", 1, ana)
    assert list(held.group_notes.values_list("version", "words")) == [(2, "We met.")]
    with pytest.raises(NotesMovedOn):
        save(held, "I write on the first.", 1, eve)


def test_same_words_again_change_nothing(held, ana):
    for version in (0, 0, 7):
        save(held, "We met.", version, ana)
    assert held.group_notes.get().version == 1
    [entry] = Entry.objects.filter(verb="group_note.saved")
    assert entry.detail == {"workshop": held.pk, "version": 1}


def test_participants_write_from_the_doors_until_two_weeks_after(held, ana, eve):
    doors, closes = held.doors_open_at(), held.ends_at + timedelta(days=14)
    for moment in (doors - timedelta(seconds=1), closes):
        with pytest.raises(PermissionDenied, match="These notes are closed"):
            save(held, "x", 0, ana, moment)
    save(held, "at the door", 0, ana, doors)
    save(held, "prepared", 1, eve, doors - timedelta(days=3))  # the team is not bound to it
    save(held, "at last", 2, ana, closes - timedelta(seconds=1))


def test_who_has_no_seat_neither_reads_nor_writes(held, bo, cy):
    waiting = MemberFactory.create()
    RegistrationFactory.create(event=held.event_ptr, member=waiting, state="waitlisted", queue_no=1)
    for person in (cy, waiting):
        with pytest.raises(PermissionDenied, match="for those who have a seat"):
            save(held, "x", 0, person)
    save(held, "by the coordinator", 0, bo)


def test_nobody_writes_into_a_workshop_that_was_called_off(ana):
    workshop = WorkshopFactory.create(state="cancelled")
    RegistrationFactory.create(event=workshop.event_ptr, member=ana)
    with pytest.raises(PermissionDenied, match="These notes are closed"):
        save(workshop, "x", 0, ana)
