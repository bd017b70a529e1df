"""What a member says when she registers: the short form on the page of an event."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Entry
from events.actions import desk, registrations
from events.ledger import Wishes
from events.models import Answer, Question, Registration
from tests.conftest import NOW
from tests.factories import EventFactory, RegistrationFactory, SessionFactory
from tests.html_forms import fields_of

HOSTILE = [
    "<b>x</b>",
    '"><svg/onload=alert(1)>',
    "{{ 7*7 }}",
    "{% load x %}",
    "O’Brien & Söhne",
    "李小龍 👩‍🌾",
    "'; DROP--",
]


@pytest.fixture
def english(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


@pytest.fixture
def speaks(workshop):
    """The workshop interprets into Spanish and French."""
    workshop.interpretation = ["es", "fr"]
    workshop.save(update_fields=["interpretation"])
    return workshop


def ask(event, kind="text", *, required=False, words="What do you bring?", choices=""):
    return Question.objects.create(event=event, kind=kind, words=words, choices=choices, required=required)


def page(browser, event):
    return browser.get(event.get_absolute_url())


def send(browser, event, name="registration_create", **said):
    return browser.post(reverse(name, args=[event.pk]), {"submission": uuid4(), **said}, follow=True)


def test_own_language_is_proposed_for_interpretation(as_ana, ana, speaks, clock):
    assert fields_of(page(as_ana, speaks))["interpretation"] == ["es"]
    send(as_ana, speaks, **fields_of(page(as_ana, speaks)))
    assert ana.registrations.get().interpretation == "es"


def test_event_without_interpretation_asks_for_none(as_ana, workshop, clock):
    assert "interpretation" not in fields_of(page(as_ana, workshop))


def test_everything_said_is_kept_and_shown(as_ana, ana, english, speaks, clock):
    wood = ask(speaks, "choice", words="Which wood?", choices="Oak\nBeech")
    alone = ask(speaks, "yes_no", words="Do you come alone?")
    said = {"interpretation": "fr", "needs": ["captions", "audio_only"], "note": "  Late   by ten ",
            f"question-{wood.pk}": "Beech", f"question-{alone.pk}": "no"}  # fmt: skip
    shown = send(as_ana, speaks, **said)
    mine = ana.registrations.get()
    assert (mine.interpretation, mine.needs, mine.note) == ("fr", ["captions", "audio_only"], "Late by ten")
    assert dict(mine.answers.values_list("question", "value")) == {wood.pk: "Beech", alone.pk: "no"}
    assert shown.context["told"] == [
        ("Interpretation", "French"),
        ("What helps you to take part", "Captions to read along, I join by sound only, without pictures"),
        ("Which wood?", "Beech"),
        ("Do you come alone?", "No"),
        ("Anything else we should know", "Late by ten"),
    ]


def test_choice_is_shown_in_the_readers_language_and_kept_in_the_portals(as_ana, ana, workshop, clock):
    wood = ask(workshop, "choice", choices="Oak\nBeech")
    Question.objects.filter(pk=wood.pk).update(choices_es="Roble\nHaya", words_es="¿Qué madera?")
    shown = send(as_ana, workshop, **{f"question-{wood.pk}": "Beech"})
    assert Answer.objects.get().value == "Beech"
    assert ("¿Qué madera?", "Haya") in shown.context["told"]


def test_required_question_is_unfolded_and_asked_again_with_all_that_was_typed(as_ana, ana, english, speaks, clock):
    must, may = ask(speaks, required=True), ask(speaks, words="Anything for lunch?")
    answer = send(
        as_ana, speaks, interpretation="fr", needs=["captions"], note="kept", **{f"question-{may.pk}": "rice"}
    )
    assert answer.status_code == 422
    assert not ana.registrations.exists()
    form = answer.context["form"]
    assert [field.name for field in form.unfolded()] == ["interpretation", f"question-{must.pk}"]
    typed = fields_of(answer)
    assert (typed["interpretation"], typed["needs"], typed["note"]) == (["fr"], ["captions"], ["kept"])
    assert typed[f"question-{may.pk}"] == ["rice"]
    shown = answer.content.decode()
    assert f'href="#id_question-{must.pk}"' in shown and f'id="id_question-{must.pk}"' in shown
    assert "Please answer this question." in shown


def test_mistake_in_the_folded_part_opens_it(as_ana, ana, english, workshop, clock):
    answer = send(as_ana, workshop, note="x" * 301)
    assert answer.status_code == 422
    assert '<details class="fold wishes" open>' in answer.content.decode()


@pytest.mark.parametrize(
    ("forged", "sentence"),
    [
        ({"interpretation": "pt-br"}, "Interpretation into this language is not offered here."),
        ({"interpretation": "xx"}, "Interpretation into this language is not offered here."),
        ({"needs": ["a throne"]}, "Please choose from the list."),
        ({"question-999999": "x"}, "The questions have changed meanwhile."),
        ({"question-": "x"}, "The questions have changed meanwhile."),
        ({"note": "a\u202eb"}, "Please remove the invisible characters"),
    ],
)
def test_what_the_event_does_not_offer_is_refused_with_a_sentence(
    as_ana, ana, english, speaks, clock, forged, sentence
):
    answer = send(as_ana, speaks, **forged)
    assert (answer.status_code, ana.registrations.exists()) == (422, False)
    assert sentence in answer.content.decode()


def test_question_and_choice_of_another_event_are_refused(as_ana, ana, english, workshop, clock):
    own = ask(workshop, "choice", choices="Oak\nBeech")
    other = ask(EventFactory.create(home=workshop.home), "choice", choices="Fir")
    for forged in ({f"question-{other.pk}": "Fir"}, {f"question-{own.pk}": "Fir"}):
        assert send(as_ana, workshop, **forged).status_code == 422
    assert not ana.registrations.exists() and not Answer.objects.exists()


def test_interpretation_is_refused_where_there_is_none(as_ana, ana, english, workshop, clock):
    answer = send(as_ana, workshop, interpretation="es")
    assert "There is no interpretation in this event." in answer.content.decode()
    assert not ana.registrations.exists()


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_shown_as_typed(as_ana, ana, english, workshop, clock, words):
    question = ask(workshop, words=words)
    shown = send(as_ana, workshop, note=words, **{f"question-{question.pk}": words})
    assert (ana.registrations.get().note, Answer.objects.get().value) == (words, words)
    html = shown.content.decode()
    assert shown.context["told"] == [(words, words), ("Anything else we should know", words)]
    assert "<b>x" not in html and "<svg/onload" not in html and ">49<" not in html
    assert fields_of(shown)["note"] == [words]


def test_letters_that_grow_when_tidied_are_measured_as_stored(as_ana, ana, workshop, clock):
    """U+FB2C becomes three letters: 200 of them are 600, and the database holds 300."""
    assert send(as_ana, workshop, note="\ufb2c" * 200).status_code == 422
    assert not ana.registrations.exists()


def test_page_of_a_session_asks_too(client, ana, english, clock):
    session = SessionFactory.create()
    session.audience.set(ana.belongings.values_list("circle", flat=True))
    client.force_login(ana)
    question = ask(session.event_ptr, required=True)
    assert send(client, session).status_code == 422
    send(client, session, **{f"question-{question.pk}": "cocoa"})
    assert Answer.objects.get().value == "cocoa"


def test_card_is_one_tap_in_the_readers_language(as_ana, ana, speaks, clock):
    fields = fields_of(as_ana.get(reverse("my_page")))
    assert fields["interpretation"] == ["es"]


def test_card_leads_to_the_page_when_something_has_to_be_answered(as_ana, workshop, clock):
    ask(workshop, required=True)
    shown = as_ana.get(reverse("my_page")).content.decode()
    assert reverse("registration_create", args=[workshop.pk]) not in shown
    assert f'href="{workshop.get_absolute_url()}#place"' in shown


def test_what_was_said_can_be_changed_without_touching_the_seat(as_ana, ana, english, speaks, clock):
    question = ask(speaks, required=True)
    send(as_ana, speaks, interpretation="es", note="before", **{f"question-{question.pk}": "one"})
    assert fields_of(page(as_ana, speaks))["note"] == ["before"]
    send(as_ana, speaks, "wishes_change", interpretation="", needs=["captions"], **{f"question-{question.pk}": "two"})
    mine = ana.registrations.get()
    assert (mine.interpretation, mine.needs, mine.note, mine.state) == ("", ["captions"], "", "confirmed")
    assert mine.answers.get().value == "two"
    assert mine.transitions.count() == 1


def test_change_is_on_record_without_the_words(as_ana, ana, workshop, clock):
    send(as_ana, workshop)
    for _ in range(2):
        send(as_ana, workshop, "wishes_change", note="a private matter")
    entry = Entry.objects.get(verb="registration.wishes_changed")
    assert (entry.actor_id, entry.detail) == (ana.pk, {"fields": ["note"]})


def test_change_with_a_mistake_keeps_what_was_typed(as_ana, ana, english, workshop, clock):
    question = ask(workshop, required=True)
    RegistrationFactory.create(event=workshop, member=ana)
    answer = send(as_ana, workshop, "wishes_change", note="typed")
    assert answer.status_code == 422
    assert fields_of(answer)["note"] == ["typed"]
    assert f'href="#id_question-{question.pk}"' in answer.content.decode()


@pytest.mark.parametrize("how", ["begun", "left", "cancelled"])
def test_nothing_is_changed_when_it_is_too_late(as_ana, ana, english, workshop, clock, how):
    mine = RegistrationFactory.create(event=workshop, member=ana, note="before")
    if how == "left":
        Registration.objects.filter(pk=mine.pk).update(state="cancelled", cancelled_by="member")
    elif how == "cancelled":
        type(workshop).objects.filter(pk=workshop.pk).update(state="cancelled")
    else:
        clock.move_to(workshop.starts_at)
    send(as_ana, workshop, "wishes_change", note="after")
    mine.refresh_from_db()
    assert mine.note == "before"


def test_stranger_changes_nothing(client, cy, workshop, clock):
    client.force_login(cy)
    assert send(client, workshop, "wishes_change").status_code == 404


def test_what_she_writes_is_kept_although_somebody_else_had_just_registered_her(as_ana, ana, bo, speaks, clock):
    desk.add(event=speaks, members=[ana], by=bo, at=NOW - timedelta(minutes=1))
    send(as_ana, speaks, interpretation="fr", note="I am deaf")
    mine = ana.registrations.get()
    assert (mine.interpretation, mine.note, mine.transitions.count()) == ("fr", "I am deaf", 1)


def test_card_of_an_event_she_had_left_leads_to_the_form_with_what_she_said(as_ana, ana, workshop, clock):
    RegistrationFactory.create(event=workshop, member=ana, state="cancelled", cancelled_by="member", note="I am deaf")
    shown = as_ana.get(reverse("my_page")).content.decode()
    assert reverse("registration_create", args=[workshop.pk]) not in shown


def test_answer_to_a_question_that_is_gone_by_then_is_left_out(ana, workshop, clock):
    gone = ask(workshop)
    said = Wishes(answers={gone.pk: "cocoa"})
    gone.delete()
    registrations.register(event=workshop, member=ana, by=ana, at=NOW, wishes=said)
    assert not Answer.objects.exists()


def test_coming_back_remembers_what_was_said(as_ana, ana, speaks, clock):
    RegistrationFactory.create(event=speaks, member=ana, state="cancelled", cancelled_by="member", note="I am deaf")
    fields = fields_of(page(as_ana, speaks))
    assert (fields["note"], fields["interpretation"]) == (["I am deaf"], ["es"])
