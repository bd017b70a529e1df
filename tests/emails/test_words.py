"""Every mail in every language: whole, readable, and safe with hostile names."""

import copy
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.test import override_settings

from events.models import Registration
from events.places import join_link, place_link
from notices import stopping
from notices.render import Message
from tests.emails.people import TITLE
from tests.emails.samples import ACCOUNT_CONTEXTS, EVENT_KINDS, KINDS, message

LANGUAGES = [code for code, _ in settings.LANGUAGES]
MISSING = "⟦missing %s⟧"
HOSTILE = 'Ana <b>&\'"\r\nBcc: all@example.org {{1111*1111}} {% now "Y" %}'
LONGEST_SUBJECT = 120
LARGEST_HTML = 5 * 1024

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict_templates() -> Iterator[None]:
    """Show a variable that a template asks for and nobody gives."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = MISSING
    with override_settings(TEMPLATES=templates):
        yield


class Text(HTMLParser):
    """What a reader sees of an HTML part, its tags and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def parts(mail: Message) -> dict[str, str]:
    return {"subject": mail.subject, "text": mail.text, "html": mail.html}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_mail_is_whole_in_every_language(kind: str, language: str) -> None:
    mail = message(kind, language)
    for name, words in parts(mail).items():
        assert "⟦" not in words, f"{name}: {words}"
        assert not re.search(r"\{[{%#]|[}%#]\}|%\(\w+\)s|\bNone\b", words), f"{name}: {words}"
    assert 5 < len(mail.subject) <= LONGEST_SUBJECT
    assert "\n\n\n" not in mail.text
    assert not re.search(r"[ \t]+$", mail.text, re.MULTILINE)
    assert "&amp;" not in mail.text
    assert len(mail.html.encode()) <= LARGEST_HTML
    assert f'<html lang="{language}">' in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_event_mail_begins_with_when_it_is_for_her(kind: str, language: str) -> None:
    days = {
        "en": "Wednesday, 2 December 2026",
        "es": "Miércoles, 2 de diciembre de 2026",
        "fr": "Mercredi 2 décembre 2026",
        "pt-br": "Quarta-feira, 2 de dezembro de 2026",
    }
    mail = message(kind, language)
    first, second = mail.text.splitlines()[:2]
    assert first == f"{days[language]}, 08:00 (Lima, UTC−5)"
    assert second == "08:00 PE · 13:00 GH"
    assert Text(mail.html).text.find(days[language]) < Text(mail.html).text.find(TITLE, len(mail.subject))


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_name_stays_a_name(kind: str) -> None:
    mail = message(kind, name=HOSTILE, title=f"{TITLE} {HOSTILE}"[:160])
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    seen = Text(mail.html)
    assert "b" not in seen.tags
    assert "1234321" not in seen.text + mail.text + mail.subject
    for words in (mail.text, mail.subject):
        assert not re.search(r"&(amp|lt|gt|quot|#x?\w+);", words)
    if kind in EVENT_KINDS:
        assert f"{TITLE} Ana <b>&'\" Bcc: all@example.org {{{{1111*1111}}}}" in mail.subject
        assert f"{TITLE} Ana <b>&'\"" in mail.text
        assert f"{TITLE} Ana <b>&'\" Bcc: all@example.org {{{{1111*1111}}}}" in seen.text


@pytest.mark.parametrize("kind", ["application_received", "application_exists", "application_declined"])
def test_mail_to_an_unproved_address_repeats_no_typed_name(kind: str) -> None:
    mail = message(kind, name="Win a prize at prize.example")
    assert "prize" not in mail.subject + mail.text + mail.html


@pytest.mark.parametrize("kind", KINDS)
def test_links_lead_to_the_portal_only(kind: str) -> None:
    mail = message(kind)
    addresses = re.findall(r"https?://[^\s<]+", mail.text) + Text(mail.html).links
    assert addresses
    for address in addresses:
        if address.startswith("mailto:"):
            assert address.removeprefix("mailto:").endswith("@example.org")
            continue
        assert address == settings.SITE_URL or address.startswith(settings.SITE_URL + "/"), address


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("welcome", "/welcome/a-token-of-a-link/"),
        ("application_received", "/apply/status/a-token-of-a-link/"),
        ("application_exists", "/apply/status/a-token-of-a-link/"),
        ("account/email/password_reset_key", "/accounts/password/reset/key/1a-c1-0f00ba4/"),
    ],
)
def test_secret_link_stands_in_both_parts(kind: str, path: str) -> None:
    mail = message(kind)
    assert f"{settings.SITE_URL}{path}" in mail.text.split()
    assert f"{settings.SITE_URL}{path}" in Text(mail.html).links


@pytest.mark.parametrize("kind", ["registration_confirmed", "promoted", "reminder_24h"])
def test_mail_about_a_seat_carries_her_own_way_in_first(kind: str) -> None:
    mail = message(kind)
    registration = Registration.objects.get()
    assert "from 20 minutes before the start" in mail.text
    links = [line for line in mail.text.splitlines() if line.startswith("http")]
    page = settings.SITE_URL + registration.event.get_absolute_url()
    stop = stopping.link(kind, registration.member_id)
    footer = [stop, stopping.choice(kind).page] if stop else []
    assert links == [join_link(registration), place_link(registration), page, *footer, settings.SITE_URL]
    assert Text(mail.html).links[0] == join_link(registration)


@pytest.mark.parametrize(
    ("kind", "leads_in"),
    [("registration_confirmed", True), ("promoted", True), ("rescheduled", False), ("event_cancelled", False),
     ("registration_cancelled", False), ("rescheduled_series", True)],
)  # fmt: skip
def test_calendar_part_leads_in_where_a_seat_was_looked_up(kind: str, leads_in: bool) -> None:
    """The samples hand over listeners by hand; `tests/events/actions` holds what the moves themselves look up."""
    calendar = message(kind).calendar.decode().replace("\r\n ", "")
    assert ("/join/place/" in calendar) == leads_in


@pytest.mark.parametrize("kind", ["waitlisted", "offered", "offer_expired", "registration_pending", "event_cancelled"])
def test_mail_without_a_seat_leads_to_no_meeting(kind: str) -> None:
    mail = message(kind)
    assert "/join/" not in mail.text + mail.html + mail.calendar.decode()


@pytest.mark.parametrize(
    "kind",
    ["registration_confirmed", "registration_pending", "waitlisted", "reminder_7d", "reminder_24h", "rescheduled"],
)
def test_place_is_given_back_without_signing_in(kind: str) -> None:
    mail = message(kind)
    link = place_link(Registration.objects.get())
    assert link in mail.text.split()
    assert link in Text(mail.html).links


@pytest.mark.parametrize("kind", ["reminder_7d", "rescheduled", "staff_brief"])
def test_subject_of_what_comes_days_ahead_names_the_day(kind: str) -> None:
    assert message(kind).subject.endswith(f"{TITLE}, Wednesday, 2 December 2026, 08:00 Peru time")


@pytest.mark.parametrize("kind", [kind for kind in ACCOUNT_CONTEXTS if "code" in ACCOUNT_CONTEXTS[kind]])
def test_code_stands_on_a_line_of_its_own_and_not_in_the_subject(kind: str) -> None:
    mail = message(kind)
    assert "KQ3-7FD" in mail.text.splitlines()
    assert "KQ3-7FD" in Text(mail.html).text
    assert "KQ3-7FD" not in mail.subject


def test_security_mail_says_when_in_her_zone() -> None:
    mail = message("account/email/password_changed")
    assert "When: Tuesday, 1 December 2026, 18:30 (Lima, UTC−5)" in mail.text.splitlines()
    assert "From the internet address: 192.0.2.7" in mail.text.splitlines()


def test_every_mail_of_allauth_has_words() -> None:
    templates = Path(allauth.__file__).parent / "templates"
    subjects = templates.glob("*/email/*_subject.txt")
    kinds = {path.relative_to(templates).as_posix().removesuffix("_subject.txt") for path in subjects}
    wanted = {kind for kind in kinds if not kind.startswith("socialaccount/")}
    assert wanted == set(ACCOUNT_CONTEXTS)


def test_every_kind_of_mail_is_among_the_samples() -> None:
    folder = settings.BASE_DIR / "templates/emails"
    kinds = {path.parent.relative_to(folder).as_posix() for path in folder.glob("**/subject.txt")}
    assert kinds == {
        "letter" if kind.startswith("letter_") else kind for kind in KINDS
    }  # all letters share their words
