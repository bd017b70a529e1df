"""Telephone numbers in a line of words."""

import pytest

from events.phones import Piece, pieces


@pytest.mark.parametrize(
    ("line", "dialled"),
    [
        ("+233 30 200 0000", ["+233302000000"]),
        ("Ghana +233 (0)30 200-0000, Peru +51 1 555.0100", ["+2330302000000", "+5115550100"]),
        ("+1 555 010 0100, then 123456789#", ["+15550100100"]),
        ("Call Esi: 030 200 0000", ["0302000000"]),
        ("030 200 0000, code 4711 4711", ["0302000000"]),
        ("code 4711", []),
        ("+12345678901234567890", []),
        ("+٢٣٣ ٣٠ ٢٠٠ ٠٠٠٠", []),
        ("", []),
    ],
)
def test_numbers_are_found_and_every_sign_stays(line, dialled):
    found = pieces(line)
    assert [piece.tel for piece in found if piece.tel] == dialled
    assert "".join(piece.words for piece in found) == line


def test_words_around_a_number_stay_words():
    assert pieces("Esi, +233 20 000 0000 (WhatsApp)") == [
        Piece("Esi, "), Piece("+233 20 000 0000", "+233200000000"), Piece(" (WhatsApp)"),
    ]  # fmt: skip
