"""How a person calls the day of a start, by the calendar of her own zone."""

from datetime import UTC, datetime, timedelta

import pytest

from events.models import Registration
from events.reminder_words import which_day
from events.reminders import send_due
from notices import drawers
from notices.models import Notice
from tests.emails.people import AT, person, registration
from tests.emails.samples import message


@pytest.mark.parametrize(
    ("starts_at", "zone", "at", "word"),
    [
        # 24 hours ahead is the next day almost everywhere.
        ("2026-12-02T13:00", "Africa/Accra", "2026-12-01T13:00", "tomorrow"),
        # A reminder may go out later than that: the same local day, though in Accra it is the next one.
        ("2026-12-02T03:00", "America/Lima", "2026-12-01T14:00", "today"),
        ("2026-12-02T03:00", "Africa/Accra", "2026-12-01T14:00", "tomorrow"),
        # The late evening in Accra is the next morning in Jakarta.
        ("2026-12-02T23:00", "Asia/Jakarta", "2026-12-02T17:30", "today"),
        ("2026-12-02T23:00", "Asia/Jakarta", "2026-12-01T23:30", "tomorrow"),
        # Midnight belongs to the day that begins.
        ("2026-12-02T05:00", "America/Lima", "2026-12-01T05:00", "tomorrow"),
        ("2026-12-02T04:59", "America/Lima", "2026-12-01T05:00", "today"),
        # A night of 23 hours: 24 hours before Monday 00:10 is Saturday 23:10.
        ("2026-03-29T22:10", "Europe/Paris", "2026-03-28T22:10", ""),
        # A night of 25 hours.
        ("2026-10-25T23:10", "Europe/Paris", "2026-10-24T23:10", "tomorrow"),
        ("2026-12-09T13:00", "Africa/Accra", "2026-12-02T13:00", ""),
    ],
)
def test_which_day(starts_at: str, zone: str, at: str, word: str) -> None:
    start, now = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (starts_at, at))
    assert which_day(start, zone, at=now) == word


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Tomorrow: Working with smallholders, 08:00 Peru time"),
        ("es", "Mañana: Working with smallholders, 08:00 hora de Perú"),
        ("fr", "Demain : Working with smallholders, 08:00 heure du Pérou"),
        ("pt-br", "Amanhã: Working with smallholders, 08:00 horário do Peru"),
    ],
)
@pytest.mark.django_db
def test_reminder_says_tomorrow_in_her_language(language: str, subject: str) -> None:
    assert message("reminder_24h", language).subject == subject


@pytest.mark.django_db
def test_late_reminder_says_today() -> None:
    registration(person("pt-br"), Registration.State.CONFIRMED)
    assert send_due(at=AT + timedelta(hours=19)) == 1  # five hours ahead, 03:00 in Lima
    late = AT + timedelta(hours=19)
    notice = Notice.objects.get(kind="reminder_24h")
    subject = drawers.draw(notice.kind, notice.facts, at=late).subject
    assert subject == "Hoje: Working with smallholders, 08:00 horário do Peru"
