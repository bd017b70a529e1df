"""The languages people speak, named in the reader's own."""

import pytest
from django.utils import translation

from forestallies.lib import languages


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
def test_every_language_has_a_name_in_every_language(language):
    with translation.override(language):
        names = [name for _code, name in languages.spoken_choices()]
    assert len(set(names)) == len(languages.SPOKEN) and all(name[0].isupper() and len(name) >= 3 for name in names)


def test_several_are_said_in_one_line():
    with translation.override("es"):
        assert languages.in_words(["en", "qu"]) == "Inglés, quechua"


def test_unknown_code_is_said_as_it_is():
    assert languages.in_words(["xx-what"]) == "Xx-what"
