"""What the team reads of answers: from five on, in groups, and words as their writers allow."""

from datetime import timedelta

import pytest
from django.urls import reverse

from events import feedback_results
from events.actions.feedback import Answers, Knowledge, give
from events.feedback_results import Bar
from events.models import Event, Role
from tests.factories import EventFactory, MemberFactory, RegistrationFactory, RoleFactory
from tests.pages.test_feedback_form import HOSTILE
from tests.world import sign_in


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


@pytest.fixture
def held(workshop, clock) -> Event:
    clock.move_to(workshop.ends_at + timedelta(hours=1))
    return workshop


def say(event, *, anonymous=True, name="Dora Writer", **said) -> None:
    member = RegistrationFactory.create(event=event, member=MemberFactory.create(name=name)).member
    answers = Answers(**{"usefulness": 3, "language": "en", **said})
    give(event=event, member=member, answers=answers, anonymous=anonymous, at=event.ends_at)


def say_many(event, number, **said) -> None:
    for count in range(number):
        say(event, to_improve=f"words {count}", **said)


def page(browser, event):
    return browser.get(reverse("feedback_results", args=[event.pk]))


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def words(voices) -> dict[str, list[tuple[str, str]]]:
    return {group.title: sorted((one.words, one.name) for one in group.said) for group in voices}


@pytest.mark.parametrize(("number", "said"), [(0, "0 answers"), (1, "1 answer"), (4, "4 answers")])
def test_below_five_only_their_number_is_shown(as_bo, held, number, said):
    say_many(held, number)
    answer = page(as_bo, held)
    assert f"{said} so far; results are shown from five on." in text(answer)
    assert ("words" in text(answer), "<table" in text(answer)) == (False, False)


def test_below_five_says_how_many_can_answer(as_bo, held, ana):
    say_many(held, 1)
    RegistrationFactory.create(event=held)
    RegistrationFactory.create(event=held, state="cancelled", cancelled_by="member")
    RoleFactory.create(event=held, member=ana)
    assert "3 people can answer." in text(page(as_bo, held))


def test_from_five_on_figures_and_words_are_shown(as_bo, held):
    for usefulness, pace, use in ((5, "right", "yes"), (5, "fast", "yes"), (4, "right", "no"), (2, "", "perhaps")):
        say(held, usefulness=usefulness, pace=pace, use=use, sound=None)
    say(held, usefulness=None, to_improve="More time")
    results = page(as_bo, held).context["results"]
    useful, sound, pace, use = results.spreads
    assert (results.answers, useful.average, useful.answers, sound.average) == (5, 4, 4, None)
    assert useful.bars[:2] == [Bar("5", 2, 50), Bar("4", 1, 25)]
    assert [(bar.label, bar.count) for bar in pace.bars] == [("too slow", 0), ("right", 2), ("too fast", 1)]
    assert [(bar.label, bar.count) for bar in use.bars] == [("yes", 2), ("perhaps", 1), ("no", 1)]
    assert words(results.internal) == {"What we should improve": [("More time", "")]}


def test_bars_have_their_figures_beside_them(as_bo, held):
    say_many(held, 5, usefulness=4)
    drawn = text(page(as_bo, held))
    assert '<rect class="bar__part" width="100" height="10"/>' in drawn
    assert '<span class="visually-hidden">100 %</span></td> <td>5</td>' in drawn


def test_sixth_answer_changes_nothing_until_the_eighth_has_come(as_bo, held):
    """Who looks before and after must not learn what one person said."""
    say_many(held, 5, usefulness=3)
    seen = []
    for _ in range(3):
        say(held, usefulness=1, to_improve="I was bored")
        answer = page(as_bo, held)
        results = answer.context["results"]
        seen.append((results.answers, round(results.spreads[0].average, 2), text(answer).count("I was bored")))
    assert seen == [(5, 3, 0), (5, 3, 0), (8, 2.25, 3)]


def test_last_answers_come_in_when_the_form_has_closed(held):
    say_many(held, 6)
    closes = held.ends_at + timedelta(days=30)
    moments = (closes - timedelta(seconds=1), closes)
    assert [feedback_results.results_of(held, at=moment).answers for moment in moments] == [5, 6]


def test_words_of_two_without_a_name_wait_for_a_third(as_bo, held):
    for _ in range(3):
        say(held, anonymous=False)
    for number in range(2):
        say(held, to_improve=f"words {number}")
    answer = page(as_bo, held)
    results = answer.context["results"]
    assert (results.answers, results.words_wait, words(results.internal)) == (5, True, {})
    assert "Words without a name appear here as soon as three people" in text(answer)
    for number in range(2, 5):
        say(held, to_improve=f"words {number}")
    said = words(page(as_bo, held).context["results"].internal)
    assert said == {"What we should improve": [(f"words {number}", "") for number in range(5)]}


def test_only_what_may_be_quoted_stands_there_and_a_name_only_where_it_was_given(as_bo, held):
    for anonymous in (False, True):
        for may_quote in (False, True):
            said = f"{'unnamed' if anonymous else 'named'} {'yes' if may_quote else 'no'}"
            say(held, anonymous=anonymous, may_quote=may_quote, most_useful=said)
    say(held, use_words="more trees")
    answer = page(as_bo, held)
    results = answer.context["results"]
    assert words(results.quotable) == {"What was most useful": [("named yes", "Dora Writer"), ("unnamed yes", "")]}
    assert words(results.internal) == {
        "What was most useful": [("named no", ""), ("unnamed no", "")],
        "What people will use": [("more trees", "")],
    }
    assert text(answer).count("Dora Writer") == 1


def test_words_stand_in_another_order_each_time(held):
    say_many(held, 8)
    orders = {
        tuple(one.words for one in feedback_results.results_of(held, at=held.ends_at).internal[0].said)
        for _ in range(20)
    }
    assert len(orders) > 1


def test_knowledge_before_and_after_is_of_those_who_said_both(as_bo, held):
    for before, after in ((1, 4), (2, 5), (3, None)):
        say(held, knowledge=(Knowledge(0, "Gender equality", before, after),))
    say(held, knowledge=(Knowledge(0, "", 3, 3),))
    say(held)
    learnt = page(as_bo, held).context["results"].learnt
    assert [(one.topic, one.answers, one.before, one.after, one.after_share) for one in learnt] == [
        ("The event as a whole", 1, 3, 3, 60),
        ("Gender equality", 2, 1.5, 4.5, 90),
    ]


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_are_shown_as_typed(as_bo, held, said):
    say_many(held, 4)
    say(held, most_useful=said)
    answer = page(as_bo, held)
    assert words(answer.context["results"].internal)["What was most useful"] == [(said, "")]
    assert "<svg/onload" not in answer.content.decode()
    assert "<b>x</b>" not in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "status"), [("facilitator", 200), ("co_facilitator", 403), ("speaker", 403), ("interpreter", 403)]
)
def test_facilitator_of_exactly_this_event_reads_it(client, held, ana, kind, status):
    RoleFactory.create(event=held, member=ana, kind=Role.Kind(kind))
    client.force_login(ana)
    assert page(client, held).status_code == status


def test_facilitator_of_another_event_reads_nothing(client, held, ana, community):
    RoleFactory.create(event=EventFactory.create(home=community.circle), member=ana, kind=Role.Kind.FACILITATOR)
    client.force_login(ana)
    assert page(client, held).status_code == 403


def test_another_secret_shows_no_results_before_the_form_has_closed(held, settings):
    """Seals of an old key cannot be read, so nothing is shown rather than too much."""
    say_many(held, 6)
    settings.SECRET_KEY = "the next secret of the portal, made after the first"
    assert not feedback_results.results_of(held, at=held.ends_at).are_shown
    assert feedback_results.results_of(held, at=held.ends_at + timedelta(days=30)).answers == 6


@pytest.mark.parametrize("people", [5, 20])
def test_page_costs_the_same_for_five_and_twenty(as_bo, held, people, django_assert_num_queries):
    for number in range(people):
        say(held, anonymous=number % 2 == 0, knowledge=(Knowledge(0, "Gender equality", 1, 2),), may_quote=True)
    page(as_bo, held)
    with django_assert_num_queries(10):
        assert page(as_bo, held).context["results"].are_shown


@pytest.mark.parametrize(("people", "told"), [(4, "4 answers"), (5, "5 answers"), (7, "5 answers"), (8, "8 answers")])
def test_cockpit_tells_of_no_answer_that_results_leave_out(as_bo, held, people, told):
    say_many(held, people)
    cards = as_bo.get(reverse("event_cockpit", args=[held.pk])).context["cards"]
    assert [lines for name, _label, lines in cards if name == "feedback_results"] == [[told]]
