"""What co-facilitators note: kept by version, so that nothing is overwritten, and audited without its words."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from audit.models import Entry
from events.actions import notes
from events.actions.notes import NoteMovedOn, NoteRefused
from events.actions.rooms import RoomsRefused, remove
from events.models import Event, Role, Room, RoomNote
from tests.conftest import NOW
from tests.events.test_two_at_once import meet
from tests.factories import RoleFactory, RoomFactory, WorkshopFactory

MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(community) -> Event:
    return WorkshopFactory.create().event_ptr


@pytest.fixture
def room(event, ana) -> Room:
    """A room whose host is Ana."""
    room = RoomFactory.create(event=event)
    room.hosts.add(RoleFactory.create(event=event, member=ana, kind="co_facilitator"))
    return room


def save(room, by, words, version=0, *, at=NOW, event=None) -> RoomNote:
    return notes.save(event=event or room.event, room=room, words=words, version=version, by=by, at=at)


def test_words_are_kept_and_the_version_grows(room, ana):
    first = save(room, ana, "Shade trees\r\nfirst  ")
    second = save(room, ana, "Shade trees, then water", first.version, at=NOW + MINUTE)
    assert (first.words, first.version) == ("Shade trees\nfirst", 1)
    assert RoomNote.objects.values_list("words", "version", "updated_at").get() == (
        "Shade trees, then water", 2, NOW + MINUTE,
    )  # fmt: skip
    assert second.pk == first.pk


def test_same_words_again_change_nothing_whatever_the_version(room, ana):
    save(room, ana, "Shade")
    assert [save(room, ana, "Shade", version, at=NOW + MINUTE).version for version in (0, 1, 9)] == [1, 1, 1]
    assert RoomNote.objects.get().updated_at == NOW


def test_page_that_is_older_overwrites_nothing(room, ana):
    save(room, ana, "From the phone")
    with pytest.raises(NoteMovedOn) as refusal:
        save(room, ana, "From the laptop", 0)
    assert (refusal.value.note.words, refusal.value.note.version) == ("From the phone", 1)
    assert RoomNote.objects.get().words == "From the phone"


def test_nothing_written_is_no_note_but_may_be_emptied(room, ana):
    save(room, ana, "  ")
    assert not RoomNote.objects.exists()
    note = save(room, ana, "Shade")
    assert save(room, ana, "", note.version).words == ""


def test_each_host_has_words_of_her_own(room, ana, bo):
    room.hosts.add(RoleFactory.create(event=room.event, member=bo, kind="facilitator"))
    save(room, ana, "Ana writes")
    save(room, bo, "Bo writes")
    assert set(RoomNote.objects.values_list("author__name", "words")) == {
        ("Ana Quispe", "Ana writes"), ("Bo Dupont", "Bo writes"),
    }  # fmt: skip


def test_audit_has_one_entry_for_each_sitting_and_no_words(room, ana):
    version, at = 0, NOW
    for number in range(40):
        at += MINUTE
        version = save(room, ana, f"Secret {number}", version, at=at).version
    assert Entry.objects.filter(verb="note.written").count() == 1
    save(room, ana, "Secret at night", version, at=at + notes.SITTING)
    entries = list(Entry.objects.filter(verb="note.written"))
    assert [entry.detail for entry in entries] == [{"event": room.event_id, "room": room.pk}] * 2


def test_host_of_another_room_notes_nothing_here(room, event, ana):
    other = RoomFactory.create(event=event)
    with pytest.raises(NoteRefused, match="You are no host of this room"):
        save(other, ana, "Shade")


def test_host_who_left_her_role_notes_nothing_more(room, ana):
    Role.objects.update(state="replaced")
    with pytest.raises(PermissionDenied):
        save(room, ana, "Shade")


def test_room_of_another_event_is_refused(room, ana, event):
    other = WorkshopFactory.create().event_ptr
    RoleFactory.create(event=other, member=ana, kind="co_facilitator")
    with pytest.raises(NoteRefused, match="This room was removed"):
        save(room, ana, "Shade", event=other)


def test_whole_event_is_noted_while_it_has_no_rooms(event, ana):
    RoleFactory.create(event=event, member=ana, kind="co_facilitator")
    note = save(None, ana, "Everybody agreed", event=event)
    RoomFactory.create(event=event)
    assert save(None, ana, "Everybody agreed at last", note.version, event=event).version == 2
    RoomNote.objects.all().delete()
    with pytest.raises(NoteRefused):
        save(None, ana, "Too late", event=event)


def test_what_cannot_be_printed_is_refused(room, ana):
    with pytest.raises(ValidationError):
        save(room, ana, "Shade\u202e")
    assert not RoomNote.objects.exists()


def attempt(act):
    try:
        return act()
    except (NoteMovedOn, NoteRefused, RoomsRefused) as refusal:
        return str(refusal)


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_overwrite_nothing(room, ana):
    version = save(room, ana, "Before").version
    said = meet(lambda: save(room, ana, "Phone", version), lambda: attempt(lambda: save(room, ana, "Laptop", version)))
    assert (said, RoomNote.objects.get().words) == ("These notes were saved from another page meanwhile.", "Phone")


@pytest.mark.django_db(transaction=True)
def test_first_words_of_two_devices_at_once_overwrite_nothing(room, ana):
    said = meet(lambda: save(room, ana, "Phone"), lambda: attempt(lambda: save(room, ana, "Laptop")))
    assert (said, RoomNote.objects.get().words) == ("These notes were saved from another page meanwhile.", "Phone")


@pytest.mark.django_db(transaction=True)
def test_room_is_not_removed_while_results_come_in(room, ana, bo):
    said = meet(lambda: save(room, ana, "Shade"), lambda: attempt(lambda: remove(room=room, by=bo, at=NOW)))
    assert said == "Results were noted in this room, so it stays. You can give it another name."


@pytest.mark.django_db(transaction=True)
def test_results_that_come_while_a_room_is_removed_are_refused_in_words(room, ana, bo):
    said = meet(lambda: remove(room=room, by=bo, at=NOW), lambda: attempt(lambda: save(room, ana, "Shade")))
    assert said == "This room was removed meanwhile."


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_first_words_are_lost(room, ana, monkeypatch):
    """The negative control: both read the version before either has written."""
    version = save(room, ana, "Before").version
    monkeypatch.setattr(RoomNote.objects.__class__, "select_for_update", lambda self, **_: self.all(), raising=False)
    monkeypatch.setattr(notes, "_check_room", lambda *_args, **_more: None)

    def late() -> int:
        with transaction.atomic():
            return save(room, ana, "Laptop", version).version

    assert meet(lambda: save(room, ana, "Phone", version), late) == 2
    assert RoomNote.objects.get().words == "Laptop"
