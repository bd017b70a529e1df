import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from forestallies.lib import text


def test_tidy_makes_one_line_in_nfc():
    assert text.tidy("  Jose\u0301 \r\n Pérez\t") == "José Pérez"


def test_tidy_keeps_line_breaks_where_they_are_wanted():
    assert text.tidy("one\r\ntwo\rthree\n", lines=True) == "one\ntwo\nthree"


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b[2J", "\x85", "\u202e", "\u2066", "\ud800"])
def test_clean_refuses_what_nobody_types(bad):
    with pytest.raises(ValidationError):
        text.clean(f"Ana{bad}Quispe")


@pytest.mark.parametrize("bad", ["\u200b", "\u200b \ufeff", "\u00ad", "\u2060", "\u3164", "\u034f", "\U000e0041"])
def test_clean_refuses_text_in_which_nothing_can_be_seen(bad):
    with pytest.raises(ValidationError, match="seen"):
        text.clean(bad)
    assert text.clean(f"Ana{bad}") == text.tidy(f"Ana{bad}")


@pytest.mark.parametrize("nothing", ["", " ", "\u00a0"])
def test_clean_leaves_empty_text_to_the_field(nothing):
    assert text.clean(nothing) == ""


@pytest.mark.parametrize(
    "name", ["Ana <b>", "O’Brien", "=1+1", "{{ 7*7 }}", '#read("x")', "李小龍", "م\u200dحمد", "👩‍🌾"]
)
def test_clean_keeps_what_people_are_called(name):
    assert text.clean(name) == unicodedata.normalize("NFC", name)


@given(st.text())
def test_clean_is_stable(value):
    try:
        once = text.clean(value)
    except ValidationError:
        return
    assert text.clean(once) == once
