"""Getting in touch: asked by name, answered with one button, and no address before both agree."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from members.actions import contacts
from members.actions.contacts import ContactRefused
from members.contact_emails import CONTACT
from members.models import ContactRequest
from members.models.contacts import PAUSE, REQUESTS_A_DAY
from notices import drawers, guards
from notices.models import Notice
from tests.factories import ContactRequestFactory, DirectoryEntryFactory, MemberFactory, MembershipFactory
from tests.html_forms import fields_of
from tests.notices.servers import deliver
from tests.world import sign_in

State = ContactRequest.State


@pytest.fixture
def ana(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    MembershipFactory.create(member=ana, organisation=None)
    return ana


@pytest.fixture
def eve(ana):
    """Listed in the directory."""
    return DirectoryEntryFactory.create(
        member=MemberFactory.create(name="Eve Ekoka", email="eve@secret.example")
    ).member


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def page_of(member) -> str:
    return reverse("directory_person", args=[member.pk])


def ask(ana, eve, at, words="Hello"):
    return contacts.ask(asker=ana, asked=eve, message=words, by=ana, at=at)


def press(browser, path, act):
    return browser.post(path, {"act": act, "submission": uuid4()})


def link_of(request) -> str:
    return reverse("contact_page", args=[CONTACT.token(request.pk)])


def words_of(kind) -> list[str]:
    """What the mails of a kind say when they leave."""
    rows = Notice.objects.filter(kind=kind).order_by("pk")
    return [drawers.draw(row.kind, row.facts, at=row.created_at).text for row in rows]


def test_asking_sends_the_message_and_no_address(as_ana, ana, eve, clock):
    fields = fields_of(as_ana.get(page_of(eve)))
    assert as_ana.post(page_of(eve), {**fields, "message": "How do you dry beans?"}).status_code == 302
    [words] = words_of("contact_request")
    assert "Ana Quispe" in words and "How do you dry beans?" in words and ana.email not in words
    page = text(as_ana.get(page_of(eve)))
    assert "You asked to get in touch" in page and eve.email not in page
    as_ana.post(page_of(eve), {**fields, "message": "How do you dry beans?"})
    assert ContactRequest.objects.count() == 1


def test_yes_by_the_link_shows_both_their_addresses(as_ana, ana, eve, at, clock):
    request = ask(ana, eve, at)
    page = text(Client().get(link_of(request)))
    assert "Ana Quispe would like to get in touch" in page and ana.email not in page
    assert ContactRequest.objects.get().state == State.OPEN
    assert press(Client(), link_of(request), "accepted").status_code == 302
    to_ana, to_eve = words_of("contact_accepted")
    assert eve.email in to_ana and ana.email in to_eve
    assert eve.email in text(as_ana.get("/me/contacts/")) and ana.email in text(sign_in(eve).get("/me/contacts/"))


def test_no_tells_nobody_and_shows_nothing(as_ana, ana, eve, at, clock):
    request = ask(ana, eve, at)
    press(sign_in(eve), reverse("contact_answer", args=[request.pk]), "declined")
    assert Notice.objects.exclude(kind="contact_request").count() == 0
    assert eve.email not in text(as_ana.get("/me/contacts/"))
    assert guards.ask("members.contact_request", f"{request.pk}", at).ok is False
    with pytest.raises(ContactRefused, match="do not ask again"):
        ask(ana, eve, at + timedelta(days=400))


def test_taken_back_request_is_not_sent_any_more_and_waits_before_the_next(ana, eve, at):
    request = ask(ana, eve, at)
    contacts.bring_into(request=request, state=State.WITHDRAWN, by=ana, at=at)
    assert guards.ask("members.contact_request", f"{request.pk}", at).ok is False
    with pytest.raises(ContactRefused):
        ask(ana, eve, at + PAUSE - timedelta(seconds=1))
    assert ask(ana, eve, at + PAUSE).state == State.OPEN


def test_ended_contact_hides_the_addresses_again(as_ana, ana, eve, at, clock):
    request = ContactRequestFactory.create(asker=ana, asked=eve, state=State.ACCEPTED, closed_at=at)
    assert eve.email in text(as_ana.get("/me/contacts/"))
    press(sign_in(eve), reverse("contact_answer", args=[request.pk]), "ended")
    assert eve.email not in text(as_ana.get("/me/contacts/")) and eve.email not in text(as_ana.get(page_of(eve)))


@pytest.mark.parametrize("act", ["accepted", "declined"])
def test_who_asks_cannot_answer_for_the_other(as_ana, ana, eve, at, act):
    request = ask(ana, eve, at)
    press(as_ana, reverse("contact_answer", args=[request.pk]), act)
    assert ContactRequest.objects.get().state == State.OPEN


def test_nobody_else_reads_or_answers_it(ana, eve, bo, cy, at):
    request = ask(ana, eve, at)
    for stranger in (bo, cy):
        assert press(sign_in(stranger), reverse("contact_answer", args=[request.pk]), "accepted").status_code == 404
        assert "Eve" not in text(sign_in(stranger).get("/me/contacts/"))


def test_second_request_between_the_same_two_is_refused(ana, eve, at):
    ask(ana, eve, at)
    for one, other in ((ana, eve), (eve, ana)):
        with pytest.raises(ContactRefused):
            contacts.ask(asker=one, asked=other, message="x", by=one, at=at)
    assert ContactRequest.objects.count() == 1


def test_only_so_many_are_asked_within_a_day(ana, eve, at):
    for _ in range(REQUESTS_A_DAY):
        ContactRequestFactory.create(asker=ana, created_at=at)
    with pytest.raises(ContactRefused, match="5 people within a day"):
        ask(ana, eve, at + timedelta(hours=23))
    assert ask(ana, eve, at + timedelta(days=1)).asked == eve


def test_who_is_not_listed_cannot_be_asked(as_ana, ana, eve, at):
    eve.directory_entry.is_listed = False
    eve.directory_entry.save()
    assert as_ana.post(page_of(eve), {"submission": uuid4(), "message": "x"}).status_code == 404
    with pytest.raises(ContactRefused):
        ask(ana, eve, at)


def test_empty_or_endless_message_gets_a_sentence_and_stays(as_ana, eve):
    for words in ("", "x" * 501, "a\x07b"):
        page = as_ana.post(page_of(eve), {"submission": uuid4(), "message": words})
        assert page.status_code == 422 and "Please look at these points" in text(page)
    assert ContactRequest.objects.count() == 0


def test_answer_that_comes_too_late_gets_a_sentence(ana, eve, at, clock):
    request = ask(ana, eve, at)
    contacts.bring_into(request=request, state=State.WITHDRAWN, by=ana, at=at)
    page = press(Client(), link_of(request), "accepted")
    assert page.status_code == 422 and "Nothing was changed" in text(page)
    assert ContactRequest.objects.get().state == State.WITHDRAWN


def test_wrong_link_opens_nothing(ana, eve, at, client):
    request = ask(ana, eve, at)
    page = client.get(link_of(request)[:-3] + "xx/")
    assert page.status_code == 404 and "This link does not work" in text(page)


def test_mail_holds_no_message_once_it_is_sent(ana, eve, at):
    ask(ana, eve, at, words="A private word")
    assert deliver(at + timedelta(hours=1)) == {"sent": 1}
    row = Notice.objects.get(kind="contact_request")
    assert "A private word" not in row.text + row.html


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number(as_ana, ana, rows, at, django_assert_num_queries):
    for state in (State.OPEN, State.ACCEPTED):
        for _ in range(rows):
            closed = None if state == State.OPEN else at
            ContactRequestFactory.create(asked=ana, state=state, closed_at=closed)
    with django_assert_num_queries(4):
        as_ana.get("/me/contacts/")
