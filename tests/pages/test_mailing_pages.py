"""The pages of letters: written without losing a word, looked at, tried, sent once, and who may do so."""

import re
from html import escape
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Role
from members.models import Grant, Mailing, Member
from members.models.mailings import Words
from notices import stopping
from notices.models import Notice, Preference
from tests.factories import (
    CircleFactory,
    GrantFactory,
    MailingFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
)
from tests.html_forms import fields_of
from tests.members.letters import FRENCH, SPANISH, letter, people
from tests.world import sign_in

HOSTILE = "{{7*7}} {% load x %} <script>alert(1)</script> \"' &amp;"


@pytest.fixture
def circle(community):
    return community.circle


@pytest.fixture
def desk(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


@pytest.fixture
def mailing(bo, circle):
    people(circle, "es", "fr")
    return letter(circle, bo, {"es": SPANISH, "fr": FRENCH})


def page(name: str, *args: object) -> str:
    return reverse(name, args=args)


def written(**fields: object) -> dict[str, object]:
    return {"submission": uuid4(), "subject_en": "Hello", "text_en": "A new link.", **fields}


def press(desk: Client, name: str, mailing: Mailing, **fields: object):
    return desk.post(page(name, mailing.pk), {"submission": uuid4(), **fields})


def test_whole_way_from_an_empty_page_to_a_sent_letter(desk, bo, circle):
    people(circle, "es", country="PE")
    people(circle, "fr", country="GH")
    fields = {**written(subject_es="Hola", text_es="Un enlace."), "countries": ["PE"]}
    saved = desk.post(page("mailing_create", "circle", circle.pk), fields)
    made = Mailing.objects.get()
    assert saved.url == page("mailing_detail", made.pk)
    assert desk.get(saved.url).context["spread"].count == 1
    asked = desk.get(page("mailing_send", made.pk))
    assert "Send it to 1 person?" in asked.content.decode()
    sent = desk.post(page("mailing_send", made.pk), fields_of(asked))
    assert sent.url == page("mailing_detail", made.pk)
    seen = desk.get(sent.url).content.decode()
    assert "to 1 person" in seen and "1 on the way" in seen and "from: Peru" in seen and "Bo Dupont" in seen


def test_button_pressed_twice_sends_once_and_says_the_same(desk, mailing):
    fields = fields_of(desk.get(page("mailing_send", mailing.pk)))
    answers = [desk.post(page("mailing_send", mailing.pk), fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Notice.objects.count() == 2


def test_second_window_is_told_that_it_was_sent(desk, mailing):
    windows = [fields_of(desk.get(page("mailing_send", mailing.pk))) for _ in range(2)]
    assert desk.post(page("mailing_send", mailing.pk), windows[0]).status_code == 302
    late = desk.post(page("mailing_send", mailing.pk), windows[1])
    assert late.status_code == 409
    assert "This letter was sent already." in late.content.decode()
    assert Notice.objects.count() == 2


def test_question_before_sending_says_how_many_want_no_letters(desk, mailing):
    ask = page("mailing_send", mailing.pk)
    assert "wants no letters" not in desk.get(ask).content.decode()
    Preference.objects.create(
        member=Member.objects.get(language="fr"), kind="letter", wanted=False, changed_at=mailing.created_at
    )
    assert "1 of them wants no letters and gets none." in desk.get(ask).content.decode()


def test_what_is_wrong_names_the_language_that_it_is_in(desk, circle):
    answer = desk.post(page("mailing_create", "circle", circle.pk), written(text_fr="a\x07b"))
    assert ">Text (French)</a> – Please remove the control characters." in answer.content.decode()


def test_number_that_grew_is_shown_anew_before_anything_is_sent(desk, mailing, circle):
    fields = fields_of(desk.get(page("mailing_send", mailing.pk)))
    people(circle, "es")
    answer = desk.post(page("mailing_send", mailing.pk), fields)
    assert answer.status_code == 422
    assert "meanwhile it would go to 3 people" in answer.content.decode()
    assert fields_of(answer)["expected"] == ["3"]
    assert not Notice.objects.exists()


def test_language_without_a_text_is_named_before_sending(desk, bo, circle):
    people(circle, "es", "fr", "fr")
    half = letter(circle, bo, {"es": SPANISH})
    sentence = "French: 2 people read it, and there is no text in it."
    assert sentence in desk.get(page("mailing_detail", half.pk)).content.decode()
    refused = press(desk, "mailing_send", half, expected=3)
    assert (refused.status_code, Notice.objects.count()) == (422, 0)
    assert sentence in refused.content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text_es": "Hola {nombre}"}, "{nombre} is not known here. Between braces you can write {name}."),
        ({"text_es": "Empieza {when}"}, "{when} is not known here. Between braces you can write {name}."),
        ({"text_fr": "x" * 5_001}, "Ensure this value has at most 5000 characters (it has 5001)."),
        ({"subject_fr": "x" * 151}, "Ensure this value has at most 150 characters (it has 151)."),
        ({"subject_fr": "a\x07b"}, "Please remove the control characters."),
        ({"countries": ["XX"]}, "Select a valid choice. XX is not one of the available choices."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk, circle, wrong, sentence):
    people(circle, "es", country="PE")
    typed = written(**{"languages": ["es"], "is_important": "on", "text_pt_br": "Olá", **wrong})
    answer = desk.post(page("mailing_create", "circle", circle.pk), typed)
    assert answer.status_code == 422
    assert escape(sentence) in answer.content.decode()
    kept = fields_of(answer)
    for name in ("subject_en", "text_en", "text_pt_br", "is_important", *wrong):
        assert name == "countries" or kept[name] == [str(typed[name])]
    assert kept["languages"] == ["es"]
    assert not Mailing.objects.exists()


@pytest.mark.parametrize("how", ["create", "edit"])
def test_words_typed_before_the_session_ended_come_back_to_their_writer(desk, bo, circle, mailing, how):
    path = page("mailing_edit", mailing.pk) if how == "edit" else page("mailing_create", "circle", circle.pk)
    typed = {**fields_of(desk.get(path)), "text_fr": "Très long, deux heures de travail."}
    desk.cookies.pop("sessionid")
    answer = desk.post(path, typed, headers={"Referer": f"http://testserver{path}"})
    assert answer.url == f"{reverse('account_login')}?next={path}"
    other = MemberFactory.create(email="other@example.org")
    GrantFactory.create(member=other, circle=circle, right=Grant.Right.COORDINATOR)
    _sign_in_there(desk, bo)
    back = desk.get(path)
    assert "Here is everything you had typed; it is not saved yet." in back.content.decode()
    assert fields_of(back)["text_fr"] == ["Très long, deux heures de travail."]
    assert "Here is everything" not in desk.get(path).content.decode()
    assert desk.post(path, fields_of(back)).status_code == 302
    assert Mailing.objects.latest("changed_at").words("fr").text == "Très long, deux heures de travail."


def test_words_of_one_person_are_not_shown_to_the_next_at_the_same_desk(desk, circle):
    path = page("mailing_create", "circle", circle.pk)
    typed = {**fields_of(desk.get(path)), "text_fr": "Entre nous."}
    desk.cookies.pop("sessionid")
    desk.post(path, typed)
    other = MemberFactory.create(email="other@example.org")
    GrantFactory.create(member=other, circle=circle, right=Grant.Right.COORDINATOR)
    _sign_in_there(desk, other)
    assert "Entre nous." not in desk.get(path).content.decode()


def test_forged_mark_keeps_nothing(desk, bo, circle):
    path = page("mailing_create", "circle", circle.pk)
    anybody = Client()
    assert anybody.post(path, {"text_fr": "Entre nous.", "typed_by": f"{bo.pk}.forged"}).status_code == 302
    assert "sessionid" not in anybody.cookies


def _sign_in_there(browser: Client, person) -> None:
    """Sign in where a session without a person has begun already, with the second factor."""
    browser.force_login(person)
    session = browser.session
    session["second_factor_proved_by"] = str(person.pk)
    session.save()


def test_page_sent_again_with_other_words_changes_the_draft_that_it_began(desk, circle):
    path = page("mailing_create", "circle", circle.pk)
    fields = fields_of(desk.get(path))
    answers = [desk.post(path, {**fields, "text_en": text}) for text in ("First.", "First.", "After going back.")]
    made = Mailing.objects.get()
    assert {answer.url for answer in answers} == {page("mailing_detail", made.pk)}
    assert (made.words("en").text, made.version) == ("After going back.", 2)


def test_page_sent_again_asks_before_it_replaces_what_was_written_since(desk, circle):
    path = page("mailing_create", "circle", circle.pk)
    fields = fields_of(desk.get(path))
    desk.post(path, {**fields, "text_en": "First."})
    edit = page("mailing_edit", Mailing.objects.get().pk)
    assert desk.post(edit, {**fields_of(desk.get(edit)), "text_en": "Better."}).status_code == 302
    refused = desk.post(path, {**fields, "text_en": "After going back."})
    assert refused.status_code == 422
    assert f'action="{edit}"' in refused.content.decode()
    assert Mailing.objects.get().words("en").text == "Better."
    assert desk.post(edit, fields_of(refused)).status_code == 302
    assert Mailing.objects.get().words("en").text == "After going back."


@pytest.mark.parametrize(("how", "letters"), [("mailing_send", 2), ("mailing_remove", 1)])
def test_page_sent_again_after_its_draft_is_gone_begins_another_letter(desk, circle, how, letters):
    people(circle, "en")
    path = page("mailing_create", "circle", circle.pk)
    fields = fields_of(desk.get(path))
    desk.post(path, {**fields, "subject_en": "Hello", "text_en": "First."})
    assert press(desk, how, Mailing.objects.get(), expected=1).status_code == 302
    for _ in range(2):
        desk.post(path, {**fields, "subject_en": "Hello", "text_en": "After going back."})
    assert Mailing.objects.count() == letters
    assert Mailing.objects.drafts().get().words("en").text == "After going back."


def test_draft_that_was_removed_by_the_first_of_two_clicks_is_removed(desk, mailing):
    key = uuid4()
    answers = [press(desk, "mailing_remove", mailing, submission=key) for _ in range(2)]
    assert [answer.url for answer in answers] == [page("mailing_list")] * 2
    assert press(desk, "mailing_remove", mailing).status_code == 404


def test_no_preview_shows_a_link_that_opens_the_readers_own_page(desk, mailing):
    for _ in range(2):  # the draft, then what was sent
        seen = desk.get(page("mailing_detail", mailing.pk)).content.decode()
        assert "/messages/stop/***/" in seen
        assert set(re.findall(r"/messages/stop/([^/]+)/", seen)) == {"***"}
        press(desk, "mailing_send", mailing, expected=2)


def test_letter_with_the_writers_own_link_is_not_saved(desk, circle, ana):
    own = stopping.link("letter", ana.pk)
    answer = desk.post(page("mailing_create", "circle", circle.pk), written(text_en=f"Join here: {own}"))
    assert (answer.status_code, Mailing.objects.count()) == (422, 0)
    assert "a link in it that opens one person’s own page" in answer.content.decode()
    elsewhere = written(text_en="Here: https://maps.example.org/place/Lima")
    assert desk.post(page("mailing_create", "circle", circle.pk), elsewhere).status_code == 302


def test_sent_letter_leads_to_its_messages(desk, mailing, circle):
    press(desk, "mailing_send", mailing, expected=2)
    other = letter(circle, mailing.created_by, {"es": SPANISH, "fr": FRENCH})
    press(desk, "mailing_send", other, expected=2)
    failed = Notice.objects.filter(about__contains=[mailing.label]).first()
    Notice.objects.filter(pk=failed.pk).update(state="failed", finished_at=failed.created_at)
    seen = desk.get(page("mailing_detail", mailing.pk)).content.decode()
    link = f"{page('outbox_list')}?letter={mailing.pk}"
    assert f"{link}&amp;show=failed" in seen
    assert [line.notice for line in desk.get(f"{link}&show=failed").context["lines"]] == [failed]
    assert f'<a href="{page("mailing_detail", mailing.pk)}">Nuevo enlace</a>' in (
        desk.get(page("outbox_notice", failed.pk)).content.decode()
    )
    narrowed = desk.get(link)
    assert narrowed.context["number"] == 2
    seen = narrowed.content.decode()
    assert "Only this letter" in seen and f'type="hidden" name="letter" value="{mailing.pk}"' in seen


def test_two_windows_do_not_overwrite_each_other_unasked(desk, mailing):
    path = page("mailing_edit", mailing.pk)
    first, second = fields_of(desk.get(path)), fields_of(desk.get(path))
    assert desk.post(path, {**first, "text_es": "Uno"}).status_code == 302
    refused = desk.post(path, {**second, "text_es": "Dos"})
    assert refused.status_code == 422
    assert "Bo Dupont changed this letter meanwhile." in refused.content.decode()
    assert desk.post(path, fields_of(refused)).status_code == 302
    assert Mailing.objects.get().words("es").text == "Dos"


def test_preview_shows_each_language_as_a_chosen_person_reads_it(desk, bo, circle):
    awa, _other = people(circle, "fr", "es", name="Awa Koné")
    words = {"fr": FRENCH, "es": SPANISH}
    made = letter(circle, bo, words)
    seen = desk.get(page("mailing_detail", made.pk), {"person": awa.pk}).content.decode()
    assert "Bonjour Awa Koné," in seen and "Hola Awa Koné: " in seen
    assert '<a href="https://meet.example.org/nuevo" rel="nofollow">' in seen
    assert seen.count("1 person reads it") == 2
    assert "https://wa.me/?text=%2ANouveau%20lien%2A%0A%0AVoici%20le%20nouveau%20lien%2C%20" in seen


def test_stranger_is_no_person_to_look_through(desk, mailing, cy):
    seen = desk.get(page("mailing_detail", mailing.pk), {"person": cy.pk}).content.decode()
    assert "Cy Stranger" not in seen


def test_names_come_on_request_and_those_without_an_address_first(desk, mailing, circle):
    people(circle, "fr", name="Zoe Offline", email=None)
    seen = desk.get(page("mailing_detail", mailing.pk)).content.decode()
    assert "1 more person has no e-mail address" in seen and "Zoe Offline" not in seen
    listed = desk.get(page("mailing_people", mailing.pk))
    assert next(one.name for one in listed.context["page"]) == "Zoe Offline"
    assert "no e-mail address" in listed.content.decode()


def test_trial_goes_to_the_writer(desk, bo, mailing):
    assert press(desk, "mailing_test", mailing, language="es").status_code == 302
    assert [(one.recipient, one.language) for one in Notice.objects.all()] == [(bo, "es")]
    assert press(desk, "mailing_test", mailing, language="pt-br").status_code == 422
    assert press(desk, "mailing_test", mailing).status_code == 302
    assert Notice.objects.filter(recipient=bo).count() == 3


def test_draft_is_removed_and_a_sent_letter_is_not(desk, mailing):
    press(desk, "mailing_send", mailing, expected=2)
    assert press(desk, "mailing_remove", mailing).status_code == 422
    other = MailingFactory.create(circle=mailing.circle)
    assert press(desk, "mailing_remove", other).url == page("mailing_list")
    assert list(Mailing.objects.all()) == [mailing]


def test_new_letter_begins_with_a_text_or_with_another_letter(desk, mailing, circle):
    path = page("mailing_create", "circle", circle.pk)
    assert fields_of(desk.get(path, {"text": "link_changed"}))["subject_fr"] == ["Nouveau lien pour l’interprétation"]
    copied = fields_of(desk.get(path, {"from": mailing.pk}))
    assert (copied["subject_es"], copied["text_es"]) == ([SPANISH.subject], [SPANISH.text])
    assert copied["version"] == [""]
    for wrong in ("0", "x", "9" * 30):
        assert desk.get(path, {"from": wrong}).status_code == 404


def test_hostile_words_stand_on_every_page_as_typed(desk, bo, circle):
    people(circle, "en", name=HOSTILE)
    made = letter(circle, bo, {"en": Words(HOSTILE, HOSTILE)})
    for name in ("mailing_detail", "mailing_edit", "mailing_people"):
        seen = desk.get(page(name, made.pk)).content.decode()
        assert escape(HOSTILE).replace("&#x27;", "&#39;") in seen.replace("&#x27;", "&#39;")
        assert "<script>alert" not in seen
    press(desk, "mailing_send", made, expected=1)
    for path in (page("mailing_detail", made.pk), page("mailing_list")):
        assert "<script>alert" not in desk.get(path).content.decode()


def test_facilitator_writes_to_the_people_of_her_event(circle, workshop):
    fay = MemberFactory.create(name="Fay")
    GrantFactory.create(member=fay, circle=circle, right=Grant.Right.FACILITATOR)
    RegistrationFactory.create(event=workshop)
    desk, path = sign_in(fay), page("mailing_create", "event", workshop.pk)
    assert path in desk.get(page("event_messages", workshop.pk)).content.decode()
    answer = desk.post(path, {**written(text_en="{event}, {when}"), "groups": ["confirmed"]})
    made = Mailing.objects.get()
    assert (answer.url, made.about) == (page("mailing_detail", made.pk), f"events.event:{workshop.pk}")
    assert f"{workshop.title}, Wednesday, 2 December 2026, 13:00" in desk.get(answer.url).content.decode()
    assert press(desk, "mailing_send", made, expected=1).status_code == 302
    assert desk.get(page("mailing_create", "circle", circle.pk)).status_code == 403
    none = desk.post(path, written())
    assert (none.status_code, "Please tick at least one group." in none.content.decode()) == (422, True)


@pytest.mark.parametrize("name", ["mailing_detail", "mailing_edit", "mailing_people", "mailing_send"])
def test_coordinator_of_another_circle_finds_nothing(mailing, name):
    els = MemberFactory.create(name="Els")
    GrantFactory.create(member=els, circle=CircleFactory.create())
    desk = sign_in(els)
    assert desk.get(page(name, mailing.pk)).status_code == 404
    assert press(desk, "mailing_send", mailing, expected=2).status_code == 404
    assert desk.get(page("mailing_create", "circle", mailing.circle_id)).status_code == 404
    assert "Nuevo enlace" not in desk.get(page("mailing_list")).content.decode()


def test_co_facilitator_is_refused(workshop, cy):
    RoleFactory.create(event=workshop, member=cy, kind=Role.Kind.CO_FACILITATOR)
    assert sign_in(cy).get(page("mailing_create", "event", workshop.pk)).status_code == 403
    assert sign_in(cy).post(page("mailing_create", "event", workshop.pk), written()).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_one_and_for_three(desk, bo, circle, rows, django_assert_num_queries):
    people(circle, "en")
    for _ in range(rows):
        MailingFactory.create(circle=circle)
        press(desk, "mailing_send", MailingFactory.create(circle=circle), expected=1)
    desk.get(page("mailing_list"))
    with django_assert_num_queries(9):
        desk.get(page("mailing_list"))


@pytest.mark.parametrize("rows", [1, 3])
def test_preview_costs_the_same_for_one_and_for_three(desk, bo, circle, rows, django_assert_num_queries):
    people(circle, *["es", "fr", "en"][:rows])
    made = letter(circle, bo, {"es": SPANISH, "fr": FRENCH})
    desk.get(page("mailing_detail", made.pk))
    with django_assert_num_queries(10):
        desk.get(page("mailing_detail", made.pk))
