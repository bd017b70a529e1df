"""The words of the reminders: true when they leave, short where every kilobyte counts, and with what is needed then."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.mail import get_connection

from events import emails
from events.leads import DAY, HOUR, LEADS, WEEK
from events.models import Registration
from events.places import join_link, place_link
from notices import drawers, outbox, stopping
from notices.mime import email_message
from notices.models import Notice
from tests.emails.people import AT, person, registration
from tests.emails.samples import message, words
from tests.factories import CircleFactory, MaterialFactory, RegistrationFactory, SegmentFactory, SessionFactory, join

LANGUAGES = [code for code, _name in settings.LANGUAGES]
LARGEST = 5_000  # bytes of the whole mail an hour before
HOSTILE = ("🌳<&\"'" * 40)[:160]

pytestmark = pytest.mark.django_db


def confirmed(language: str = "en", *, title: str = "Land tenure") -> Registration:
    return registration(person(language), Registration.State.CONFIRMED, title=title)


def at_home() -> Registration:
    """Somebody of the circle whose event it is, who opens its materials."""
    row = confirmed()
    join(row.member, row.event.home)
    return row


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("reminder_7d", "Coming up: Working with smallholders, Wednesday, 2 December 2026, 08:00 Peru time"),
        ("reminder_24h", "Tomorrow: Working with smallholders, 08:00 Peru time"),
        ("reminder_1h", "Starts soon: Working with smallholders, 08:00 Peru time"),
    ],
)
def test_subject_says_what_and_when(kind, subject):
    assert message(kind).subject == subject


@pytest.mark.parametrize(("lead", "word"), [(WEEK, "Coming up"), (DAY, "Tomorrow"), (HOUR, "Starts soon")])
def test_session_is_called_by_its_programme_and_number(lead, word):
    session = SessionFactory.create(number=4, edition__programme__short_name="SSKE", title="Getting to know each other")
    row = RegistrationFactory.create(event=session.event_ptr, member=person())
    mail = words(emails.reminder(row, lead, at=AT))
    assert mail.subject.startswith(f"{word}: SSKE session 4, ")
    assert "Getting to know each other" in mail.text


@pytest.mark.parametrize("hours", [0, 5, 12, 22])
def test_reminder_of_the_hour_names_no_day_that_could_be_wrong(hours):
    mail = words(emails.reminder(confirmed(), HOUR, at=AT), at=AT + timedelta(hours=hours))
    assert not any(word in mail.subject for word in ("Today", "Tomorrow", "hour"))


@pytest.mark.parametrize("lead", LEADS, ids=lambda lead: lead.code)
def test_every_reminder_says_the_hour_with_zone_and_offset_in_both_parts(lead):
    mail = words(emails.reminder(confirmed(), lead, at=AT))
    assert mail.text.splitlines()[:2] == ["Wednesday, 2 December 2026, 08:00 (Lima, UTC−5)", "08:00 PE · 13:00 GH"]
    assert all(part in mail.html for part in ("08:00", "Lima, UTC−5", "08:00 PE · 13:00 GH"))


def test_week_before_brings_the_agenda_on_her_clock_her_materials_and_the_way_to_give_the_place_back():
    row = at_home()
    for position, (title, public) in enumerate([("Welcome", True), ("Sound check", False), ("Land rights", True)]):
        SegmentFactory.create(event=row.event, position=position, title=title, is_public=public)
    slides = MaterialFactory.create(event=row.event, title="Slides", language="en")
    MaterialFactory.create(event=row.event, title="For the team", visibility="team")
    MaterialFactory.create(event=row.event, title="For another circle").audience.add(CircleFactory.create())
    lines = words(emails.reminder(row, WEEK, at=AT)).text.splitlines()
    assert [line for line in lines if line[:2] == "08" and "PE" not in line] == ["08:00 Welcome", "08:30 Land rights"]
    assert [line.split(" (")[0] for line in lines if line.startswith("* ")] == ["* Slides"]
    links = [line.strip() for line in lines if line.strip().startswith("http")]
    assert links[:2] == [f"{settings.SITE_URL}/materials/{slides.pk}/", place_link(row)]


def test_week_before_without_agenda_and_materials_has_no_empty_heads():
    mail = words(emails.reminder(confirmed(), WEEK, at=AT))
    assert "Agenda" not in mail.text + mail.html
    assert "To prepare" not in mail.text + mail.html


def test_many_materials_are_counted():
    row = at_home()
    MaterialFactory.create_batch(10, event=row.event)
    mail = words(emails.reminder(row, WEEK, at=AT))
    assert mail.text.count("\n* ") == 8
    assert "and 2 more" in mail.text and "and 2 more" in mail.html


def test_hour_before_leads_to_the_join_page_and_out_of_these_messages_and_nowhere_else():
    row = confirmed()
    mail = words(emails.reminder(row, HOUR, at=AT))
    links = [join_link(row), stopping.link(HOUR.kind, row.member_id)]
    assert [line for line in mail.text.splitlines() if "http" in line] == links
    assert mail.html.count("http") == sum(mail.html.count(link) for link in links)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whole_mail_of_the_hour_stays_small_with_the_worst_of_titles(language):
    made = emails.reminder(confirmed(language, title=HOSTILE), HOUR, at=AT)
    assert outbox.post_once(made, at=AT)
    notice = Notice.objects.get(key=made.key)
    drawers.complete(notice, at=AT)
    raw = email_message(notice, get_connection("django.core.mail.backends.dummy.EmailBackend")).message().as_bytes()
    assert HOSTILE in notice.text
    assert len(raw) <= LARGEST
