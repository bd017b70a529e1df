"""What people are told follows from what happened to them: once, and only the last of it."""

from datetime import timedelta

import pytest
from django.db import transaction

from events import answers
from events.actions import desk, registrations, schedule, waiting
from events.models import Event, Registration, Transition
from notices import delivery, outbox
from notices.models import Notice
from tests.factories import MemberFactory, WorkshopFactory, join
from tests.told import drawn, told

State = Registration.State
MOMENT = timedelta(seconds=5)


@pytest.fixture
def line(community, at) -> list[Registration]:
    """An event with one seat: one person has it, two wait; nobody was told yet."""
    event = WorkshopFactory.create(capacity=1).event_ptr
    people = [join(MemberFactory.create(), event.home) for _ in range(3)]
    return [registrations.register(event=event, member=person, by=person, at=at) for person in people]


def cancel(row, at, **words):
    return registrations.cancel(registration=row, by=row.member, at=at, **words)


def kinds_for(row) -> list[str]:
    return list(Notice.objects.filter(recipient=row.member).order_by("id").values_list("kind", flat=True))


def test_changing_a_seat_draws_and_posts_nothing(line):
    assert not Notice.objects.exists()
    assert Transition.objects.to_tell().count() == 3


def test_tick_tells_each_person_what_became_of_her(line, at):
    assert answers.tell_due(at=at + MOMENT) == 3
    assert [kinds_for(row) for row in line] == [["registration_confirmed"], ["waitlisted"], ["waitlisted"]]


def test_second_tick_tells_nothing(line, at):
    assert [answers.tell_due(at=at + number * MOMENT) for number in range(3)] == [3, 0, 0]


def test_what_was_overtaken_within_a_moment_is_no_news(line, at):
    cancel(line[0], at + MOMENT)
    answers.tell_due(at=at + MOMENT)
    assert [kinds_for(row) for row in line] == [["registration_cancelled"], ["promoted"], ["waitlisted"]]


def test_what_comes_after_a_tick_is_news(line, at):
    answers.tell_due(at=at)
    cancel(line[0], at + MOMENT)
    answers.tell_due(at=at + MOMENT)
    assert kinds_for(line[0]) == ["registration_confirmed", "registration_cancelled"]
    assert kinds_for(line[1]) == ["waitlisted", "promoted"]


def test_who_came_and_was_moved_up_within_a_moment_hears_that_she_waits(line, bo, at):
    desk.move_up(event=line[0].event, ids=[line[2].pk], by=bo, at=at, reason="Travels far.")
    answers.tell_due(at=at + MOMENT)
    assert kinds_for(line[2]) == ["waitlisted"]


def test_who_left_and_came_back_to_the_list_within_a_moment_loses_the_entry_in_her_calendar(line, at):
    answers.tell_due(at=at)
    cancel(line[0], at + MOMENT)
    registrations.register(event=line[0].event, member=line[0].member, by=line[0].member, at=at + 2 * MOMENT)
    answers.tell_due(at=at + 3 * MOMENT)
    notice = drawn(Notice.objects.filter(recipient=line[0].member).latest("id"), at=at + 3 * MOMENT)
    assert (notice.kind, notice.calendar_method) == ("waitlisted", "CANCEL")


def test_who_waits_from_the_beginning_has_nothing_in_her_calendar(line, at):
    assert [notice.calendar_method for notice in told(at=at)] == ["REQUEST", "", ""]


def test_being_moved_up_is_no_news(line, bo, at):
    answers.tell_due(at=at)
    desk.move_up(event=line[0].event, ids=[line[2].pk], by=bo, at=at, reason="Travels far.")
    assert answers.tell_due(at=at + MOMENT) == 0


def test_offer_that_is_taken_within_a_moment_is_answered_with_the_seat(line, at):
    Event.objects.update(makes_offers=True)
    answers.tell_due(at=at)
    cancel(line[0], at)
    waiting.accept_offer(registration=line[1], by=line[1].member, at=at + MOMENT)
    answers.tell_due(at=at + MOMENT)
    assert kinds_for(line[1]) == ["waitlisted", "registration_confirmed"]


def test_killed_tick_leaves_everything_for_the_next(line, at, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "post_many_once", killed)
        with pytest.raises(SystemExit), transaction.atomic():
            answers.tell_due(at=at)
    assert Transition.objects.to_tell().count() == 3
    assert answers.tell_due(at=at + MOMENT) == 3


def killed(*_args, **_words):
    raise SystemExit


def test_more_than_a_batch_is_told_in_one_tick(line, at, monkeypatch):
    monkeypatch.setattr(answers, "BATCH", 2)
    assert answers.tell_due(at=at) == 3
    assert not Transition.objects.to_tell().exists()


def test_steps_of_one_person_in_two_batches_are_still_one_news(line, at, monkeypatch):
    monkeypatch.setattr(answers, "BATCH", 1)
    cancel(line[0], at + MOMENT)
    answers.tell_due(at=at + MOMENT)
    assert [kinds_for(row) for row in line] == [["registration_cancelled"], ["promoted"], ["waitlisted"]]


def test_person_without_address_is_left_out_and_not_tried_again(line, at):
    line[0].member.email = None
    line[0].member.save(update_fields=["email"])
    assert [answers.tell_due(at=at) for _ in range(2)] == [2, 0]
    assert not Transition.objects.to_tell().exists()


def test_deleted_registration_is_told_to_nobody(line, at):
    line[0].delete()
    assert answers.tell_due(at=at) == 2


def test_erased_member_takes_her_news_with_her(line, at):
    line[1].member.delete()
    assert answers.tell_due(at=at) == 2


def test_event_called_off_within_a_moment_is_told_as_that_alone(line, bo, at):
    schedule.cancel(event=line[0].event, reason="The speaker is ill.", by=bo, at=at)
    answers.tell_due(at=at + MOMENT)
    assert [kinds_for(row) for row in line] == [["event_cancelled"]] * 3


def test_answer_that_is_still_on_its_way_stops_when_the_event_is_called_off(line, bo, at):
    answers.tell_due(at=at)
    schedule.cancel(event=line[0].event, reason="The speaker is ill.", by=bo, at=at)
    delivery.deliver_due(clock=lambda: at + MOMENT)
    sent = Notice.objects.filter(state=Notice.State.SENT)
    assert set(sent.values_list("kind", flat=True)) == {"event_cancelled"}
    assert Notice.objects.filter(state=Notice.State.SUPPRESSED).count() == len(line)


def test_offer_that_ends_after_the_event_was_called_off_is_no_news(line, bo, at):
    Event.objects.update(makes_offers=True)
    cancel(line[0], at)
    answers.tell_due(at=at)
    schedule.cancel(event=line[0].event, reason="The speaker is ill.", by=bo, at=at)
    waiting.expire_offers(at=at + timedelta(hours=48))
    assert answers.tell_due(at=at + timedelta(hours=48)) == 0


def test_who_left_before_the_event_was_called_off_still_hears_of_her_leaving(line, bo, at):
    cancel(line[2], at)
    schedule.cancel(event=line[0].event, reason="The speaker is ill.", by=bo, at=at)
    answers.tell_due(at=at + MOMENT)
    assert kinds_for(line[2]) == ["registration_cancelled"]


def test_cancelled_wait_has_nothing_to_withdraw_from_a_calendar(line, at):
    answers.tell_due(at=at)
    for row in (line[2], line[0]):
        cancel(row, at + MOMENT)
    answers.tell_due(at=at + MOMENT)
    facts = Notice.objects.filter(kind="registration_cancelled").values_list("recipient", "facts__had_seat")
    assert dict(facts) == {line[0].member_id: True, line[2].member_id: False}


def tell_again(at) -> int:
    """Forget that anybody was told."""
    Transition.objects.update(told=False)
    return answers.tell_due(at=at)


def test_key_keeps_a_message_one_even_when_the_flag_is_lost(line, at):
    answers.tell_due(at=at)
    assert tell_again(at + MOMENT) == 0


def test_without_flag_and_key_everybody_is_told_twice(line, at, monkeypatch):
    """The negative control of the two above."""
    answers.tell_due(at=at)
    row = outbox._row
    monkeypatch.setattr(outbox, "_row", lambda posting, at: (f"{posting.key}:again", *row(posting, at)[1:]))
    assert tell_again(at + MOMENT) == 3


def test_without_the_flag_at_writing_nobody_is_ever_told(line, at):
    """The negative control of the other side: what the ledger marks as told stays untold."""
    Transition.objects.update(told=True)
    assert answers.tell_due(at=at) == 0
