"""The words of letters: a few placeholders, and everything else as it was typed."""

import pytest
from django.utils import translation

from members import audiences, letters
from members.audiences import Selection
from members.letters import GAP, filled, problems, samples, unknown_placeholders
from members.models.mailings import Words
from tests.members.letters import FRENCH, SPANISH, letter, people

KNOWN = ("name", "event", "when")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Hello {name}", "Hello Ana"),
        ("Hello { name }!", "Hello Ana!"),
        ("{{name}}", "{{name}}"),
        ("{{7*7}} {% load %} {# x #}", "{{7*7}} {% load %} {# x #}"),
        ('{"name": 1} {} { } {0} %(name)s ${name', '{"name": 1} {} { } {0} %(name)s ${name'),
        ("{name.email} {name!r}", "{name.email} {name!r}"),
        ("{other}", "{other}"),
    ],
)
def test_known_words_in_one_pair_of_braces_are_filled_in(typed, read):
    assert filled(typed, {"name": "Ana"}) == read


def test_name_that_looks_like_a_placeholder_stays_a_name():
    assert filled("{name}, {event}", {"name": "{event}", "event": "{name}"}) == "{event}, {name}"


@pytest.mark.parametrize(
    ("typed", "unknown"),
    [
        ("Hola {nombre}, {name}", ["nombre"]),
        ("{first name} {prénom} {first name}", ["first name", "prénom"]),
        ("{{7*7}} {% load %} {{nombre}} {1} {}", []),
    ],
)
def test_unknown_words_in_braces_are_found(typed, unknown):
    assert unknown_placeholders(typed, KNOWN) == unknown


def of(mailing, at) -> list[str]:
    return problems(mailing, audiences.spread(Selection.parse(mailing.audience), at=at))


def test_language_with_readers_and_no_text_is_named_with_their_number(bo, community, at):
    people(community.circle, "es", "fr", "fr", "en")
    mailing = letter(community.circle, bo, {"es": SPANISH})
    assert of(mailing, at) == [
        "English: 1 person reads it, and there is no text in it.",
        "French: 2 people read it, and there is no text in it. Write one, or tick “English instead”.",
    ]


def test_english_instead_needs_an_english_text(bo, community, at):
    people(community.circle, "es", "fr")
    mailing = letter(community.circle, bo, {"es": SPANISH}, english_instead=True)
    assert of(mailing, at) == ["French: there is no text, and no English one to send instead."]
    mailing.write({"es": SPANISH, "en": Words("Link", "Here.")})
    assert of(mailing, at) == []


def test_what_is_half_written_is_named(bo, community, at):
    people(community.circle, "es")
    mailing = letter(community.circle, bo, {"es": Words("Nuevo enlace", ""), "fr": Words("", GAP)})
    assert of(mailing, at) == [
        "Spanish: the text is missing.",
        "French: the subject is missing.",
        "French: please write something in the place of […].",
    ]


def test_letter_to_nobody_is_not_sent(bo, community, at):
    mailing = letter(community.circle, bo, {"fr": FRENCH})
    assert of(mailing, at) == ["Nobody with an e-mail address is among the people you chose."]


def test_texts_to_start_from_are_whole_in_every_language_and_suit_their_readers():
    assert [one.key for one in samples("circle")] == ["link_changed", "topics"]
    assert [one.key for one in samples("event")] == ["link_changed", "topics", "thanks", "before"]
    for one in samples("event"):
        assert list(one.words) == ["en", "es", "fr", "pt-br"]
        assert all(words.are_complete for words in one.words.values())
        assert len({(GAP in words.text, "{when}" in words.text) for words in one.words.values()}) == 1


def test_texts_to_start_from_are_named_in_the_readers_language():
    with translation.override("fr"):
        assert samples("circle")[0].name == "Un lien a changé"
    assert letters.sample("nothing", "circle") is None
