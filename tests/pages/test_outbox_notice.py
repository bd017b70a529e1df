"""The page about one message, in the outbox and among the messages of its event."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from events import emails
from events.models import Role
from forestallies.lib.links import HIDDEN
from notices import delivery, outbox
from notices.actions import outbox as actions
from notices.models import Notice
from tests.emails.people import AT
from tests.emails.samples import ACCOUNT_CONTEXTS, KINDS, posting
from tests.factories import GrantFactory, MemberFactory, RegistrationFactory, RoleFactory
from tests.notices.messages import notice
from tests.notices.test_preview import TOKEN
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


@pytest.fixture
def row(workshop, ana, at):
    """Ana's confirmation, not sent yet."""
    registration = RegistrationFactory.create(event=workshop, member=ana)
    outbox.post_once(emails.answer(registration, at=at), at=at)
    return Notice.objects.get()


@pytest.fixture(params=["outbox", "event"])
def door(request, row, workshop):
    """The addresses of the page, by either way."""
    args = [row.pk] if request.param == "outbox" else [workshop.pk, row.pk]
    names = {
        "outbox": {
            "page": "outbox_notice",
            "html": "outbox_html",
            "cancel": "outbox_cancel",
            "resend": "outbox_resend",
        },
        "event": {
            name: f"event_message{'' if name == 'page' else f'_{name}'}"
            for name in ("page", "html", "cancel", "resend")
        },
    }
    return {what: reverse(name, args=args) for what, name in names[request.param].items()}


def press(browser, address, key=None):
    return browser.post(address, {"submission": key or uuid4()})


def said(browser, address):
    return [str(message) for message in browser.get(address).context["messages"]]


def test_page_tells_what_became_of_it_and_how_it_looks(as_bo, row, door):
    text = as_bo.get(door["page"]).content.decode()
    for words in ("Ana Quispe", "ana@example.org", "On the way", "Spanish", row.message_id.strip("<>"), "Hola, Ana"):
        assert words in text


def test_it_is_drawn_in_the_language_asked_for(as_bo, door):
    answer = as_bo.get(door["page"] + "?language=fr")
    assert answer.context["preview"].language == "fr"
    assert "Bonjour Ana" in answer.content.decode()
    assert "Bonjour Ana" in as_bo.get(door["html"] + "?language=fr").content.decode()


def test_html_part_is_a_page_in_which_nothing_can_run(as_bo, door):
    answer = as_bo.get(door["html"])
    assert answer.headers["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    page = as_bo.get(door["page"])
    assert f'<iframe class="outbox-mail__frame" sandbox src="{door["html"]}?language=es"' in page.content.decode()
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


def test_no_token_is_in_any_page(as_bo, row, door, at):
    for _ in range(2):  # drawn, then as it was sent
        for what in ("page", "html"):
            text = as_bo.get(door[what]).content.decode()
            assert (TOKEN.findall(text), HIDDEN in text) == ([], True)
        delivery.deliver_due(clock=lambda: at)
    assert TOKEN.search(Notice.objects.get().text)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ACCOUNT_CONTEXTS])
def test_no_staff_page_shows_a_token_of_any_message(db, kind):
    """To a superuser, who sees all; drawn, then as it was sent, with a server that repeats what it was given."""
    outbox.post_once(posting(kind), at=AT)
    made = Notice.objects.get()
    browser = sign_in(MemberFactory.create(is_superuser=True))
    pages = [reverse("outbox_list"), reverse("outbox_notice", args=[made.pk]), reverse("outbox_html", args=[made.pk])]
    drawn = "".join(browser.get(address).content.decode() for address in pages)
    Notice.objects.update(guard="", next_attempt_at=AT, expires_at=AT + timedelta(days=1))
    delivery.deliver_due(clock=lambda: AT)
    made.refresh_from_db()
    Notice.objects.update(problem=f"550 refused: {made.text}")
    sent = "".join(browser.get(address).content.decode() for address in pages)
    assert made.state == "sent" and "550 refused" in sent
    assert [(TOKEN.findall(text), "a-token-of-a-link" in text) for text in (drawn, sent)] == [([], False)] * 2


def test_cancelled_message_says_by_whom(as_bo, door):
    assert press(as_bo, door["cancel"]).url == door["page"]
    assert said(as_bo, door["page"]) == ["The message will not be sent."]
    text = as_bo.get(door["page"]).content.decode()
    assert "Bo Dupont took the message back" in text and "The team took it back." in text
    assert door["cancel"] not in text


def test_copy_and_original_lead_to_each_other(as_bo, row, door, at):
    delivery.deliver_due(clock=lambda: at)
    key = uuid4()
    address = press(as_bo, door["resend"], key).url
    assert press(as_bo, door["resend"], key).url == address != door["page"]
    assert Notice.objects.count() == 2
    assert f'href="{address}"' in as_bo.get(door["page"]).content.decode()
    assert f'href="{door["page"]}"' in as_bo.get(address).content.decode()
    assert "Bo Dupont sent this as a copy" in as_bo.get(address).content.decode()


def test_refusal_is_a_sentence(as_bo, row, door):
    Notice.objects.update(state="sending", claimed_by="x", claimed_at=row.created_at)
    press(as_bo, door["cancel"])
    assert "being handed to the mail server" in said(as_bo, door["page"])[0]


def test_incomplete_form_changes_nothing(as_bo, door):
    as_bo.post(door["cancel"])
    assert "nothing was changed" in said(as_bo, door["page"])[0]
    assert Notice.objects.get().state == "queued"


def test_sign_in_mail_shows_that_it_was_sent_and_no_more(as_bo, ana):
    made = notice("sent", to=ana, sensitive=True, subject="KQ3-7FD is your code", kind="account/email/login_code")
    answer = as_bo.get(reverse("outbox_notice", args=[made.pk]))
    text = answer.content.decode()
    assert "Only the recipient reads the words of this message." in text and "code to sign in" in text.lower()
    assert "KQ3" not in text and "A text" not in text and "/resend/" not in text
    assert as_bo.get(reverse("outbox_html", args=[made.pk])).status_code == 404
    assert press(as_bo, reverse("outbox_resend", args=[made.pk])).status_code == 404


def test_words_of_what_names_no_circle_are_nobody_elses(as_bo, ana):
    """A digest may tell of events of another circle."""
    made = notice(to=ana, kind="materials_posted")
    assert "A text" not in as_bo.get(reverse("outbox_notice", args=[made.pk])).content.decode()
    assert press(as_bo, reverse("outbox_cancel", args=[made.pk])).status_code == 404


def test_message_that_cannot_be_drawn_has_a_page_all_the_same(as_bo, row, door):
    Notice.objects.update(facts={"registration": 0})
    answer = as_bo.get(door["page"])
    assert answer.status_code == 200 and "is not there any more" in answer.content.decode()
    assert as_bo.get(door["html"]).status_code == 404


# --- Those who schedule the event ---


def test_facilitator_of_the_events_home_reads_and_cancels_its_messages_only(workshop, community, row):
    fay = GrantFactory.create(circle=community.circle, right="facilitator").member
    browser, other = sign_in(fay), notice(circle=community.circle)
    assert browser.get(reverse("event_message", args=[workshop.pk, row.pk])).status_code == 200
    assert browser.get(reverse("event_message", args=[workshop.pk, other.pk])).status_code == 404
    press(browser, reverse("event_message_cancel", args=[workshop.pk, row.pk]))
    assert Notice.objects.get(pk=row.pk).state == "cancelled"


@pytest.mark.parametrize("kind", [Role.Kind.FACILITATOR, Role.Kind.CO_FACILITATOR])
def test_who_only_has_a_role_in_it_sees_no_message(workshop, row, kind):
    browser = sign_in(RoleFactory.create(event=workshop, kind=kind).member)
    for name in ("event_message", "event_message_html"):
        assert browser.get(reverse(name, args=[workshop.pk, row.pk])).status_code == 403
    assert press(browser, reverse("event_message_resend", args=[workshop.pk, row.pk])).status_code == 403


def test_messages_of_the_event_lead_to_their_pages(as_bo, workshop, row):
    text = as_bo.get(reverse("event_messages", args=[workshop.pk])).content.decode()
    assert f'href="{reverse("event_message", args=[workshop.pk, row.pk])}"' in text


def test_anonymous_visitor_signs_in_first(row):
    assert Client().get(reverse("outbox_notice", args=[row.pk])).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("steps", [1, 3])
def test_page_costs_the_same_for_one_step_and_three(as_bo, bo, community, at, steps, django_assert_num_queries):
    made = notice(circle=community.circle)
    for _ in range(steps):
        made = tried_again(made, bo, at)
    address = reverse("outbox_notice", args=[made.pk])
    as_bo.get(address)
    with django_assert_num_queries(10):
        as_bo.get(address)


def tried_again(made, bo, at):
    Notice.objects.update(state="failed", finished_at=at)
    return actions.resend(notice=made, by=bo, at=at)
