"""Addresses that are free: the wanted one, cut to its length, with a number where it is taken."""

from collections.abc import Container
from itertools import count

from django.utils.text import slugify

from events.models import Event
from workshops.models import Gathering


def free_slug(wanted: str) -> str:
    """An address that no event has yet."""
    stem = slugify(wanted)[:70].strip("-") or "workshop"
    return _first(stem, set(Event.objects.filter(slug__startswith=stem).values_list("slug", flat=True)))


def free_gathering_slug(wanted: str) -> str:
    """An address that no gathering has yet."""
    stem = slugify(wanted)[:40].strip("-")
    return _first(stem, set(Gathering.objects.filter(slug__startswith=stem).values_list("slug", flat=True)))


def _first(stem: str, taken: Container[str]) -> str:
    numbered = (f"{stem}-{number}" for number in count(2))
    return stem if stem not in taken else next(slug for slug in numbered if slug not in taken)
