"""The join page as a browser meets it: where it stands, what is pressed and typed on it, what it leaves behind."""

import html
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.urls import reverse

from events.models import AttendanceEvidence
from events.places import join_link

LINK = "https://meet.example.org/j/secret-room?pwd=a&b=c"
NUMBER, PASSCODE, DIAL_IN = "880 1234 5678", "cacao-4711", "+233 30 200 0000, code 99#"
MEETING = {"join_url": LINK, "meeting_number": NUMBER, "passcode": PASSCODE, "dial_in": DIAL_IN}
OPENED = timedelta(minutes=5)


def path(registration) -> str:
    return urlsplit(join_link(registration)).path


def signed_in(event) -> str:
    return reverse("join_event", args=[event.pk])


def text(answer) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def press(browser, address, key=None, **data):
    return browser.post(address, {"submission": key or uuid4(), **data})


def type_code(browser, address, code, key=None):
    return press(browser, address, key, act="code", code=code)


def has_button(answer) -> bool:
    return "join-page__go" in answer.content.decode()


def evidence() -> list[tuple[object, ...]]:
    rows = AttendanceEvidence.objects.order_by("id")
    return list(rows.values_list("member__name", "source", "people", "raw_name"))
