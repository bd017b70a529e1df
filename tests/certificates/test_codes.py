"""Codes: drawn, shown, and read as people type them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import codes

CODES = st.text(alphabet=codes.ALPHABET, min_size=codes.LENGTH, max_size=codes.LENGTH)
LOOKALIKES = {"0": "0Oo", "1": "1IiLl"}


def as_typed(code: str, draw: st.DrawFn) -> str:
    """Type a code carelessly: any case, letters that look like figures, blanks and hyphens anywhere."""
    letters = [
        draw(st.sampled_from(LOOKALIKES.get(letter, letter + letter.lower()))) + draw(st.sampled_from(["", " ", "-"]))
        for letter in code
    ]
    return draw(st.sampled_from(["", " "])) + "".join(letters)


def check_round_trip(code: str, data: st.DataObject) -> None:
    assert codes.read(codes.show(code)) == code
    assert codes.read(data.draw(st.composite(lambda draw: as_typed(code, draw))())) == code


def check_reader(typed: str) -> None:
    try:
        code = codes.read(typed)
    except codes.MalformedCode:
        return
    assert len(code) == codes.LENGTH and set(code) <= set(codes.ALPHABET)
    assert codes.read(codes.show(code)) == code


@given(code=CODES, data=st.data())
@settings(max_examples=60)
def test_code_is_read_as_carelessly_as_it_is_typed(code, data):
    check_round_trip(code, data)


@given(typed=st.text(max_size=60))
@settings(max_examples=60)
def test_reader_gives_a_code_or_refuses(typed):
    check_reader(typed)


@pytest.mark.drills
@given(code=CODES, data=st.data())
@settings(max_examples=600)
def test_code_is_read_as_carelessly_as_it_is_typed_600_times(code, data):
    check_round_trip(code, data)


@pytest.mark.drills
@given(typed=st.text(max_size=60) | st.text(alphabet=codes.ALPHABET + "OILoilu -", min_size=14, max_size=20))
@settings(max_examples=600)
def test_reader_gives_a_code_or_refuses_600_times(typed):
    check_reader(typed)


@pytest.mark.parametrize(
    "typed", ["", "7K3M", "7K3M-9Q2X-04TB-W8HU", "7K3M-9Q2X-04TB-W8HN-0", "7K3M-9Q2X-04TB-W8H!", "’; DROP", "０" * 16]
)
def test_malformed_code_is_refused(typed):
    with pytest.raises(codes.MalformedCode):
        codes.read(typed)


def test_code_has_eighty_random_bits():
    drawn = {codes.new_code() for _ in range(500)}
    assert len(drawn) == 500
    assert {len(code) for code in drawn} == {16}
    assert set().union(*drawn) == set(codes.ALPHABET)


def test_code_is_shown_in_fours():
    assert codes.show("7K3M9Q2X04TBW8HN") == "7K3M-9Q2X-04TB-W8HN"
