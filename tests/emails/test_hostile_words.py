"""Hostile words on their whole way, over real SMTP: they arrive as typed and make nothing of the mail."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_string, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from icalendar import Calendar

from forestallies.lib.text import tidy
from notices import delivery, outbox
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Message, Recipient, render
from tests.attacks.test_hostile_text import FINE
from tests.emails.people import AT, TITLE
from tests.emails.samples import posting
from tests.processes import Sink, mail_sink

KINDS = (
    "registration_confirmed",
    "rescheduled_series",
    "staff_brief",
    "materials_posted",
    "role_invitation",
    "welcome",
)
OWN = (
    "Bcc: all@example.org\r\nBcc: all@example.org\r\n\r\nanother body",
    "Ana, Bo <bo@example.org>; \"Cy\" 'Fay'",
    "Ana\u2028Bo\u2029Cy",
    "=?utf-8?q?Bcc=3A_all=40example=2Eorg?=",
    "BEGIN:VEVENT\\nUID:1\nEND:VEVENT\r\nATTENDEE:mailto:all@example.org",
    "\u200fعلي\u200e Ali\u061c",
    "\n.\nMAIL FROM:<all@example.org>",
    "</td></table></body></html><form action=//evil.example>",
)
SHARP = re.compile(r"[<&{\r\n;]|=\?")

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    with mail_sink(tmp_path_factory.mktemp("hostile")) as sink:
        yield sink


@pytest.fixture
def send(sink, settings):
    """Send messages through the outbox to the sink; gives what arrived there, in their order."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sink.url.rpartition(":")[2])
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False

    def send(*postings: Posting) -> list[EmailMessage]:
        before = len(sink)
        for one in postings:
            assert outbox.post_once(replace(one, guard="", wait_until=None), at=AT)
        assert delivery.deliver_due(clock=lambda: AT) == {"sent": len(postings)}
        by_notice = {int(mail["X-Notice"]): mail for mail in sink.mails()[before:]}
        assert len(by_notice) == len(postings)
        keys = Notice.objects.filter(key__in=[one.key for one in postings]).in_bulk(field_name="key")
        return [by_notice[keys[one.key].pk] for one in postings]

    return send


class Page(HTMLParser):
    """The tags of an HTML part with the names of their attributes, and its words; typed lines may be lines."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if attrs or tag not in ("p", "br"):
            self.tags.append((tag, *(name for name, _value in attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


@dataclass
class Shape:
    """What a mail is made of, apart from its words."""

    headers: list[str]
    parts: list[str]
    tags: list[tuple[str, ...]]
    calendar: list[str]


def part(mail: EmailMessage, kind: str) -> str:
    return next((str(one.get_content()) for one in mail.walk() if one.get_content_type() == kind), "")


def calendar_part(mail: EmailMessage) -> bytes:
    found = [one.get_payload(decode=True) for one in mail.walk() if one.get_content_type() == "text/calendar"]
    return found[0] if found else b""


def shape(mail: EmailMessage) -> Shape:
    lines = re.sub(rb"\r?\n[ \t]", b"", calendar_part(mail)).decode().splitlines()
    return Shape(
        headers=sorted(name.lower() for name in mail),
        parts=[one.get_content_type() for one in mail.walk()],
        tags=Page(part(mail, "text/html")).tags,
        calendar=[re.split("[:;]", line)[0] for line in lines],
    )


def subject_of(mail: EmailMessage) -> str:
    """The subject as mail programs show it, without the blank of its folding."""
    subject = str(mail["Subject"]).strip()
    assert len(subject.splitlines()) == 1
    assert len(subject) <= 300
    return subject


def tried(words: str):
    """What could close a tag, a quote, a header or a line is tried every time, the rest with the drills."""
    return pytest.param(words, marks=[] if SHARP.search(words) or words in OWN else pytest.mark.drills)


@pytest.mark.parametrize("words", [tried(words) for words in (*OWN, *FINE)])
def test_hostile_words_arrive_as_typed_and_make_nothing_of_the_mail(send, words):
    hostile = [posting(kind, name=words[:120], title=words[:120]) for kind in KINDS]
    usual = [posting(kind, title=TITLE) for kind in KINDS]
    arrived = send(*hostile, *usual)
    typed = tidy(words[:120])
    for kind, made, mail, harmless in zip(KINDS, hostile, arrived, arrived[len(KINDS) :], strict=False):
        assert shape(mail) == shape(harmless), kind
        assert mail["To"] == mail["X-RcptTo"] == made.message.recipient.address
        assert len(mail["To"].addresses) == 1
        assert subject_of(mail)
        assert typed in tidy(part(mail, "text/plain")), kind
        assert typed in tidy(Page(part(mail, "text/html")).words), kind


@pytest.mark.parametrize("words", [tried(words) for words in (*OWN, *FINE)])
def test_title_stands_in_subject_and_calendar_as_typed(send, words):
    [mail] = send(posting("registration_confirmed", title=words[:120]))
    assert subject_of(mail) == f"You have a place: {tidy(words[:120])}"
    [entry] = Calendar.from_ical(calendar_part(mail)).walk("VEVENT")
    # icalendar leaves out a byte order mark at the beginning, which nobody sees
    assert tidy(entry["SUMMARY"]) == tidy(words[:120]).removeprefix("\ufeff")
    assert entry["ATTENDEE"] == f"mailto:{mail['To']}"


def long_message(words: str) -> Message:
    recipient = Recipient("ana@example.org", words, "en", "Africa/Accra")
    return render("waitlisted", recipient, {"event": {"title": words}, "registration": {}})


@pytest.mark.parametrize("words", ["x" * 4_000, "ñ" * 4_000, "words " * 700, "\u200fعلي " * 800, "<b>" * 1_400])
def test_four_thousand_signs_are_cut_in_the_subject_and_whole_in_the_text(send, words):
    made = Posting(message=long_message(words), key="long")
    [mail] = send(made)
    assert subject_of(mail) == f"You are on the waiting list: {tidy(words)}"[:300].strip()
    assert tidy(words) in tidy(part(mail, "text/plain"))
    assert tidy(words) in tidy(Page(part(mail, "text/html")).words)
    assert all(len(line) <= 998 for line in mail.as_bytes().splitlines())


def read(text: str) -> EmailMessage:
    return message_from_string(f"To: ana@example.org\n{text}", policy=policy.default)  # type: ignore[return-value]  # by its policy


def test_comparison_sees_a_tag_a_header_and_a_line_too_many():
    """The negative control."""
    plain = shape(read("Content-Type: text/html\n\n<p>Hello</p>"))
    assert shape(read("Content-Type: text/html\n\n<p>Hello<b></p>")) != plain
    assert shape(read("Bcc: bo@example.org\nContent-Type: text/html\n\n<p>Hello</p>")) != plain
    assert shape(read("Content-Type: text/calendar\n\nUID:1\nUID:2")).calendar == ["UID", "UID"]
