"""The run of show as its pages show it: rows to begin with, what is sent, the words that are read."""

import re
from uuid import uuid4

from django.urls import reverse

from events.models import Segment
from tests.factories import (
    SegmentFactory,
)

LIST, EDIT, MOVE, REMOVE = "segment_list", "segment_edit", "segment_move", "segment_remove"


def planned(event, *titles, minutes=15, **values) -> list[Segment]:
    made = enumerate(titles, start=Segment.objects.filter(event=event).count())
    return [
        SegmentFactory.create(event=event, position=position, title=title, minutes=minutes, **values)
        for position, title in made
    ]


def address(name, event, segment=None) -> str:
    return reverse(name, args=[event.pk, segment.pk] if segment else [event.pk])


def get(browser, name, event, segment=None):
    return browser.get(address(name, event, segment))


def send(browser, name, event, segment=None, **data):
    return browser.post(address(name, event, segment), {"submission": uuid4(), **data})


def words(answer) -> str:
    """The text of a page as it is read."""
    main = answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def titles(event) -> list[str]:
    rows = list(Segment.objects.filter(event=event))
    assert [row.position for row in rows] == list(range(len(rows)))
    return [row.title for row in rows]
