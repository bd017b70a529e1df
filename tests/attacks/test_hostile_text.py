"""Hostile words, from the application form to the calendar: shown as typed, run nowhere, and no page breaks on them."""

import html
import re
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from events import answers
from forestallies.lib import clock as portal_clock
from forestallies.lib.text import tidy
from members.models import Application, Member
from notices import delivery
from notices.models import Notice
from tests.factories import MemberFactory
from tests.world import sign_in

DATA = Path(__file__).resolve().parent.parent / "data" / "naughty-strings.txt"
ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|U[0-9A-F]{8}|[trn\\])")
LETTERS = {"t": "\t", "r": "\r", "n": "\n", "\\": "\\"}
REFUSED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def decoded(line: str) -> str:
    return ESCAPE.sub(lambda found: LETTERS.get(found[1]) or chr(int(found[1][1:], 16)), line)


# A lone surrogate cannot be sent: its bytes arrive as question marks for what could not be read.
NAUGHTY = [decoded(line) for line in DATA.read_text().splitlines() if line and not line.startswith("#")]
FINE = [text for text in NAUGHTY if "\ud800" not in text and not REFUSED.search(text) and tidy(text)]
BAD = [text for text in NAUGHTY if REFUSED.search(text) or not tidy(text)]


@pytest.fixture
def apply(client, community):
    def send(**words):
        cache.clear()  # the limit per address is another test's matter
        given = {
            "submission": uuid4(), "name": "Ada Mensah", "email": f"{uuid4().hex}@example.org", "country": "GH",
            "language": "en", "organisation_name": "Golden Ridge (demo)", "stakeholder": "COMP", "role": "Buyer",
            "why": "Shade.", "privacy": "on", "code_of_conduct": "on", "commitment": "on",
            "competition": "on", **words,
        }  # fmt: skip
        body = urlencode(given, errors="surrogatepass")
        return client.generic("POST", reverse("apply"), body, "application/x-www-form-urlencoded")

    return send


def shown(answer, words: str) -> bool:
    """Whether a page holds the words as typed, escaped, and nowhere raw."""
    page = answer.content.decode()
    raw_markup = "<" in words and words in page
    return answer.status_code == 200 and html.escape(words) in page.replace("&#39;", "&#x27;") and not raw_markup


@pytest.mark.parametrize("words", BAD)
@pytest.mark.parametrize("field", ["name", "organisation_name", "role", "why"])
def test_what_cannot_be_shown_is_refused_beside_the_field(apply, field, words):
    answer = apply(**{field: words})
    may_be_empty = field == "role" and not tidy(words)
    assert answer.status_code == (302 if may_be_empty else 400 if "\x00" in words else 422)


def slow_unless_sharp(words: str):
    """What could close a tag, a quote or a header is tried every time, the rest with the drills."""
    return pytest.param(words, marks=[] if re.search(r"[<&{\r;]", words) else pytest.mark.drills)


@pytest.mark.parametrize("words", [slow_unless_sharp(words) for words in FINE])
def test_words_go_all_the_way_as_typed(apply, bo, workshop, words, mailoutbox, settings):
    root = MemberFactory.create(email="root@example.org", is_superuser=True)
    typed, line = words[:120].strip(), tidy(words[:120])
    assert apply(name=typed, organisation_name=typed, role=typed, why=typed).status_code == 302
    application = Application.objects.get()
    assert (application.name, application.organisation_name, application.role) == (line, line, line)

    desk, admin = sign_in(bo), sign_in(root)
    detail = reverse("application_detail", args=[application.pk])
    assert shown(desk.get(reverse("application_list")), line)
    assert shown(desk.get(detail), line)
    approve = reverse("application_approve", args=[application.pk])
    assert desk.post(approve, {"submission": uuid4()}).status_code == 302
    assert shown(desk.get(reverse("application_list")), line)
    member = Member.objects.get(email=application.email)
    for page in ("members_member_changelist", "members_organisation_changelist"):
        assert shown(admin.get(reverse(f"admin:{page}")), line)
    assert shown(admin.get(reverse("admin:members_member_change", args=[member.pk])), line)

    browser = Client()
    browser.force_login(member)
    assert shown(browser.get(reverse("my_page")), line)
    assert shown(browser.get(reverse("profile_edit")), line)
    browser.post(reverse("registration_create", args=[workshop.pk]), {"submission": uuid4()})

    answers.tell_due(at=portal_clock.now())
    delivery.deliver_due(clock=portal_clock.now)
    assert not Notice.objects.exclude(state="sent").exists()
    assert {tuple(message.to) for message in mail.outbox} == {(application.email,), (bo.email,)}
    for message in mail.outbox:
        received = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        assert received.get_all("To") == message.to
        assert received["Bcc"] is None
        assert "<script>alert" not in str(message.alternatives) and "<svg" not in str(message.alternatives)
    confirmed = next(message for message in mail.outbox if "You have a place" in message.subject)
    assert f"Hello {line}," in confirmed.body
    entry = Calendar.from_ical(confirmed.calendar).walk("VEVENT")
    assert len(entry) == 1
    assert entry[0]["ATTENDEE"] == f"mailto:{member.email}"
