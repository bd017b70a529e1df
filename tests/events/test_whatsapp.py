"""The text for a WhatsApp group: in every language, with everybody's hour, and without any way into the meeting."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.urls import reverse

from events import whatsapp
from events.models import Event
from tests.factories import WorkshopFactory
from tests.world import sign_in


@pytest.fixture
def event(community) -> Event:
    return WorkshopFactory.create(
        title_en="Land tenure", title_fr="Droits fonciers", countries=["PE", "CO", "GH", "ID"],
        join_url="https://meet.example.org/secret", passcode="4711",
    ).event_ptr  # fmt: skip


def text_in(code: str, event: Event, at) -> str:
    return next(one.text for one in whatsapp.copies(event, at=at) if one.code == code)


def test_text_names_the_day_the_hours_and_the_page(event, at):
    assert text_in("en", event, at).splitlines() == [
        "*Land tenure*",
        "Wednesday, 2 December 2026",
        "",
        "08:00 Peru, Colombia (UTC−5)",
        "13:00 Ghana (UTC+0)",
        "20:00 Indonesia (UTC+7)",
        "",
        "More, and your place in it, after signing in:",
        settings.SITE_URL + event.get_absolute_url(),
    ]


def test_text_is_in_the_four_languages(event, at):
    copies = whatsapp.copies(event, at=at)
    assert [one.code for one in copies] == [code for code, _name in settings.LANGUAGES]
    assert text_in("fr", event, at).splitlines()[:2] == ["*Droits fonciers*", "Mercredi 2 décembre 2026"]
    assert "08:00 Perú, Colombia (UTC−5)" in text_in("es", event, at)


def test_hour_on_another_day_says_which(event, at):
    event.wall_time = event.wall_time.replace(hour=20)
    event.save()
    assert "03:00 Indonesia (UTC+7, Thursday, 3 December 2026)" in text_in("en", event, at).splitlines()


def test_text_without_countries_says_the_zone(event, at):
    event.countries = []
    assert "13:00 (Accra, UTC+0)" in text_in("en", event, at).splitlines()


def test_link_carries_the_very_text_and_nothing_leads_into_the_meeting(event, at):
    for one in whatsapp.copies(event, at=at):
        parts = urlsplit(one.link)
        assert (parts.netloc, parse_qs(parts.query)["text"]) == ("wa.me", [one.text])
        assert not any(secret in one.text for secret in ("meet.example", "4711", "/join/"))


@pytest.mark.parametrize("state", ["draft", "cancelled", "closed"])
def test_nothing_to_copy_of_what_does_not_take_place(event, at, state):
    event.state = state
    assert whatsapp.copies(event, at=at) == []


def test_nothing_to_copy_of_what_has_begun(event):
    assert whatsapp.copies(event, at=event.starts_at) == []


@pytest.mark.usefixtures("clock")
def test_each_text_has_a_button_that_copies_it(event, bo):
    page = sign_in(bo).get(reverse("event_messages", args=[event.pk])).content.decode()
    for code, _name in settings.LANGUAGES:
        [button] = re.findall(rf'<button[^>]* data-copy="copy-{code}"[^>]*>', page)
        assert " hidden" in button  # until the script, which alone can copy, shows it
        assert f'<textarea class="form-control" id="copy-{code}"' in page
    assert "js/copy" in page


@pytest.mark.usefixtures("clock")
def test_messages_page_offers_the_text_as_it_is_typed(event, bo):
    hostile = '</textarea><script>alert(1)</script> "&" א'
    Event.objects.update(title_en=hostile, title=hostile)
    answer = sign_in(bo).get(reverse("event_messages", args=[event.pk])).content.decode()
    assert answer.count("<textarea") == answer.count("https://wa.me/?text=") == 4
    assert "<script>alert" not in answer
    assert "*&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;&quot; א*" in answer
