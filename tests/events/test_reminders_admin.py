"""A facilitator chooses in the admin which reminders an event sends."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from audit.models import Entry
from events.models import Event
from tests.events.scheduling import Sske, confirm, save, text_of
from tests.factories import RegistrationFactory
from tests.html_forms import fields_of

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


def test_reminders_are_ticked_with_their_words(sske: Sske, as_fay):
    page = as_fay.get(sske.page)
    assert fields_of(page)["reminders"] == ["7d", "24h", "1h"]
    for words in ("7 days before, in the morning", "the day before", "an hour before", "One whose hour is past"):
        assert words in text_of(page)


@pytest.mark.parametrize("chosen", [["24h"], []])
def test_other_reminders_begin_anew_and_are_written_down(sske: Sske, as_fay, chosen):
    save(as_fay, sske.page, reminders=chosen)
    event = sske.now()
    assert (event.reminders, event.reminders_since) == (chosen, NOW)
    [entry] = Entry.objects.filter(verb="event.reminders_changed")
    assert entry.detail == {"before": ["7d", "24h", "1h"], "after": chosen}


def test_other_words_leave_the_reminders_alone(sske: Sske, as_fay):
    save(as_fay, sske.page, title_en="Another title")
    assert (sske.now().title_en, sske.now().reminders_since) == ("Another title", None)
    assert not Entry.objects.filter(verb="event.reminders_changed").exists()


def test_unknown_reminder_is_refused_and_nothing_is_saved(sske: Sske, as_fay):
    answer = save(as_fay, sske.page, reminders=["24h", "5m"], title_en="Another title")
    assert "reminders" in answer.context["adminform"].form.errors
    assert sske.now().title_en != "Another title"


def test_reminders_and_a_move_are_saved_together_after_the_question(sske: Sske, as_fay):
    RegistrationFactory.create(event=sske.session.event_ptr)
    question = save(as_fay, sske.page, reminders=["1h"], wall_time="16:00")
    assert sske.now().reminders == ["7d", "24h", "1h"], "nothing is saved before the answer"
    confirm(as_fay, question)
    event = sske.now()
    assert (event.reminders, event.wall_time.hour, event.reminders_since) == (["1h"], 16, NOW)


def test_history_tells_of_it(sske: Sske, as_fay):
    save(as_fay, sske.page, reminders=["24h"])
    page = as_fay.get(reverse("event_history", args=[sske.session.pk]))
    assert "changed the reminders" in text_of(page)


def test_announcing_begins_the_reminders(sske: Sske, as_fay):
    Event.objects.filter(pk=sske.session.pk).update(state="draft")
    save(as_fay, sske.page, state="scheduled")
    assert sske.now().reminders_since == NOW
