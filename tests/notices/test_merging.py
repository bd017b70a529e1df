"""What is drawn once for many says to each exactly what would be drawn for her alone."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import emails
from events.models import Registration
from forestallies.lib.text import tidy
from notices import merging
from notices.merging import Merger
from notices.render import Recipient, render
from tests.factories import EventFactory, RegistrationFactory

NAUGHTY = (Path(__file__).parents[1] / "data" / "naughty-strings.txt").read_text().splitlines()
NAMES = ["Ana Quispe", "", '<b>Bo</b> & "Fay"', "{{ place }} %(name)s {% now 'Y' %}", "שלום Ana"]


@pytest.fixture
def registrations(db, at):
    event = EventFactory.create(title="Who gains & how <soon>")
    return [RegistrationFactory.create(event=event, member__name=name, member__language="pt-br") for name in NAMES]


def alone(row, at):
    """The mail as it is drawn without any merging."""
    event, member = row.event, row.member
    place, join = emails.place_link(row), emails.join_link(row)
    context = {**emails.context_for(event, member), "place": place, "join": join}
    return render("registration_confirmed", emails.to(member), context)


def test_merged_words_are_those_drawn_alone(registrations, at):
    facts = [{"registration": row.pk} for row in registrations]
    merged = emails.draw_many("registration_confirmed", facts, at)
    rows = Registration.objects.select_related("event", "member").in_bulk()
    assert [(m.subject, m.text, m.html) for m in merged] == [
        (one.subject, one.text, one.html) for one in (alone(rows[row.pk], at) for row in registrations)
    ]


def test_two_who_read_alike_are_drawn_once(registrations, at, monkeypatch):
    drawn = []
    words = merging.words
    monkeypatch.setattr(merging, "words", lambda *said: drawn.append(said) or words(*said))
    emails.draw_many("registration_confirmed", [{"registration": row.pk} for row in registrations], at)
    assert len(drawn) == 2  # those with a name, and the one without


def test_zone_and_language_are_read_alike_by_nobody_else(registrations, at):
    first, second = registrations[0], registrations[2]
    second.member.zone, second.member.language = "America/Lima", "es"
    second.member.save(update_fields=["zone", "language"])
    facts = [{"registration": row.pk} for row in (first, second)]
    texts = [message.text for message in emails.draw_many("registration_confirmed", facts, at)]
    assert ["UTC" in text.splitlines()[0] for text in texts] == [True, True]
    assert "Lima" in texts[1] and "Lima" not in texts[0]


def one(name, own, *, merger=None):
    person = Recipient("ana@example.org", name, "en", "UTC")
    return (merger or Merger()).render(
        "application_exists", person, alike=1, context=lambda: {"application": None}, own={"link": own}
    )


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_name_stands_as_it_was_typed(name):
    person = Recipient("ana@example.org", name, "en", "UTC")
    said = render("application_exists", person, {"application": None, "link": "https://example.org/a?b=1&c=2"})
    merged = one(name, "https://example.org/a?b=1&c=2")
    assert (merged.text, merged.html) == (said.text, said.html)


@pytest.mark.parametrize("name", NAUGHTY)
def test_naughty_name_stands_as_it_was_typed(name):
    person = replace(Recipient("ana@example.org", "", "en", "UTC"), name=tidy(name))
    said = render("application_exists", person, {"application": None, "link": "x"})
    assert (one(tidy(name), "x").text, one(tidy(name), "x").html) == (said.text, said.html)


def test_nobody_can_write_a_slot():
    """A name that looks like another person's slot stays a name: the slots of each batch are its own secret."""
    merger = Merger()
    copied = one("Ana", "secret-link", merger=Merger())
    assert "secret-link" in copied.text
    assert merger._token != Merger()._token
    assert one(f"{Merger()._token}link{Merger()._token}", "mine", merger=merger).text.count("mine") == 1
