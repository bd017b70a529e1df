"""Calendar entries of one person: every rule of the house about what is written into somebody's calendar."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import vobject
from django.conf import settings
from django.core.mail import get_connection

from events.invitation import ORGANIZER_NAME, calendar_for, calendar_uid, sender_address
from events.models import Event
from forestallies.lib import ical
from members.models import Member
from notices.mime import email_message
from notices.models import Notice
from tests.calendars import read
from tests.factories import EventFactory, MemberFactory

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SECRET, DIAL_IN = "https://meet.example.org/secret-room", "+1 555 0100, 4711#"


@pytest.fixture
def event(db: None) -> Event:
    return EventFactory.create(title="Working with smallholders", join_url=SECRET, dial_in=DIAL_IN)


@pytest.fixture
def ana(db: None) -> Member:
    return MemberFactory.create(name="Ana Quispe", email="ana@example.org", zone="America/Lima", language="es")


def sent(event: Event, member: Member, method: ical.Method) -> EmailMessage:
    """The mail with an entry, read back as a mail program does."""
    notice = Notice(
        pk=1, kind="x", address=member.email, language=member.language, subject="Subject", text="Text", html="<p/>",
        calendar=calendar_for(event, member, method=method, at=AT), calendar_method=method, message_id="<1@x.example>",
    )  # fmt: skip
    raw = email_message(notice, get_connection("django.core.mail.backends.dummy.EmailBackend")).message().as_bytes()
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_calendar_keeps_the_grammar_and_holds_one_event(event: Event, ana: Member, method: ical.Method) -> None:
    calendar = read(calendar_for(event, ana, method=method, at=AT))
    assert calendar.value("METHOD") == method
    assert [block.name for block in calendar.blocks] == ["VEVENT"]  # times are UTC: no zones


def test_invitation_says_what_calendars_need(event: Event, ana: Member) -> None:
    entry = read(calendar_for(event, ana, method="REQUEST", at=AT)).event
    page = settings.SITE_URL + event.get_absolute_url()
    assert entry.value("DTSTAMP") == "20261121T090000Z"
    assert entry.value("DTSTART") == "20261202T130000Z"
    assert entry.value("DTEND") == "20261202T143000Z"
    assert entry.value("SEQUENCE") == "0"
    assert entry.value("STATUS") == "CONFIRMED"
    assert entry.value("URL") == entry.value("LOCATION") == page
    attendee = entry.line("ATTENDEE")
    assert attendee.value == "mailto:ana@example.org"
    assert attendee.parameters == {
        "CN": "Ana Quispe", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE",
    }  # fmt: skip
    assert entry.line("ORGANIZER").parameters == {"CN": ORGANIZER_NAME}


def test_description_says_her_hour_and_the_country_line(event: Event, ana: Member) -> None:
    entry = read(calendar_for(event, ana, method="REQUEST", at=AT)).event
    assert entry.value("DESCRIPTION").splitlines() == [
        "miércoles, 2 de diciembre de 2026, 08:00 (Lima, UTC−5)",
        "08:00 PE · 13:00 GH",
        f"Página y acceso a la sesión: {settings.SITE_URL}{event.get_absolute_url()}",
    ]


def test_mails_entry_leads_to_her_own_join_page(event: Event, ana: Member) -> None:
    own = f"{settings.SITE_URL}/join/place/1.signature/"
    entry = read(calendar_for(event, ana, method="REQUEST", at=AT, join=own)).event
    assert entry.value("URL") == entry.value("LOCATION") == own
    lines = entry.value("DESCRIPTION").splitlines()
    assert [line.rpartition(" ")[2] for line in lines[2:]] == [own, settings.SITE_URL + event.get_absolute_url()]


def test_uid_is_of_one_person_and_one_event(event: Event, ana: Member) -> None:
    others = [(event, MemberFactory.create()), (EventFactory.create(), ana)]
    assert len({calendar_uid(*pair) for pair in [(event, ana), *others]}) == 3
    assert calendar_uid(event, ana).endswith(f"@{settings.SITE_HOST}")


def test_uid_is_the_same_for_life(event: Event, ana: Member) -> None:
    """Written out: whoever changes how it is made leaves every entry in every calendar behind."""
    event.uid, ana.pk = type(event.uid)("6f0c2c1e-0000-4000-8000-000000000004"), 17
    before = calendar_uid(event, ana)
    event.wall_date += timedelta(days=7)
    event.title = event.slug = event.zone = ana.name = ana.email = "other"
    assert calendar_uid(event, ana) == before == f"event-e23be06e-b781-59d2-9791-21d6af15b391@{settings.SITE_HOST}"


def test_move_keeps_the_uid_and_raises_the_sequence(event: Event, ana: Member) -> None:
    before = read(calendar_for(event, ana, method="REQUEST", at=AT)).event
    event.wall_date += timedelta(days=7)
    event.zone = "America/Bogota"
    event.sequence += 1
    event.save(update_fields=["wall_date", "zone", "sequence"])
    after = read(calendar_for(event, ana, method="REQUEST", at=AT)).event
    assert after.value("UID") == before.value("UID")
    assert (before.value("SEQUENCE"), after.value("SEQUENCE")) == ("0", "1")
    assert after.value("DTSTART") == "20261209T180000Z"


def test_withdrawal_of_one_person_does_not_call_the_event_cancelled(event: Event, ana: Member) -> None:
    entry = read(calendar_for(event, ana, method="CANCEL", at=AT)).event
    assert "STATUS" not in entry.names()
    assert entry.line("ATTENDEE").value == "mailto:ana@example.org"
    assert entry.value("UID") == calendar_uid(event, ana)


def test_cancelled_event_says_so(event: Event, ana: Member) -> None:
    event.state = Event.State.CANCELLED
    assert read(calendar_for(event, ana, method="CANCEL", at=AT)).event.value("STATUS") == "CANCELLED"


def test_publication_names_no_attendee(event: Event, ana: Member) -> None:
    raw = calendar_for(event, ana, method="PUBLISH", at=AT)
    assert "ATTENDEE" not in read(raw).event.names()
    assert b"ana@example.org" not in raw


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_meeting_link_is_in_no_byte(event: Event, ana: Member, method: ical.Method) -> None:
    unfolded = calendar_for(event, ana, method=method, at=AT).replace(b"\r\n ", b"")
    for secret in (SECRET, "secret-room", DIAL_IN, "4711", "555 0100"):
        assert secret.encode() not in unfolded


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_mail_carries_the_entry_last_and_whole(event: Event, ana: Member, method: ical.Method) -> None:
    mail = sent(event, ana, method)
    assert mail.get_content_type() == "multipart/alternative"
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    part = parts[-1]
    assert dict(part["Content-Type"].params) == {"charset": "utf-8", "method": method}
    assert (part.get_content_disposition(), part.get_filename()) == (None, None)
    body = part.get_payload(decode=True)
    assert body == calendar_for(event, ana, method=method, at=AT)
    assert read(body).value("METHOD") == method


def test_mail_comes_from_the_organizer_and_goes_to_the_attendee(event: Event, ana: Member) -> None:
    """Otherwise Gmail shows an update as a stranger's, and Outlook does not move the entry."""
    mail = sent(event, ana, "REQUEST")
    entry = read(list(mail.iter_parts())[-1].get_payload(decode=True)).event
    [sender], [recipient] = mail["From"].addresses, mail["To"].addresses
    assert entry.line("ORGANIZER").value == f"mailto:{sender.addr_spec}" == f"mailto:{sender_address()}"
    assert entry.line("ATTENDEE").value == f"mailto:{recipient.addr_spec}"


def test_other_library_reads_the_mails_entry(event: Event, ana: Member) -> None:
    event.title = "Niñez, cacao; “hoy”"
    part = list(sent(event, ana, "REQUEST").iter_parts())[-1]
    other = vobject.readOne(part.get_payload(decode=True).decode())
    assert other.method.value == "REQUEST"
    assert (other.vevent.summary.value, other.vevent.dtstart.value) == (event.title, event.starts_at)
    assert other.vevent.attendee.value == "mailto:ana@example.org"
