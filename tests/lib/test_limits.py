"""The limits of the public pages count every verb that reads or writes, and nobody can wash the counters away."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse


@pytest.fixture(autouse=True)
def _fresh_counters(db):
    cache.clear()


@pytest.mark.parametrize("verb", ["get", "head", "post"])
def test_every_verb_is_counted(client, db, settings, verb):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "welcome": "3/h/ip"}
    address = reverse("welcome", args=["unknown"])
    answers = [getattr(client, verb)(address).status_code for _ in range(5)]
    assert answers == [410, 410, 410, 429, 429]


def test_limit_is_said_in_words(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "welcome": "0/h/ip"}
    answer = client.get(reverse("welcome", args=["unknown"]))
    assert "Please wait a little" in answer.content.decode()


def test_other_counters_do_not_push_one_out(client, db, settings):
    """The cache drops rows when it is full; a crowd of made-up names must not fill it."""
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "welcome": "1/h/ip"}
    address = reverse("welcome", args=["unknown"])
    client.get(address)
    for number in range(500):
        cache.set(f"zz:{number}", [], 3600)
    assert client.get(address).status_code == 429


def test_forwarded_address_of_a_stranger_is_not_believed(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "welcome": "2/h/ip"}
    address = reverse("welcome", args=["unknown"])
    answers = [Client().get(address, headers={"x-forwarded-for": f"203.0.113.{n}"}).status_code for n in range(4)]
    assert answers == [410, 410, 429, 429]
