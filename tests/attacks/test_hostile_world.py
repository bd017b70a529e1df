"""Every free word in the database is hostile at once, and every page is opened: none breaks, none runs it."""

import html

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse

from forestallies.lib.clock import now
from forestallies.lib.fields import LineField, ProseField
from tests import world as worlds
from tests.test_authorisation import MATRIX

MARKUP = "'\"><script>alert(1)</script><svg/onload=alert(2)>{{ 7 }}{% now 'Y' %}%(x)s\\u202e=1+1,;🌳"
WORDS = {"markup": MARKUP, "formula": '=HYPERLINK("http://evil.example";"x")\\', "long": "Ŵ" * 4000}
PUBLISHED = {"members.termversion"}  # the database refuses a change of what people agreed to


def fill(words: str) -> set[str]:
    """Write the words into every line and every text of every table, cut to its length; return what was written."""
    written = set()
    for model in apps.get_models():
        if model._meta.label_lower in PUBLISHED or model._meta.proxy:
            continue
        for field in model._meta.local_fields:
            if not isinstance(field, (LineField, ProseField)) or field.choices:
                continue
            try:
                with transaction.atomic():
                    rows = model._base_manager.update(**{field.name: words[: field.max_length]})
            except IntegrityError:  # a name that stands once only; the others show enough
                continue
            written |= {f"{model._meta.label_lower}.{field.name}"} if rows else set()
    return written


def body(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


@pytest.mark.parametrize("person", ["ana", "bo", "root"])
@pytest.mark.parametrize(
    "words", ["markup", *(pytest.param(name, marks=pytest.mark.drills) for name in ("formula", "long"))]
)
def test_no_page_breaks_and_none_holds_them_raw(ana, bo, cy, clock, person, words):
    world = worlds.build(ana=ana, bo=bo, cy=cy, at=now())
    written = fill(WORDS[words])
    assert {"members.member.name", "members.organisation.name", "members.application.why"} <= written
    browser, raw, shown = worlds.sign_in(world.people[person]), [], 0
    for name, row in MATRIX.items():
        if name in {"admin", "allauth"} or "GET" not in row:
            continue
        answer = browser.get(reverse(name, args=[world.arguments[argument] for argument in row.get("args", [])]))
        page = body(answer)
        raw += [name] if answer["Content-Type"].startswith("text/html") and "<script>alert" in page else []
        shown += WORDS[words][:20] in html.unescape(page)
    assert raw == []
    assert shown > 20
