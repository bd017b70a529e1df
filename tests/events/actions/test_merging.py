"""Two registrations of one person become one: the better place stays, and nobody is told."""

from datetime import timedelta

import pytest

from events import answers
from events.actions.merging import events_of, merge_registrations
from events.invariants import violations
from events.locks import lock_events
from events.models import Answer, Event, Question, Registration, Transition
from events.places import PLACE
from notices.models import Notice
from tests.factories import MemberFactory, RegistrationFactory

State = Registration.State


@pytest.fixture
def two(db):
    return MemberFactory.create_batch(2)


@pytest.fixture
def merge(two, bo, at):
    def merge():
        kept, other = two
        events = lock_events(events_of(kept, other))
        return merge_registrations(events=events, kept=kept, other=other, by=bo, at=at)

    return merge


def register(event, member, state: str, at, number: int = 7) -> Registration:
    more = {
        State.WAITLISTED: {"queue_no": number},
        State.OFFERED: {"offer_expires_at": at + timedelta(hours=9)},
        State.CANCELLED: {"cancelled_by": "member"},
    }.get(state, {})
    return RegistrationFactory.create(event=event, member=member, state=state, **more)


@pytest.mark.parametrize("kept", [*State.values[:-1]])
@pytest.mark.parametrize("other", [*State.values[:-1]])
def test_the_better_place_stays_whichever_record_has_it(workshop, two, merge, at, kept, other):
    Event.objects.filter(pk=workshop.pk).update(capacity=0, promotion_until=at - timedelta(hours=1))
    mine = register(workshop, two[0], kept, at, number=3)
    register(workshop, two[1], other, at, number=4)
    assert merge().united == 1
    order = [State.CONFIRMED, State.OFFERED, State.WAITLISTED, State.PENDING]
    mine.refresh_from_db()
    assert mine.state == next((state for state in order if state in (kept, other)), kept)
    assert Registration.objects.count() == 1
    assert [said for said in violations(at=at) if "capacity" not in said and "taken" not in said] == []


def test_the_earlier_place_on_the_list_stays(workshop, two, merge, at):
    mine = register(workshop, two[0], State.WAITLISTED, at, number=9)
    register(workshop, two[1], State.WAITLISTED, at, number=4)
    Event.objects.update(capacity=0)
    merge()
    mine.refresh_from_db()
    assert mine.queue_no == 4


def test_a_seat_that_gets_free_goes_to_the_next_in_line(workshop, two, merge, at):
    for member in two:
        register(workshop, member, State.CONFIRMED, at)
    waits = register(workshop, MemberFactory.create(), State.WAITLISTED, at)
    assert merge().promoted == 1
    waits.refresh_from_db()
    assert waits.state == State.CONFIRMED
    assert list(violations(at=at)) == []


def test_nobody_is_told_but_the_one_who_moves_up(workshop, two, merge, at):
    for member in two:
        register(workshop, member, State.CONFIRMED, at)
    waits = register(workshop, MemberFactory.create(), State.WAITLISTED, at)
    merge()
    Notice.objects.all().delete()
    answers.tell_due(at=at)
    assert list(Notice.objects.values_list("kind", "recipient").exclude(recipient=None)) == [
        ("promoted", waits.member_id)
    ]


def test_history_of_both_stays_and_links_of_both_lead_to_the_one(workshop, two, merge, at, client, clock):
    mine = register(workshop, two[0], State.CANCELLED, at)
    gone = register(workshop, two[1], State.CONFIRMED, at)
    merge()
    steps = Transition.objects.filter(registration=mine).order_by("pk")
    assert list(steps.values_list("from_state", "to_state", "merged_from")) == [
        ("", "cancelled", None),
        ("", "confirmed", gone.pk),
        ("confirmed", "merged", gone.pk),
        ("cancelled", "confirmed", None),
    ]
    assert list(Registration.objects.behind(gone.pk)) == list(Registration.objects.behind(mine.pk)) == [mine]
    assert (
        client.get(f"/place/{PLACE.token(gone.pk)}/").status_code
        == client.get(f"/place/{PLACE.token(mine.pk)}/").status_code
    )


def test_link_of_a_record_merged_twice_still_leads_on(workshop, two, merge, bo, at):
    third = MemberFactory.create()
    first = register(workshop, two[1], State.CONFIRMED, at)
    register(workshop, two[0], State.CONFIRMED, at)
    last = register(workshop, third, State.CONFIRMED, at)
    merge()
    merge_registrations(events=lock_events([workshop.pk]), kept=third, other=two[0], by=bo, at=at)
    assert Registration.objects.behind(first.pk).get() == last
    assert list(violations(at=at)) == []


def test_what_was_said_at_either_is_kept(workshop, two, merge, at):
    question, other_question = (
        Question.objects.create(event=workshop, kind="text", words=text, position=number)
        for number, text in enumerate(("Diet?", "Travel?"))
    )
    mine = register(workshop, two[0], State.CONFIRMED, at)
    gone = register(workshop, two[1], State.CONFIRMED, at)
    Registration.objects.filter(pk=gone.pk).update(interpretation="es", note="late", needs=["captions"])
    for row, asked, value in ((mine, question, "none"), (gone, question, "all"), (gone, other_question, "bus")):
        Answer.objects.create(registration=row, question=asked, value=value)
    merge()
    mine.refresh_from_db()
    assert (mine.interpretation, mine.note, mine.needs) == ("es", "late", ["captions"])
    assert sorted(mine.answers.values_list("value", flat=True)) == ["bus", "none"]


def test_registration_of_the_other_alone_just_changes_hands(workshop, two, merge, at):
    row = register(workshop, two[1], State.WAITLISTED, at)
    Event.objects.update(capacity=0)
    outcome = merge()
    row.refresh_from_db()
    assert (outcome.moved, outcome.united, row.member, row.queue_no) == (1, 0, two[0], 7)
