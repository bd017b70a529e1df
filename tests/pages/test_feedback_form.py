"""The form after an event: for whom it opens, what it keeps, and that nothing typed is lost."""

import logging
import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from events.models import Event, Feedback, FeedbackReceipt
from events.places import feedback_link, place_link
from forestallies.logs import MaskSecrets
from programs.models import SessionPlan
from tests.factories import RegistrationFactory, RoleFactory, SessionFactory, join
from tests.html_forms import fields_of

HOSTILE = ["<b>x</b>", '"><svg/onload=alert(1)>', "{{ 7*7 }}", "{% load x %}", "O’Brien 👩‍🌾", "'; DROP--", "=1+1"]
ALREADY = "You have answered already. Thank you."


@pytest.fixture
def ana(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


@pytest.fixture
def mine(workshop, ana, clock):
    """Ana's place in the workshop, an hour after its end."""
    clock.move_to(workshop.ends_at + timedelta(hours=1))
    return RegistrationFactory.create(event=workshop, member=ana)


def address(registration, way="signed in") -> str:
    if way == "link":
        return urlsplit(feedback_link(registration)).path
    return reverse("feedback_event", args=[registration.event_id])


def send(browser, registration, way="signed in", **said):
    return browser.post(address(registration, way), {"submission": uuid4(), **said})


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


WAYS = pytest.mark.parametrize("way", ["signed in", "link"])


def browser_for(way, client, ana):
    if way == "signed in":
        client.force_login(ana)
    return client


@WAYS
def test_whole_form_is_kept_and_answered_with_thanks(client, ana, mine, way):
    browser = browser_for(way, client, ana)
    said = {
        "usefulness": "4", "pace": "fast", "sound": "2", "use": "perhaps", "use_words": "Rows\r\nof trees",
        "most_useful": "The rooms", "to_improve": "More time", "may_quote": "on", "before-0": "1", "after-0": "5",
    }  # fmt: skip
    sent = send(browser, mine, way, **said)
    assert (sent.status_code, sent.url) == (302, address(mine, way))
    kept = Feedback.objects.get()
    assert (kept.member, kept.usefulness, kept.pace, kept.sound, kept.use) == (ana, 4, "fast", 2, "perhaps")
    assert (kept.use_words, kept.most_useful, kept.to_improve) == ("Rows\nof trees", "The rooms", "More time")
    assert (kept.may_quote, kept.language) == (True, "en")
    assert list(kept.topics.values_list("topic", "before", "after")) == [("Gender equality", 1, 5)]
    assert "<h1>Thank you for your answer</h1>" in text(browser.get(sent.url))


@WAYS
def test_form_opens_without_the_name_and_sends_it_so(client, ana, mine, way):
    browser = browser_for(way, client, ana)
    fields = fields_of(browser.get(address(mine, way)))
    assert fields["anonymous"] == ["on"]
    browser.post(address(mine, way), {**fields, "usefulness": "5"})
    assert Feedback.objects.get().member is None
    assert FeedbackReceipt.objects.get().member == ana


def test_second_answer_is_refused_with_a_sentence(as_ana, mine):
    send(as_ana, mine, usefulness="5")
    again = send(as_ana, mine, usefulness="1")
    assert (again.status_code, f"<h1>{ALREADY}</h1>" in text(again)) == (422, True)
    assert Feedback.objects.get().usefulness == 5


def test_double_click_is_one_answer_and_thanks(as_ana, mine):
    key = uuid4()
    statuses = [send(as_ana, mine, usefulness="5", submission=key).status_code for _ in range(2)]
    assert (statuses, Feedback.objects.count()) == ([302, 302], 1)


@WAYS
@pytest.mark.parametrize(
    ("shift", "sentence"),
    [
        (-timedelta(minutes=6), "This form opens five minutes before the end of the event."),
        (timedelta(days=30), "This form closed 30 days after the event."),
    ],
)
def test_too_early_and_too_late_are_said(client, ana, mine, clock, way, shift, sentence):
    clock.move_to(mine.event.ends_at + shift)
    browser = browser_for(way, client, ana)
    page, sent = browser.get(address(mine, way)), send(browser, mine, way, to_improve="More time")
    assert (page.status_code, sentence in text(page), "<textarea" in text(page)) == (200, True, False)
    assert (sent.status_code, sentence in text(sent), "More time</textarea>" in text(sent)) == (422, True, True)


@WAYS
def test_cancelled_event_asks_nothing(client, ana, mine, way):
    Event.objects.update(state="cancelled")
    page = browser_for(way, client, ana).get(address(mine, way))
    assert "This event does not take place, so there is nothing to say about it." in text(page)


def test_five_minutes_before_the_end_the_form_is_open(as_ana, mine, clock):
    clock.move_to(mine.event.ends_at - timedelta(minutes=5))
    assert "<textarea" in text(as_ana.get(address(mine)))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "Please answer at least one question."),
        ({"may_quote": "on"}, "Please answer at least one question."),
        ({"usefulness": "6"}, "Please choose from the list."),
        ({"pace": "sideways"}, "Please choose from the list."),
        ({"before-0": "x"}, "Please choose from the list."),
        ({"to_improve": "x" * 2001}, "Ensure this value has at most 2000 characters (it has 2001)."),
        ({"to_improve": "a\x07b"}, "Please remove the control characters."),
        ({"most_useful": "a\u202eb"}, "Please remove the invisible characters that change the reading direction."),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(as_ana, mine, said, problem):
    typed = {"most_useful": "The rooms", **said} if said not in ({}, {"may_quote": "on"}) else said
    typed |= {"sound": "2"} if "most_useful" in typed else {}
    answer = send(as_ana, mine, **typed)
    assert (answer.status_code, problem in text(answer)) == (422, True)
    shown = fields_of(answer)
    kept = {name: value for name, value in typed.items() if name in ("sound", "most_useful", "may_quote")}
    assert {name: shown[name] for name in kept} == {name: [value] for name, value in kept.items()}
    assert "anonymous" not in shown  # she had taken the tick away
    assert (Feedback.objects.count(), FeedbackReceipt.objects.count()) == (0, 0)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_come_back_as_they_were_typed(as_ana, mine, words):
    answer = send(as_ana, mine, to_improve=words, pace="sideways")
    assert (answer.status_code, fields_of(answer)["to_improve"]) == (422, [words])
    send(as_ana, mine, to_improve=words)
    assert Feedback.objects.get().to_improve == words


def test_who_had_no_place_is_refused_and_who_had_a_role_is_asked(client, workshop, ana, clock):
    clock.move_to(workshop.ends_at)
    client.force_login(ana)
    path = reverse("feedback_event", args=[workshop.pk])
    assert (client.get(path).status_code, client.post(path).status_code) == (403, 403)
    RoleFactory.create(event=workshop, member=ana, kind="speaker")
    assert client.get(path).status_code == 200


def test_link_of_a_place_that_was_given_up_says_so(client, mine):
    mine.state, mine.cancelled_by = "cancelled", "member"
    mine.save()
    page = client.get(address(mine, "link"))
    assert (page.status_code, "This form is for those who took part in the event." in text(page)) == (200, True)


def test_link_opens_this_form_only(client, mine):
    whole = address(mine, "link")
    other = urlsplit(place_link(mine)).path.replace("/place/", "/feedback/place/")
    assert [client.get(path).status_code for path in (whole[:-3] + "/", other)] == [404, 404]
    mine.member.is_active = False
    mine.member.save(update_fields=["is_active"])
    assert client.get(whole).status_code == 404


def test_link_speaks_her_language_and_is_kept_out_of_search_and_logs(client, mine):
    mine.member.language = "fr"
    mine.member.save(update_fields=["language"])
    page = client.get(address(mine, "link"))
    assert (page.headers["Content-Language"], page.headers["X-Robots-Tag"]) == ("fr", "noindex, nofollow")
    line = MaskSecrets("{message}", style="{").format(record(f"GET {address(mine, 'link')}"))
    assert line == "GET /feedback/place/…/"


def record(message):
    return logging.LogRecord("x", logging.INFO, "", 0, message, (), None)


@pytest.fixture
def session(ana, clock):
    """A session with two topics, an hour after its end; Ana was in it."""
    made = SessionFactory.create()
    plan = SessionPlan.objects.create(
        programme=made.edition.programme, module=made.edition.programme.modules.create(position=0, name="Kick-off"),
        number=1, day_offset=0, minutes=90, title="x", audience="all",
        topics_en="Cocoa in agroforestry\nFinance", topics_es="El cacao\nLas finanzas", topics_fr="Le cacao",
    )  # fmt: skip
    made.plan = plan
    made.save()
    join(ana, made.home)
    clock.move_to(made.ends_at + timedelta(hours=1))
    return RegistrationFactory.create(event=made.event_ptr, member=ana)


def headings(answer) -> list[str]:
    return re.findall(r"<h3>(.*?)</h3>", text(answer))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Cocoa in agroforestry", "Finance"]),
        ("es", ["El cacao", "Las finanzas"]),
        ("fr", ["Cocoa in agroforestry", "Finance"]),  # a line is missing in French, so none would fit for sure
    ],
)
def test_topics_of_a_session_are_asked_in_her_language_and_kept_in_the_first(as_ana, ana, session, language, said):
    ana.language = language
    ana.save(update_fields=["language"])
    assert headings(as_ana.get(address(session))) == said
    send(as_ana, session, **{"before-1": "2", "after-1": "3"})
    assert list(Feedback.objects.get().topics.values_list("position", "topic", "before", "after")) == [
        (1, "Finance", 2, 3)
    ]


def test_without_topics_one_line_asks_about_the_whole(as_ana, session):
    SessionPlan.objects.update(topics_en="", topics_es="", topics_fr="")
    page = as_ana.get(address(session))
    assert (headings(page), page.context["form"].topics[0].label) == ([], "The event as a whole")
    send(as_ana, session, **{"before-0": "2", "after-0": "3"})
    assert list(Feedback.objects.get().topics.values_list("topic", flat=True)) == [""]


def test_page_of_the_event_asks_until_she_has_answered(as_ana, mine, clock):
    page, link = mine.event.get_absolute_url(), f'href="{address(mine)}"'
    assert link in text(as_ana.get(page))
    send(as_ana, mine, usefulness="5")
    assert link not in text(as_ana.get(page))


def test_page_of_the_event_does_not_ask_before_the_end_nor_after_thirty_days(as_ana, mine, clock):
    page, link = mine.event.get_absolute_url(), f'href="{address(mine)}"'
    shown = []
    for moment in (-timedelta(seconds=1), timedelta(), timedelta(days=30)):
        clock.move_to(mine.event.ends_at + moment)
        shown.append(link in text(as_ana.get(page)))
    assert shown == [False, True, False]


@pytest.mark.parametrize("topics", [1, 3])
@WAYS
def test_form_costs_the_same_for_one_and_three_topics(client, ana, session, topics, way, django_assert_num_queries):
    names = ["Cocoa in agroforestry", "Finance", "Trees"][:topics]
    SessionPlan.objects.update(topics_en="\n".join(names), topics_es="", topics_fr="")
    browser = browser_for(way, client, ana)
    with django_assert_num_queries({"signed in": 7, "link": 4}[way]):
        assert headings(browser.get(address(session, way))) == names


def test_form_is_light(as_ana, session):
    with translation.override("en"):
        assert len(as_ana.get(address(session)).content) < 30_000
