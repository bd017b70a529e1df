"""Answers after an event, and what a whole dump of the database tells of who wrote them."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from audit.models import Entry
from events import feedback as rules
from events.actions import feedback
from events.actions.feedback import Answers, Knowledge, give
from events.feedback import AnsweredAlready, FeedbackRefused
from events.models import Event, Feedback, FeedbackReceipt, Role
from jobs import submissions
from jobs.models import Submission
from members.models import Member
from tests.events.test_two_at_once import meet
from tests.factories import EventFactory, MemberFactory, RegistrationFactory, RoleFactory

GOOD = Answers(usefulness=5, language="es")
COLUMNS = {field.column for field in Feedback._meta.local_fields} - {"id", "event_id", "member_id", "language", "seal"}


@pytest.fixture
def over(workshop) -> Event:
    return workshop


@pytest.fixture
def later(over):
    return over.ends_at + timedelta(hours=1)


def somebody(event: Event, **fields: object) -> Member:
    return RegistrationFactory.create(event=event, member=MemberFactory.create(**fields)).member


def say(event: Event, member: Member, answers: Answers = GOOD, *, anonymous: bool = True, at=None) -> None:
    give(event=event, member=member, answers=answers, anonymous=anonymous, at=at or event.ends_at)


def test_answer_with_a_name_is_kept_as_it_was_given(over, ana, later):
    RegistrationFactory.create(event=over, member=ana)
    told = Knowledge(0, "Gender equality", 2, 4)
    words = Answers(
        language="es", usefulness=4, pace="right", sound=2, use="yes", use_words="Rows of trees",
        most_useful="The rooms", to_improve="More time", may_quote=True, knowledge=(told,),
    )  # fmt: skip
    say(over, ana, words, anonymous=False, at=later)
    kept = Feedback.objects.get()
    assert {name: getattr(kept, name) for name in feedback.SAID} == {n: getattr(words, n) for n in feedback.SAID}
    assert (kept.member, kept.event, kept.language) == (ana, over, "es")
    assert list(kept.topics.values_list("position", "topic", "before", "after")) == [(0, "Gender equality", 2, 4)]


def test_answer_without_a_name_has_neither_person_nor_language(over, ana, later):
    RegistrationFactory.create(event=over, member=ana)
    say(over, ana, at=later)
    kept = Feedback.objects.get()
    assert (kept.member, kept.language, kept.usefulness) == (None, "", 5)
    assert FeedbackReceipt.objects.get().member == ana
    assert list(Entry.objects.all()) == []


@pytest.mark.parametrize("anonymous", [True, False])
def test_second_answer_is_refused_and_changes_nothing(over, ana, later, anonymous):
    RegistrationFactory.create(event=over, member=ana)
    say(over, ana, at=later)
    before = list(Feedback.objects.values())
    with pytest.raises(AnsweredAlready, match=r"^You have answered already\. Thank you\.$"):
        say(over, ana, Answers(usefulness=1), anonymous=anonymous, at=later)
    assert list(Feedback.objects.values()) == before


def test_open_from_five_minutes_before_the_end_until_thirty_days_after(over, later):
    first, last = over.ends_at - timedelta(minutes=5), over.ends_at + timedelta(days=30)
    moment = timedelta(microseconds=1)
    assert [refusal(over, at) for at in (first - moment, first, last - moment, last)] == [
        "This form opens five minutes before the end of the event. Please come back then.",
        "",
        "",
        "This form closed 30 days after the event. Thank you for coming here.",
    ]


def attempt(event: Event, member: Member, answers: Answers = GOOD, *, at=None) -> str:
    """The sentence with which an answer is refused; empty when it is taken."""
    try:
        say(event, member, answers, at=at)
    except FeedbackRefused as refused:
        return str(refused)
    return ""


def refusal(event: Event, at: datetime) -> str:
    return attempt(event, somebody(event), at=at)


@pytest.mark.parametrize("state", ["cancelled", "draft"])
def test_nothing_is_said_about_what_does_not_take_place(over, later, state):
    Event.objects.update(state=state)
    assert refusal(over, later) == "This event does not take place, so there is nothing to say about it."


def test_empty_form_is_no_answer_and_leave_to_quote_is_none_either(over, ana, later):
    RegistrationFactory.create(event=over, member=ana)
    empty = Answers(may_quote=True, language="es", knowledge=(Knowledge(0, "Gender equality"),))
    with pytest.raises(FeedbackRefused, match=r"^Please answer at least one question\.$"):
        say(over, ana, empty, at=later)
    assert FeedbackReceipt.objects.count() == 0


@pytest.mark.parametrize("state", ["waitlisted", "cancelled", "pending"])
def test_without_a_confirmed_place_nobody_answers(over, ana, later, state):
    more = {"waitlisted": {"queue_no": 1}, "cancelled": {"cancelled_by": "member"}}.get(state, {})
    RegistrationFactory.create(event=over, member=ana, state=state, **more)
    with pytest.raises(PermissionDenied):
        say(over, ana, at=later)


def test_who_has_a_role_in_it_answers_and_who_declined_does_not(over, ana, bo, later):
    RoleFactory.create(event=over, member=ana, kind=Role.Kind.SPEAKER)
    RoleFactory.create(event=over, member=bo, kind=Role.Kind.SPEAKER, state=Role.State.DECLINED)
    say(over, ana, at=later)
    with pytest.raises(PermissionDenied):
        say(over, bo, at=later)


def test_results_take_in_five_and_then_three_more_at_once(over, later):
    counted = []
    for _ in range(12):
        say(over, somebody(over), at=later)
        counted.append(sum(rules.is_counted(row) for row in Feedback.objects.all()))
    assert counted == [0, 0, 0, 0, 5, 5, 5, 8, 8, 8, 11, 11]


def test_answers_with_a_name_count_at_once_and_open_no_door_to_those_without(over, later):
    counted = []
    for anonymous in (False, False, False, False, False, True, False, True, True):
        say(over, somebody(over), anonymous=anonymous, at=later)
        counted.append(sum(rules.is_counted(row) for row in Feedback.objects.all()))
    assert counted == [1, 2, 3, 4, 5, 5, 6, 6, 9]


def test_answers_of_one_event_leave_those_of_another_alone(over, ana, community, later):
    other = EventFactory.create(home=community.circle)
    say(other, somebody(other))
    before = list(Feedback.objects.values())
    say(over, somebody(over), at=later)
    assert list(Feedback.objects.filter(event=other).values()) == before


def test_erased_writer_leaves_her_answer_without_a_name(over, later):
    member = somebody(over)
    say(over, member, anonymous=False, at=later)
    member.delete()
    assert Feedback.objects.get().member is None
    say(over, somebody(over), at=later)
    assert set(Feedback.objects.values_list("member", "language")) == {(None, "")}


# --- Nobody can trace: real transactions on the real database, read as somebody who has all of it ---

Row = dict[str, Any]
NOTED = "xmin::text, xmax::text, cmin::text, cmax::text, ctid::text"


def dump() -> dict[str, list[Row]]:
    """Every row of every table, in its physical order, with what the database itself notes about it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in tables:
            cursor.execute(f'SELECT {NOTED}, * FROM "{name}" AS t ORDER BY t.ctid')  # noqa: S608 (names of tables)
            heads = [column.name for column in cursor.description]
            found[name] = [dict(zip(heads, map(str, row), strict=True)) for row in cursor.fetchall()]
    return found


def answer_all(event: Event, number: int) -> list[str]:
    """So many people answer without their names, each as the page does it; give their ids in that order."""
    people = [somebody(event) for _ in range(number)]
    for count, member in enumerate(people):
        words = Answers(usefulness=count % 5 + 1, to_improve=f"words {count}", knowledge=(Knowledge(0, "x", 1, 2),))
        submissions.once(
            key=uuid4(), kind=f"feedback:{event.pk}", by=member, at=event.ends_at + timedelta(minutes=count),
            act=lambda member=member, words=words: {"given": say(event, member, words) is None},
        )  # fmt: skip
    return [str(member.pk) for member in people]


def traced(people: list[str]) -> dict[str, int]:
    """How many answers each way of reading a dump links to their writers: `words 3` are those of the fourth person.

    By transaction, where one wrote a single answer (its receipt has the next higher number: a savepoint's, opened after
    it; whatever else runs on the server may come between, but not another's receipt); by where they lie; by keys.
    """
    tables = dump()
    answers, receipts = tables["events_feedback"], tables["events_feedbackreceipt"]
    in_order = [row["member_id"] for row in sorted(receipts, key=lambda row: int(row["id"]))]
    crowd = Counter(row["xmin"] for row in answers)

    def writer(answer: Row) -> str:
        after = [row for row in receipts if int(row["xmin"]) > int(answer["xmin"])]
        return min(after, key=lambda row: int(row["xmin"]))["member_id"] if after else "nobody"

    ways = {
        "transaction": [(row, writer(row)) for row in answers if crowd[row["xmin"]] == 1],
        "place": list(zip(answers, in_order, strict=True)),
        "key": list(zip(sorted(answers, key=lambda row: row["id"]), in_order, strict=True)),
    }
    return {way: sum(people[number_of(row)] == who for row, who in pairs) for way, pairs in ways.items()}


def number_of(row: Row) -> int:
    return int(row["to_improve"].split(" ")[1])


@pytest.mark.django_db(transaction=True)
def test_whole_dump_tells_no_two_answers_apart_by_anything_but_what_they_say(over):
    """What is not the answer itself is the same in all twelve, or is found nowhere else in the database."""
    answer_all(over, 12)
    tables = dump()
    answers, topics = tables.pop("events_feedback"), tables.pop("events_feedbacktopic")
    elsewhere = {value for rows in tables.values() for row in rows for name, value in row.items() if name != "ctid"}
    assert len(answers) == len(topics) == 12
    for rows, said in ((answers, COLUMNS), (topics, {"topic", "before", "after", "position", "feedback_id"})):
        for column in set(rows[0]) - said - {"ctid"}:
            values = {row[column] for row in rows}
            assert len(values) == 1 or not values & elsewhere, column
    assert {row["feedback_id"] for row in topics} == {row["id"] for row in answers}


@pytest.mark.django_db(transaction=True)
def test_neither_transaction_nor_place_nor_key_links_answers_to_receipts(over):
    people = answer_all(over, 12)
    found = traced(people)
    assert found.pop("transaction") == 0
    assert max(found.values()) < 8  # chance: one is right on average, eight once in 40,000


@pytest.mark.django_db(transaction=True)
def test_answers_lie_in_another_order_than_they_came(over, community):
    """The newest of three lies first, second and last; that one of them is missing in 60 runs happens once in 10¹⁰."""
    places = set()
    for _ in range(60):
        event = EventFactory.create(home=community.circle)
        answer_all(event, 3)
        lying = [row for row in dump()["events_feedback"] if row["event_id"] == str(event.pk)]
        places.add([number_of(row) for row in lying].index(2))
    assert places == {0, 1, 2}


@pytest.mark.django_db(transaction=True)
def test_without_writing_anew_the_dump_names_every_writer(over, monkeypatch):
    """The negative control: answers that are simply added are linked by their transactions, each one."""
    monkeypatch.setattr(feedback, "_write_anew", lambda event, sheets: feedback._write(event, sheets[-1:]))
    people = answer_all(over, 12)
    found = traced(people)
    assert (found["transaction"], found["place"]) == (12, 12)


@pytest.mark.django_db(transaction=True)
def test_the_answer_that_waits_is_known_to_the_portal_only(over):
    """The twelfth is not counted yet. Its seal is as long as the others', and none repeats."""
    answer_all(over, 12)
    rows = list(Feedback.objects.all())
    assert [number_of({"to_improve": row.to_improve}) for row in rows if not rules.is_counted(row)] == [11]
    assert {len(row.seal) for row in rows} == {64}
    assert len({row.seal for row in rows}) == 12


@pytest.mark.django_db(transaction=True)
def test_seal_cannot_be_read_with_another_secret(over, settings):
    answer_all(over, 12)
    settings.SECRET_KEY = "another secret, such as that of somebody who has the database alone"
    assert [row for row in Feedback.objects.all() if rules.is_counted(row)] == []


@pytest.mark.django_db(transaction=True)
def test_submission_holds_nothing_of_the_answer(over):
    answer_all(over, 3)
    assert list(Submission.objects.values_list("result", flat=True)) == [{"given": True}] * 3


@pytest.mark.django_db(transaction=True)
def test_two_answers_of_one_person_at_once_are_one(over):
    member = somebody(over)
    said = meet(lambda: say(over, member), lambda: attempt(over, member))
    assert said == "You have answered already. Thank you."
    assert (Feedback.objects.count(), FeedbackReceipt.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_answers_of_one_person_at_once_are_one_even_without_the_lock(over, monkeypatch):
    """The receipt is unique in the database, whatever the code does."""
    member = somebody(over)
    monkeypatch.setattr(feedback, "lock_event", lambda pk: Event.objects.get(pk=pk))
    said = meet(lambda: say(over, member), lambda: attempt(over, member))
    assert said == "You have answered already. Thank you."
    assert (Feedback.objects.count(), FeedbackReceipt.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_both_keep_their_answers(over):
    first, second = somebody(over), somebody(over)
    meet(lambda: say(over, first, Answers(to_improve="a")), lambda: attempt(over, second, Answers(to_improve="b")))
    assert sorted(Feedback.objects.values_list("to_improve", flat=True)) == ["a", "b"]
    assert len({row["xmin"] for row in dump()["events_feedback"]}) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_at_once_are_told_apart(over, monkeypatch):
    """The negative control: the second does not see the first one's answer, and leaves it where it was written."""
    monkeypatch.setattr(feedback, "lock_event", lambda pk: Event.objects.get(pk=pk))
    first, second = somebody(over), somebody(over)
    meet(lambda: say(over, first), lambda: attempt(over, second), waits=False)
    assert len({row["xmin"] for row in dump()["events_feedback"]}) == 2
