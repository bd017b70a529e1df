"""Which messages one gets: the page of one's choices, and the link under every optional mail."""

import io
import logging
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from forestallies.logs import MaskSecrets
from members.models import Member
from notices import outbox, stopping
from notices.models import Notice, Preference
from notices.render import Message, Recipient
from tests.factories import MemberFactory
from tests.html_forms import fields_of

PAGE = "/me/messages/"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ana(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


def posted(member, number, *, at, state="sent", **values) -> Notice:
    to = Recipient(member.email, member.name, "en", "UTC", member.pk)
    message = Message("waitlisted", to, f"Subject {number}", "a secret word", "<p>a secret word</p>")
    outbox.post_once(outbox.Posting(message=message, key=f"{member.pk}:{number}"), at=at)
    Notice.objects.filter(key=f"{member.pk}:{number}").update(state=state, finished_at=at, **values)
    return Notice.objects.get(key=f"{member.pk}:{number}")


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def stop_path(member, kind="materials_posted") -> str:
    return urlsplit(stopping.link(kind, member.pk)).path


def press(browser, path, act, **more):
    return browser.post(path, {"act": act, "submission": uuid4(), **more})


def unwanted() -> list[tuple[int, str]]:
    return list(Preference.objects.filter(wanted=False).values_list("member", "kind"))


def test_page_offers_every_optional_kind_ticked_and_says_what_always_comes(as_ana):
    page = as_ana.get(PAGE)
    assert "materials_posted" in fields_of(page)["wanted"] and "waitlisted" not in fields_of(page)["wanted"]
    assert "New materials, once a day" in text(page) and "These always come: answers to what you do" in text(page)
    assert "On Mondays" not in text(page)


def test_choice_is_kept_and_shown(as_ana, ana):
    fields = fields_of(as_ana.get(PAGE))
    fields["wanted"].remove("materials_posted")
    assert as_ana.post(PAGE, fields).status_code == 302
    page = as_ana.get(PAGE)
    assert unwanted() == [(ana.pk, "materials_posted")]
    assert "Your choice is saved." in text(page) and "materials_posted" not in fields_of(page)["wanted"]


def test_nothing_ticked_is_a_choice_too(as_ana):
    fields = fields_of(as_ana.get(PAGE))
    offered = len(fields.pop("wanted"))
    assert as_ana.post(PAGE, fields).status_code == 302
    assert Preference.objects.filter(wanted=False).count() == offered


def test_form_sent_twice_is_one_choice(as_ana):
    fields = fields_of(as_ana.get(PAGE))
    stopped = {**fields, "wanted": []}
    as_ana.post(PAGE, stopped)
    Preference.objects.all().delete()
    assert as_ana.post(PAGE, stopped).status_code == 302
    assert unwanted() == []


@pytest.mark.parametrize("bad", ["waitlisted", "weekly_digest", "<script>alert(1)</script>"])
def test_kind_that_is_not_offered_is_refused_with_a_sentence_and_the_ticks_stay(as_ana, bad):
    answer = as_ana.post(PAGE, {"submission": uuid4(), "wanted": ["materials_posted", bad]})
    assert answer.status_code == 422
    assert "One of these messages cannot be chosen. Nothing was changed." in text(answer)
    assert fields_of(answer)["wanted"] == ["materials_posted"]
    assert "<script>alert" not in answer.content.decode()
    assert unwanted() == []


def test_my_page_and_the_account_menu_lead_there(as_ana):
    page = as_ana.get("/me/")
    assert page.content.decode().count(f'href="{PAGE}"') == 2


def test_she_sees_what_she_got_and_nobody_elses(as_ana, ana, bo, at):
    posted(ana, 1, at=at)
    posted(bo, 2, at=at)
    page = text(as_ana.get(PAGE))
    assert "Subject 1" in page and "Subject 2" not in page and "a secret word" not in page


@pytest.mark.parametrize(
    ("state", "said"),
    [("sent", "Sent"), ("failed", "Could not be delivered"), ("retry", "On the way"), ("missed", "Too late, not sent")],
)
def test_each_line_says_how_it_stands(as_ana, ana, at, state, said):
    claim = {"claimed_at": at, "claimed_by": "x"}
    posted(ana, 1, at=at, state=state, problem="550 no such mailbox", **claim)
    page = text(as_ana.get(PAGE))
    assert said in page and "no such mailbox" not in page


@pytest.mark.parametrize("state", ["queued", "cancelled", "suppressed"])
def test_what_may_still_be_taken_back_or_was_is_not_shown(as_ana, ana, at, state):
    """A new time waits ten minutes in which it can be undone in silence."""
    posted(ana, 1, at=at, state=state)
    assert "Nothing yet." in text(as_ana.get(PAGE))


def test_message_without_a_subject_is_named_by_its_kind(as_ana, ana, at):
    posted(ana, 1, at=at, subject="")
    assert "On the waiting list" in text(as_ana.get(PAGE))


@pytest.mark.parametrize("messages", [1, 3, 60])
def test_list_costs_the_same_for_many_and_stays_small(as_ana, ana, at, messages, django_assert_num_queries):
    for number in range(messages):
        posted(ana, number, at=at)
    with django_assert_num_queries(6):
        page = as_ana.get(PAGE)
    assert page.content.decode().count("Subject ") == min(messages, 50)
    assert len(page.content) < 60_000


def test_opening_the_link_changes_nothing_and_speaks_her_language(client, ana):
    Member.objects.update(language="fr")
    for method in (client.get, client.head):
        answer = method(stop_path(ana))
        assert (answer.status_code, answer.headers["Content-Language"]) == (200, "fr")
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer.headers["Cache-Control"]
    assert unwanted() == []


def test_button_stops_this_kind_for_her_and_can_be_taken_back(client, ana):
    answer = press(client, stop_path(ana), "stop")
    assert (answer.status_code, answer.url) == (302, stop_path(ana))
    assert unwanted() == [(ana.pk, "materials_posted")]
    page = text(client.get(stop_path(ana)))
    assert "You will not get “New materials, once a day” any more." in page and PAGE in page
    press(client, stop_path(ana), "again")
    assert unwanted() == [] and "Stop these messages?" in text(client.get(stop_path(ana)))


def test_one_click_of_a_mail_provider_acts_without_cookie_and_without_redirect(ana):
    provider = Client(enforce_csrf_checks=True)
    answer = provider.post(stop_path(ana), ONE_CLICK)
    assert answer.status_code == 200 and "any more" in text(answer)
    assert provider.post(stop_path(ana), ONE_CLICK).status_code == 200
    assert unwanted() == [(ana.pk, "materials_posted")]


def test_one_click_may_come_in_either_form_encoding(ana):
    provider = Client(enforce_csrf_checks=True)
    body = "List-Unsubscribe=One-Click"
    assert provider.generic("POST", stop_path(ana), body, "application/x-www-form-urlencoded").status_code == 200
    assert unwanted() == [(ana.pk, "materials_posted")]


@pytest.mark.parametrize("act", ["stop", "again"])
def test_button_from_another_site_is_refused(ana, act):
    answer = press(Client(enforce_csrf_checks=True), stop_path(ana), act)
    assert answer.status_code == 403 and unwanted() == []


@pytest.mark.parametrize(
    "body", [{}, {"act": "stop"}, {"act": "all", "submission": uuid4()}, {"List-Unsubscribe": "x"}]
)
def test_incomplete_form_changes_nothing_and_says_so(client, ana, body):
    answer = client.post(stop_path(ana), body)
    assert answer.status_code == 422 and "nothing was changed" in text(answer)
    assert unwanted() == []


def wrong_links(ana) -> list[str]:
    token = stopping.STOP.token(f"{ana.pk}:materials_posted")
    other = stopping.STOP.token(f"{ana.pk + 1}:materials_posted")
    return [
        token[:-1], f"{ana.pk}:materials_posted", token.replace("materials", "feedback"), f"{other[:3]}{token[3:]}x",
        stopping.STOP.token(f"{ana.pk}:waitlisted"), stopping.STOP.token(f"{ana.pk}:no_such_kind"),
        stopping.STOP.token("0:materials_posted"), stopping.STOP.token(ana.pk),
        stopping.STOP.token("x:materials_posted"), stopping.STOP.token(f"{ana.pk}:"),
    ]  # fmt: skip


def test_altered_and_old_links_are_a_friendly_page(client, ana):
    for token in wrong_links(ana):
        for answer in (client.get(f"/messages/stop/{token}/"), client.post(f"/messages/stop/{token}/", ONE_CLICK)):
            assert answer.status_code == 404, token
            assert "Please open it from the e-mail again" in text(answer)
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert unwanted() == []


def test_link_of_a_closed_account_opens_nothing(client, ana):
    Member.objects.update(is_active=False)
    assert client.post(stop_path(ana), ONE_CLICK).status_code == 404
    assert unwanted() == []


def test_link_works_while_somebody_else_is_signed_in(client, ana):
    client.force_login(MemberFactory.create())
    press(client, stop_path(ana), "stop")
    assert unwanted() == [(ana.pk, "materials_posted")]


def test_too_many_presses_are_slowed_down(client, ana):
    codes = [client.get(stop_path(ana)).status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]


def test_links_are_kept_out_of_the_logs(ana):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskSecrets("{message}", style="{"))
    handler.emit(logging.LogRecord("x", logging.INFO, "", 0, "GET %s", (stop_path(ana),), None))
    assert stream.getvalue() == "GET /messages/stop/…/\n"


def test_names_of_addresses(ana):
    assert reverse("my_messages") == PAGE
    assert stopping.choice("materials_posted").page.endswith(PAGE)
