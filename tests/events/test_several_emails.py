"""Registrations of one moment are one mail: each event with her hour, how it stands and the link to her place."""

from datetime import timedelta

import pytest

from events import answers
from events.actions import desk, registrations, schedule
from events.models import Event, Registration
from events.places import join_link, place_link
from notices import delivery, guards
from notices.models import Notice
from tests import calendars
from tests.factories import MemberFactory, WorkshopFactory, join
from tests.told import drawn

State = Registration.State
MOMENT = timedelta(seconds=5)


@pytest.fixture
def events(community) -> list[Event]:
    """One with a free seat, one that is full, and one where the team decides."""
    made = [
        WorkshopFactory.create(capacity=1, title=title).event_ptr for title in ("Free", "Full", "Chosen <b>by us</b>")
    ]
    other = join(MemberFactory.create(), community.circle)
    registrations.register(event=made[1], member=other, by=other, at=made[1].updated_at)
    Event.objects.filter(pk=made[2].pk).update(needs_approval=True)
    Registration.objects.get().transitions.update(told=True)
    return list(Event.objects.order_by("pk"))


def register(member, events, *, at) -> list[Registration]:
    return registrations.register_many(
        events=events, member=member, by=member, at=at, wishes={}, may_wait=[event.pk for event in events]
    )


def mail_of(member, at) -> Notice:
    return drawn(Notice.objects.filter(recipient=member).latest("id"), at=at)


def entries(notice) -> list[calendars.Block]:
    return calendars.read(bytes(notice.calendar)).events


def kinds_for(member) -> list[str]:
    return list(Notice.objects.filter(recipient=member).order_by("id").values_list("kind", flat=True))


def test_three_registrations_are_one_mail_with_the_state_and_place_of_each(events, ana, at):
    ana.language = "en"
    ana.save(update_fields=["language"])
    rows = register(ana, events, at=at)
    assert answers.tell_due(at=at + MOMENT) == 1
    notice = mail_of(ana, at + MOMENT)
    assert (notice.kind, notice.subject) == ("registered_several", "Your registrations for 3 events")
    lines = notice.text.splitlines()
    for title, said in (
        ("Free", "You have a place."),
        ("Full", "It is full: you are number 1 on the waiting list."),
        ("Chosen <b>by us</b>", "The team decides who comes; you hear from us."),
    ):
        begin = lines.index(title)
        assert lines[begin + 1] == "Wednesday, 2 December 2026, 08:00 (Lima, UTC−5)"
        assert lines[begin + 2] == said
    assert [line for line in lines if "/place/" in line] == [place_link(row) for row in rows]
    assert "<b>by us" not in notice.html and "&lt;b&gt;by us" in notice.html


def test_calendar_holds_the_seats_and_nothing_that_waits(events, ana, at):
    rows = register(ana, events, at=at)
    answers.tell_due(at=at)
    notice = mail_of(ana, at)
    [entry] = entries(notice)
    assert notice.calendar_method == "PUBLISH"
    assert (entry.value("SUMMARY"), entry.value("URL")) == ("Free", join_link(rows[0]))


def test_mail_without_a_seat_has_no_calendar(events, ana, at):
    register(ana, events[1:], at=at)
    answers.tell_due(at=at)
    assert mail_of(ana, at).calendar_method == ""


def test_mail_is_in_her_language(events, ana, at):
    register(ana, events, at=at)
    answers.tell_due(at=at)
    notice = mail_of(ana, at)
    assert notice.language == "es" and "Miércoles, 2 de diciembre de 2026, 08:00 (Lima, UTC−5)" in notice.text


def test_one_registration_is_answered_as_ever(events, ana, at):
    register(ana, events[:1], at=at)
    answers.tell_due(at=at)
    assert kinds_for(ana) == ["registration_confirmed"]


def test_two_acts_within_a_moment_are_one_mail_and_later_ones_their_own(events, ana, at):
    for event in events[:2]:
        registrations.register(event=event, member=ana, by=ana, at=at)
    answers.tell_due(at=at + MOMENT)
    registrations.register(event=events[2], member=ana, by=ana, at=at + MOMENT)
    answers.tell_due(at=at + 2 * MOMENT)
    assert kinds_for(ana) == ["registered_several", "registration_pending"]


def test_people_are_kept_apart(events, ana, community, at):
    dee = join(MemberFactory.create(), community.circle)
    for member in (ana, dee):
        register(member, events, at=at)
    assert answers.tell_due(at=at) == 2
    assert Notice.objects.filter(kind="registered_several").values("recipient").distinct().count() == 2


def test_what_was_left_or_called_off_at_once_is_told_apart(events, ana, bo, at):
    rows = register(ana, events, at=at)
    registrations.cancel(registration=rows[0], by=ana, at=at)
    answers.tell_due(at=at + MOMENT)
    assert sorted(kinds_for(ana)) == ["registered_several", "registration_cancelled"]
    assert Notice.objects.get(kind="registered_several").facts == {"registrations": [row.pk for row in rows[1:]]}


def test_who_comes_back_after_leaving_all_is_told_again(events, ana, at):
    rows = register(ana, events[:2], at=at)
    answers.tell_due(at=at)
    for row in rows:
        registrations.cancel(registration=row, by=ana, at=at + MOMENT)
    answers.tell_due(at=at + MOMENT)
    register(ana, events[:2], at=at + 2 * MOMENT)
    answers.tell_due(at=at + 2 * MOMENT)
    assert kinds_for(ana) == ["registered_several", *["registration_cancelled"] * 2, "registered_several"]


def test_entry_that_must_leave_her_calendar_is_a_mail_of_its_own(events, ana, community, at):
    """Left and back on the list within a moment: only a mail of its own withdraws the entry."""
    seat = registrations.register(event=events[0], member=ana, by=ana, at=at)
    answers.tell_due(at=at)
    dee = join(MemberFactory.create(), community.circle)
    registrations.register(event=events[0], member=dee, by=dee, at=at)
    answers.tell_due(at=at)
    registrations.cancel(registration=seat, by=ana, at=at + MOMENT)
    register(ana, events, at=at + MOMENT)
    answers.tell_due(at=at + MOMENT)
    assert sorted(kinds_for(ana)) == ["registered_several", "registration_confirmed", "waitlisted"]
    assert drawn(Notice.objects.get(recipient=ana, kind="waitlisted"), at=at).calendar_method == "CANCEL"


def test_mail_tells_how_things_stand_when_it_leaves(events, ana, bo, at):
    register(ana, events, at=at)
    answers.tell_due(at=at)
    schedule.cancel(event=events[1], reason="Ill.", by=bo, at=at)
    desk.approve(event=events[2], ids=[ana.registrations.get(event=events[2]).pk], by=bo, at=at)
    notice = drawn(Notice.objects.get(kind="registered_several"), at=at)
    assert "Full" not in notice.text and len(entries(notice)) == 2


def test_nothing_left_is_no_mail(events, ana, at):
    rows = register(ana, events[:2], at=at)
    answers.tell_due(at=at)
    ref = Notice.objects.get().subject_ref
    assert guards.ask("events.registered_several", ref, at).ok
    for row in rows:
        registrations.cancel(registration=row, by=ana, at=at)
    delivery.deliver_due(clock=lambda: at)
    assert Notice.objects.get(kind="registered_several").state == Notice.State.SUPPRESSED
