"""From a notice to a mail: text first, HTML beside it, the calendar part last."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.core.mail import get_connection

from notices import drawers, kinds, outbox, stopping
from notices.mime import email_message
from notices.models import Notice
from tests.emails.people import AT
from tests.emails.samples import KINDS, posting

WITH_ENTRY = {
    "registration_confirmed": "REQUEST",
    "promoted": "REQUEST",
    "registration_cancelled": "CANCEL",
    "rescheduled": "REQUEST",
    "rescheduled_series": "PUBLISH",
    "registered_several": "PUBLISH",
    "event_cancelled": "CANCEL",
    "role_withdrawn": "CANCEL",
    "staff_brief": "REQUEST",
}

pytestmark = pytest.mark.django_db


def sent(kind: str, language: str = "es", **names: str) -> EmailMessage:
    """Post a mail and read it back as a mail program does."""
    made = posting(kind, language, **names)
    assert outbox.post_once(made, at=AT)
    notice = Notice.objects.get(key=made.key)
    drawers.complete(notice, at=AT)
    raw = email_message(notice, get_connection("django.core.mail.backends.dummy.EmailBackend")).message().as_bytes()
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize(("kind", "method"), WITH_ENTRY.items())
def test_parts_stand_in_the_order_mail_programs_want(kind: str, method: str) -> None:
    mail = sent(kind)
    assert mail.get_content_type() == "multipart/alternative"
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    entry = parts[-1]
    assert entry["Content-Type"].params["method"] == method
    assert entry["Content-Type"].params["charset"] == "utf-8"
    assert entry.get_content_disposition() is None
    body = entry.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert f"METHOD:{method}\r\n".encode() in body
    assert b"\r\n\r\n" not in body


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITH_ENTRY and "/" not in kind])
def test_mail_without_an_entry_has_two_parts(kind: str) -> None:
    assert [part.get_content_type() for part in sent(kind).iter_parts()] == ["text/plain", "text/html"]


def test_headers_name_one_recipient_and_mark_the_mail_as_automatic() -> None:
    mail = sent("waitlisted")
    notice = Notice.objects.get()
    assert mail["To"] == notice.address
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert mail["Message-ID"] == notice.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None


def test_accents_and_hostile_titles_survive_the_journey() -> None:
    title = 'Niñez & <b>cacao</b> "ça" Bcc: all@example.org'
    mail = sent("registration_confirmed", title=title)
    assert mail["Subject"].strip() == f"Usted tiene un cupo: {title}"
    assert mail["Bcc"] is None
    text = mail.get_body(("plain",))
    assert text is not None
    assert f"Usted tiene un cupo en “{title}”." in text.get_content().splitlines()


def test_line_break_in_a_stored_subject_cannot_make_a_header() -> None:
    made = posting("waitlisted")
    outbox.post_once(made, at=AT)
    notice = Notice.objects.get()
    notice.subject = "Waiting\r\nBcc: all@example.org"
    with pytest.raises(ValueError, match="newlines"):
        email_message(notice, get_connection("django.core.mail.backends.dummy.EmailBackend")).message()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "/" not in kind])
def test_optional_mails_and_no_others_carry_the_way_out(kind: str) -> None:
    mail = sent(kind, "fr")
    notice = Notice.objects.get()
    link = stopping.link(kind, notice.recipient_id)
    if not kinds.get(kind).is_optional:
        assert mail["List-Unsubscribe"] is None and mail["List-Unsubscribe-Post"] is None
        drawers.complete(notice, at=AT)
        assert "/messages/stop/" not in notice.text + notice.html
        return
    assert mail["List-Unsubscribe"].strip() == f"<{link}>"  # a long address stands on a line of its own
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in ("plain", "html"):
        body = mail.get_body((part,))
        assert body is not None and link in body.get_content()


def test_optional_mail_to_somebody_without_an_account_has_no_way_out() -> None:
    made = posting("materials_posted")
    outbox.post_once(made, at=AT)
    notice = Notice.objects.get()
    notice.recipient = None
    message = email_message(notice, get_connection("django.core.mail.backends.dummy.EmailBackend")).message()
    assert message["List-Unsubscribe"] is None
