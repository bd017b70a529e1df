"""Questions to the speakers: asking, voting, and what the team does with them."""

from threading import Thread
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.html import escape

from audit.models import Entry
from events.actions import speaker_questions
from events.actions.speaker_questions import QuestionRefused
from events.models import Event, Role, SpeakerQuestion, SpeakerQuestionVote
from tests.factories import MemberFactory, RegistrationFactory, RoleFactory, join
from tests.html_forms import fields_of
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


@pytest.fixture
def eva(workshop, community):
    """Registered as well; reads English."""
    member = join(MemberFactory.create(name="Eva Mensah"), community.circle)
    RegistrationFactory.create(event=workshop, member=member)
    return member


@pytest.fixture
def seated(workshop, ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    RegistrationFactory.create(event=workshop, member=ana)
    return ana


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


def question(event, member, at, words="How do you pay for trees?", **more) -> SpeakerQuestion:
    return SpeakerQuestion.objects.create(event=event, member=member, words=words, created_at=at, **more)


def page(browser, event):
    return browser.get(reverse("speaker_questions", args=[event.pk]))


def send(browser, event, name="speaker_questions", **fields):
    return browser.post(reverse(name, args=[event.pk]), {"submission": uuid4(), **fields})


def settle(browser, event, **fields):
    return send(browser, event, "speaker_question_list", **fields)


# --- Asking ---


def test_question_is_asked_and_read_with_its_name(seated, eva, workshop):
    assert send(sign_in(seated), workshop, do="ask", words="What of <b>seeds</b>?\nAnd soil?").status_code == 302
    text = page(sign_in(eva), workshop).content.decode()
    assert "What of &lt;b&gt;seeds&lt;/b&gt;?<br>And soil?" in text and "Ana Quispe" in text


def test_nobody_reads_who_asks_without_a_name(seated, eva, as_bo, workshop):
    send(sign_in(seated), workshop, do="ask", words="Is it fair?", without_name="on")
    team = as_bo.get(reverse("speaker_question_list", args=[workshop.pk])).content.decode()
    for text in (page(sign_in(eva), workshop).content.decode(), team):
        assert "Is it fair?" in text and "Asked without a name" in text and "Ana Quispe" not in text
    assert Entry.objects.get(verb="speaker_question.asked").actor_id is None
    assert "Your question, without your name" in page(sign_in(seated), workshop).content.decode()


def test_five_open_questions_are_the_most(seated, workshop, at):
    for _ in range(5):
        question(workshop, seated, at)
    answer = send(sign_in(seated), workshop, do="ask", words="One more")
    assert answer.status_code == 422 and "which is the most" in answer.content.decode()
    assert fields_of(answer)["words"] == ["One more"]
    SpeakerQuestion.objects.filter(pk=SpeakerQuestion.objects.earliest("pk").pk).update(state="answered")
    assert send(sign_in(seated), workshop, do="ask", words="One more").status_code == 302


@pytest.mark.parametrize("words", ["", "   ", "x" * 401, "bell\x07", "turned\u202eround", "\u200b"])
def test_bad_question_is_a_sentence_and_stays(seated, workshop, words):
    answer = send(sign_in(seated), workshop, do="ask", words=words)
    assert answer.status_code == 422 and not SpeakerQuestion.objects.exists()
    assert escape(words) in answer.content.decode()


def test_double_click_asks_once(seated, workshop):
    key = uuid4()
    for _ in range(2):
        assert send(sign_in(seated), workshop, do="ask", words="Why?", submission=key).status_code == 302
    assert SpeakerQuestion.objects.count() == 1


def test_nobody_asks_or_votes_after_the_end(seated, eva, workshop, at, clock):
    asked = question(workshop, eva, at)
    browser = sign_in(seated)
    clock.move_to(workshop.ends_at)
    assert send(browser, workshop, do="ask", words="Too late?").status_code == 422
    assert send(browser, workshop, vote=asked.pk).status_code == 422
    text = page(browser, workshop).content.decode()
    assert "nobody can ask any more" in text and 'name="words"' not in text and 'name="vote"' not in text
    assert asked.words in text


# --- Voting ---


def test_most_wanted_come_first(seated, eva, workshop, at):
    first, second = question(workshop, eva, at, "First"), question(workshop, eva, at, "Second")
    assert send(sign_in(seated), workshop, vote=second.pk).status_code == 302
    text = page(sign_in(seated), workshop).content.decode()
    assert text.index("Second") < text.index("First") and "Take my vote back" in text
    assert send(sign_in(seated), workshop, unvote=second.pk).status_code == 302
    text = page(sign_in(seated), workshop).content.decode()
    assert text.index("First") < text.index("Second") and first.votes.count() == second.votes.count() == 0


def test_same_vote_twice_counts_once(seated, eva, workshop, at):
    asked = question(workshop, eva, at)
    for _ in range(2):
        assert send(sign_in(seated), workshop, vote=asked.pk).status_code == 302
    assert asked.votes.count() == 1


def test_vote_is_once_in_the_database(seated, eva, workshop, at):
    asked = question(workshop, eva, at)
    SpeakerQuestionVote.objects.create(question=asked, member=seated)
    with pytest.raises(IntegrityError, match="speaker_question_vote_once"), transaction.atomic():
        SpeakerQuestionVote.objects.create(question=asked, member=seated)


@pytest.mark.django_db(transaction=True)
def test_votes_at_the_same_moment_are_one_and_nobody_sees_an_error(seated, eva, workshop, at):
    asked, failed = question(workshop, eva, at), []

    def vote() -> None:
        try:
            speaker_questions.vote(event=workshop, question_id=asked.pk, by=seated, at=at)
        except Exception as error:  # gathered, and asserted below to be none
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=vote) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (asked.votes.count(), failed) == (1, [])


def test_own_question_has_no_button_and_takes_no_vote(seated, workshop, at):
    asked = question(workshop, seated, at)
    assert 'name="vote"' not in page(sign_in(seated), workshop).content.decode()
    answer = send(sign_in(seated), workshop, vote=asked.pk)
    assert answer.status_code == 422 and "your own question" in answer.content.decode()
    assert not asked.votes.exists()


@pytest.mark.parametrize(("state", "words"), [("answered", "answered already"), ("hidden", "not there any more")])
def test_settled_questions_take_no_vote(seated, eva, workshop, at, state, words):
    asked = question(workshop, eva, at, state=state)
    answer = send(sign_in(seated), workshop, vote=asked.pk)
    assert answer.status_code == 422 and words in answer.content.decode()


@pytest.mark.parametrize("data", [{}, {"vote": "x"}, {"vote": "9" * 30}, {"vote": ""}, {"do": "explode"}])
def test_unclear_form_is_a_sentence(seated, workshop, data):
    answer = send(sign_in(seated), workshop, **data)
    assert answer.status_code == 422 and "nothing was changed" in answer.content.decode()


# --- Who takes part ---


def test_member_without_a_place_neither_reads_nor_asks(as_ana, ana, workshop, at):
    assert page(as_ana, workshop).status_code == 403
    assert send(as_ana, workshop, do="ask", words="Why?").status_code == 403
    with pytest.raises(PermissionDenied):
        speaker_questions.ask(event=workshop, words="Why?", with_name=True, by=ana, at=at)
    RoleFactory.create(event=workshop, member=ana, kind=Role.Kind.SPEAKER)
    assert page(as_ana, workshop).status_code == 200


def test_stranger_finds_nothing(cy, workshop):
    assert page(sign_in(cy), workshop).status_code == 404


def test_question_of_another_event_takes_no_vote(seated, eva, workshop, at):
    from tests.factories import WorkshopFactory

    foreign = question(WorkshopFactory.create().event_ptr, eva, at)
    assert send(sign_in(seated), workshop, vote=foreign.pk).status_code == 422
    assert not foreign.votes.exists()


def test_event_page_leads_there_with_the_number_of_open_ones(seated, eva, as_ana, workshop, at):
    question(workshop, eva, at)
    question(workshop, eva, at)
    question(workshop, eva, at, state="answered")
    text = as_ana.get(workshop.get_absolute_url()).content.decode()
    assert "Ask the speakers (2)" in text and reverse("speaker_questions", args=[workshop.pk]) in text


def test_event_page_of_somebody_without_a_place_has_no_door(as_ana, workshop):
    text = as_ana.get(workshop.get_absolute_url()).content.decode()
    assert reverse("speaker_questions", args=[workshop.pk]) not in text


# --- The team ---


def test_team_answers_hides_and_shows_again(as_bo, bo, seated, eva, workshop, at):
    asked = question(workshop, eva, at)
    shown = []
    for state in ("answered", "hidden", "open"):
        assert settle(as_bo, workshop, **{state: asked.pk}).status_code == 302
        asked.refresh_from_db()
        shown.append((asked.state, asked.settled_by, asked.words in page(sign_in(seated), workshop).content.decode()))
    assert shown == [("answered", bo, True), ("hidden", bo, False), ("open", None, True)]
    verbs = Entry.objects.about(asked).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["speaker_question.answered", "speaker_question.hidden", "speaker_question.open"]


def test_hidden_question_is_read_by_the_team_only(as_bo, seated, eva, workshop, at):
    question(workshop, eva, at, "Rude words", state="hidden")
    team = as_bo.get(reverse("speaker_question_list", args=[workshop.pk])).content.decode()
    assert "Rude words" in team
    assert "Rude words" not in page(sign_in(eva), workshop).content.decode()


def test_change_that_does_not_follow_is_a_sentence(as_bo, bo, eva, workshop, at):
    asked = question(workshop, eva, at, state="hidden")
    answer = settle(as_bo, workshop, answered=asked.pk)
    assert answer.status_code == 422 and "changed meanwhile" in answer.content.decode()
    with pytest.raises(QuestionRefused):
        speaker_questions.settle(event=workshop, question_id=asked.pk, state="nonsense", by=bo, at=at)


def test_co_facilitator_helps_and_members_do_not(seated, eva, workshop, at):
    asked = question(workshop, eva, at)
    assert settle(sign_in(seated), workshop, hidden=asked.pk).status_code == 403
    RoleFactory.create(event=workshop, member=seated, kind=Role.Kind.CO_FACILITATOR)
    assert settle(sign_in(seated), workshop, hidden=asked.pk).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "hidden"


@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_the_same_for_one_and_three(as_bo, seated, eva, workshop, at, number, django_assert_num_queries):
    for _ in range(number):
        asked = question(workshop, eva, at)
        question(workshop, eva, at, state="answered")
        SpeakerQuestionVote.objects.create(question=asked, member=seated)
    browser, team = sign_in(seated), reverse("speaker_question_list", args=[workshop.pk])
    page(browser, workshop)
    as_bo.get(team)
    with django_assert_num_queries(9):
        page(browser, workshop)
    with django_assert_num_queries(7):
        as_bo.get(team)


def test_long_list_is_cut_into_pages_and_stays_light(seated, eva, workshop, at):
    SpeakerQuestion.objects.bulk_create(
        SpeakerQuestion(event=workshop, member=eva, words="w" * 400, created_at=at) for _ in range(45)
    )
    first = page(sign_in(seated), workshop)
    assert len(first.content) < 60_000
    second = sign_in(seated).get(reverse("speaker_questions", args=[workshop.pk]) + "?page=2")
    assert second.content.decode().count('name="vote"') == 5


def test_event_that_is_off_takes_no_questions(seated, workshop):
    Event.objects.update(state="cancelled")
    assert send(sign_in(seated), workshop, do="ask", words="Why?").status_code == 422
