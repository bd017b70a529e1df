"""How a message looks to whoever may look at it: as its recipient sees it, without anything that opens something."""

import re
from datetime import timedelta

import pytest

from events import emails
from events.leads import DAY
from events.places import ASSIGNMENT, FEEDBACK, JOIN, JOIN_ROLE, PLACE
from forestallies.lib import links
from forestallies.lib.links import HIDDEN, SignedLink
from members.models import Member
from notices import delivery, outbox
from notices.models import Notice
from notices.preview import LANGUAGES, NoPreview, preview_of
from tests.emails.people import AT
from tests.emails.samples import KINDS, posting
from tests.factories import RegistrationFactory
from tests.notices.messages import notice

pytestmark = pytest.mark.django_db
PRIVATE = {
    "application_received", "application_exists", "application_draft", "more_information", "welcome", "contact_request",
    "contact_accepted", "introduction", "erasure_asked", "erasure_planned", "added_to_community",
}  # fmt: skip
READABLE = [kind for kind in KINDS if "/" not in kind and kind not in PRIVATE]
TOKEN = re.compile(r"[\w:]+\.[\w-]{43}")


def words(shown):
    return f"{shown.subject}\n{shown.text}\n{shown.html}"


@pytest.fixture
def confirmed(workshop, ana, at):
    registration = RegistrationFactory.create(event=workshop, member=ana)
    outbox.post_once(emails.answer(registration, at=at), at=at)
    return Notice.objects.get()


def test_waiting_message_is_drawn_in_any_language_and_nothing_stays_of_it(confirmed, ana, at):
    greetings = {language: preview_of(confirmed, language=language, at=at).subject for language in LANGUAGES}
    assert len(set(greetings.values())) == 4
    assert (Member.objects.get(pk=ana.pk).language, Notice.objects.get().text) == ("es", "")


def test_waiting_message_is_shown_in_the_recipients_language_unless_asked(confirmed, at):
    shown = preview_of(confirmed, at=at)
    assert (shown.language, shown.is_kept) == ("es", False)
    assert preview_of(confirmed, language="xx", at=at).language == "es"


def test_every_word_is_in_the_language_asked_for_dates_too(confirmed, at):
    text = preview_of(confirmed, language="fr", at=at).text
    assert "mercredi 2 décembre 2026" in text.lower() and "diciembre" not in text


def test_it_is_drawn_as_it_will_be_when_it_leaves(workshop, ana):
    registration = RegistrationFactory.create(event=workshop, member=ana)
    leaves_at = workshop.starts_at - timedelta(hours=24)
    outbox.post_once(emails.reminder(registration, DAY, at=leaves_at), at=leaves_at)
    early = preview_of(Notice.objects.get(), at=leaves_at - timedelta(days=5))
    assert early.subject == preview_of(Notice.objects.get(), at=leaves_at).subject


def test_sent_message_is_shown_as_it_was_sent(confirmed, workshop, at):
    delivery.deliver_due(clock=lambda: at)
    type(workshop).objects.update(title="Another title", title_es="Otro título", title_en="Another title")
    sent, anew = Notice.objects.get(), preview_of(Notice.objects.get(), language="en", at=at)
    shown = preview_of(sent, at=at)
    assert (shown.subject, shown.is_kept, anew.is_kept) == (sent.subject, True, False)
    assert "Another title" in anew.text and "Otro título" not in shown.text


def test_finished_words_exist_in_their_own_language_only(ana, at):
    row = notice(to=ana)
    assert preview_of(row, at=at).text == "A text"
    with pytest.raises(NoPreview, match="in the recipient’s language only"):
        preview_of(row, language="fr", at=at)


def test_what_cannot_be_drawn_any_more_is_a_sentence(confirmed, at):
    confirmed.facts = {"registration": 0}
    with pytest.raises(NoPreview, match="not there any more"):
        preview_of(confirmed, at=at)


def test_calendar_part_is_shown_as_facts(confirmed, workshop, at):
    shown = preview_of(confirmed, at=at)
    assert "into the person’s calendar" in shown.calendar_words
    assert [(one.starts_at, one.ends_at) for one in shown.entries] == [(workshop.starts_at, workshop.ends_at)]


@pytest.mark.parametrize("private", [{"sensitive": True}, {"priority": Notice.Priority.SIGN_IN}])
def test_words_of_sign_in_mails_are_nobody_elses(private, ana, at):
    with pytest.raises(NoPreview, match="Only the recipient"):
        preview_of(notice(to=ana, **private), at=at)


# --- What opens something ---


@pytest.mark.parametrize("kind", READABLE)
def test_no_message_shows_a_token_drawn_or_sent(kind):
    """Whatever a token is in: its place in the link says where it would stand."""
    outbox.post_once(posting(kind), at=AT)
    row = Notice.objects.get()
    drawn = preview_of(row, at=AT)
    Notice.objects.update(guard="", expires_at=AT + timedelta(days=9), next_attempt_at=AT)
    delivery.deliver_due(clock=lambda: AT)
    row.refresh_from_db()
    assert row.state == "sent"
    kept = preview_of(row, at=AT)
    assert [TOKEN.findall(words(shown)) for shown in (drawn, kept)] == [[], []]
    assert words(kept).count(HIDDEN) == len(TOKEN.findall(words(row)))  # what could have leaked


def test_messages_do_hold_tokens_that_could_be_shown(confirmed, at):
    delivery.deliver_due(clock=lambda: at)
    assert len(TOKEN.findall(words(Notice.objects.get()))) == 5


@pytest.mark.parametrize("link", [PLACE, JOIN, JOIN_ROLE, ASSIGNMENT, FEEDBACK])
def test_link_is_hidden_while_it_is_made_and_only_then(link: SignedLink):
    address, token = link.address(7), link.token(7)
    with links.hidden():
        assert link.address(7) == address.replace(token, HIDDEN) != address
    assert link.address(7) == address


@pytest.mark.parametrize("text", ["https://portal.example.org/place/%s/", 'href="/join/role/%s/go/"', "see %s."])
def test_signed_token_is_hidden_wherever_it_stands(text):
    assert links.hide(text % PLACE.token(812)) == text % HIDDEN


@pytest.mark.parametrize("path", ["/welcome/%s/", "/apply/status/%s/", "/ical/%s"])
def test_random_token_is_hidden_after_its_path(path):
    token, _hash = links.new_token()
    assert links.hide(f"Open {path % token} now") == f"Open {path % HIDDEN} now"


def test_other_words_and_addresses_stay_as_they_are():
    text = "https://portal.example.org/workshops/place-and-welcome-2026-27/ 12.50 a.b /sske/ 550 5.1.1 <x@example.org>"
    assert links.hide(text) == text
