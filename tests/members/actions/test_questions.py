"""More information: asked and answered in several rounds, each told once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audit.models import Entry
from members.actions import applications, questions
from members.actions.applications import ApplicationRefused
from members.joining_emails import STATUS
from members.models import Application, Member, Question
from notices import delivery
from notices.models import Notice
from tests.factories import ApplicationFactory, GrantFactory, MemberFactory

WORDS = "How many families are in your cooperative?"
DAY = timedelta(days=1)


@pytest.fixture
def application(community) -> Application:
    return ApplicationFactory.create(community=community, name="Ada Mensah", email="ada@example.org", language="fr")


def ask(application, bo, at, text=WORDS):
    return questions.ask(application=application, text=text, by=bo, at=at)


def answer(application, at, text="Forty."):
    return questions.answer(application=application, text=text, at=at)


def state_of(application) -> str:
    return Application.objects.values_list("state", flat=True).get(pk=application.pk)


def mails(kind) -> list[Notice]:
    return list(Notice.objects.filter(kind=kind).order_by("pk"))


def test_question_and_answer_go_round_twice_and_stay_as_rows(application, bo, at):
    for turn in (0, 1):
        ask(application, bo, at + turn * DAY, f"{WORDS} {turn}")
        assert state_of(application) == "info_requested"
        answer(application, at + turn * DAY + DAY / 2, f"Forty {turn}.")
        assert state_of(application) == "submitted"
    rows = Question.objects.values_list("text", "answer", "asked_by", "asked_at", "answered_at")
    assert list(rows) == [
        (f"{WORDS} 0", "Forty 0.", bo.pk, at, at + DAY / 2),
        (f"{WORDS} 1", "Forty 1.", bo.pk, at + DAY, at + DAY * 1.5),
    ]


def test_question_leaves_at_once_in_her_language_with_the_question_and_the_link(application, bo, at, mailoutbox):
    ask(application, bo, at)
    delivery.deliver_due(clock=lambda: at)
    [mail] = [one for one in mailoutbox if one.to == ["ada@example.org"]]
    assert WORDS in mail.body
    assert f"/apply/status/{STATUS.token(application.pk)}/" in mail.body
    [notice] = mails("more_information")
    assert (notice.state, notice.language, notice.text) == ("sent", "fr", "")


@pytest.mark.parametrize("turn", ["answered", "decided", "withdrawn"])
def test_question_that_waits_no_more_is_not_sent(application, bo, at, turn):
    ask(application, bo, at)
    if turn == "answered":
        answer(application, at)
    elif turn == "decided":
        applications.decline(application=application, reason="not_a_fit", by=bo, at=at)
    else:
        applications.withdraw(application=application, at=at)
    delivery.deliver_due(clock=lambda: at)
    assert [one.state for one in mails("more_information")] == ["suppressed"]


def test_second_question_waits_for_the_first_answer(application, bo, at):
    ask(application, bo, at)
    with pytest.raises(ApplicationRefused, match="already more information requested"):
        ask(application, bo, at)
    assert Question.objects.count() == len(mails("more_information")) == 1


def test_database_holds_one_open_question(application, bo, at):
    ask(application, bo, at)
    with pytest.raises(IntegrityError, match="question_open_once"), transaction.atomic():
        Question.objects.create(application=application, text="And?", asked_at=at)


def test_database_wants_a_date_for_each_answer(application, at):
    with pytest.raises(IntegrityError, match="question_answer_has_date"), transaction.atomic():
        Question.objects.create(application=application, text="And?", asked_at=at, answer="Yes")


def test_answer_without_a_question_is_refused(application, bo, at):
    with pytest.raises(ApplicationRefused, match="No question waits"):
        answer(application, at)
    ask(application, bo, at)
    applications.withdraw(application=application, at=at)
    with pytest.raises(ApplicationRefused, match="No question waits"):
        answer(application, at)


def test_answer_is_told_to_her_who_asked_alone(application, bo, community, at):
    GrantFactory.create(member=MemberFactory.create(email="di@example.org"), circle=community.circle)
    ask(application, bo, at)
    answer(application, at)
    assert [one.address for one in mails("application_answered")] == ["bo@example.org"]
    assert "Ada" not in mails("application_answered")[0].text


def test_answer_is_told_to_the_others_when_she_coordinates_no_more(application, bo, community, at):
    GrantFactory.create(member=MemberFactory.create(email="di@example.org"), circle=community.circle)
    ask(application, bo, at)
    bo.grants.update(ends_at=at)
    answer(application, at)
    assert [one.address for one in mails("application_answered")] == ["di@example.org"]


def test_stranger_asks_nothing(application, cy, at):
    with pytest.raises(PermissionDenied):
        ask(application, cy, at)
    assert (Question.objects.count(), state_of(application)) == (0, "submitted")


def test_asking_and_answering_are_audited_without_a_word_of_theirs(application, bo, at):
    ask(application, bo, at)
    answer(application, at)
    entries = list(Entry.objects.about(application).order_by("id"))
    assert [one.verb for one in entries] == ["application.question_asked", "application.question_answered"]
    assert not any(word in str(one.detail) for one in entries for word in ("families", "Forty"))


def test_withdrawn_application_makes_no_member_and_can_be_sent_anew(application, bo, at):
    withdrawn = applications.withdraw(application=application, at=at)
    assert (withdrawn.state, withdrawn.withdrawn_at) == ("withdrawn", at)
    with pytest.raises(ApplicationRefused, match="already withdrawn"):
        applications.approve(application=application, organisation=None, by=bo, at=at)
    assert not Member.objects.filter(email="ada@example.org").exists()
    ApplicationFactory.create(community=application.community, email="ada@example.org")


def test_declined_in_silence_can_be_withdrawn_and_is_never_told(application, bo, at):
    applications.decline(application=application, reason="not_a_fit", by=bo, at=at)
    applications.withdraw(application=application, at=at + timedelta(minutes=59))
    delivery.deliver_due(clock=lambda: at + timedelta(minutes=61))
    assert [one.state for one in mails("application_declined")] == ["suppressed"]


def test_declined_and_told_cannot_be_withdrawn(application, bo, at):
    applications.decline(application=application, reason="not_a_fit", by=bo, at=at)
    with pytest.raises(ApplicationRefused, match="has its answer"):
        applications.withdraw(application=application, at=at + timedelta(hours=1))
