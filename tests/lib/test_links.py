"""Links that open one person's own page, in words that others look at."""

import pytest

from forestallies.lib import links


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            "https://wa.me/?text=https%3A%2F%2Fa.org%2Fjoin%2Fplace%2F7.secret%2F%20now",
            "%2Fjoin%2Fplace%2F***%2F%20now",
        ),
        ("https://wa.me/?text=https%3a%2f%2fa.org%2fplace%2f7.secret", "%2fplace%2f***"),
        ("https://a.org/messages/stop/7%3Aletter.secret/", "/messages/stop/***/"),
    ],
)
def test_token_is_hidden_inside_another_address(words, shown):
    assert links.hide(words).endswith(shown)
    assert "secret" not in links.hide(words)


@pytest.mark.parametrize(
    ("words", "is_personal"),
    [
        ("Join: {site}/join/place/7.secret/", True),
        ("Your event: {site}/events/autumn/", False),
        ("https://maps.example.org/place/Lima", False),
    ],
)
def test_links_for_one_person_are_told_from_others(settings, words, is_personal):
    assert links.holds_personal(words.format(site=settings.SITE_URL)) is is_personal
