"""Every hour that a page shows stands beside a zone's offset: a bare 14:00 is 14:00 nowhere."""

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.urls import reverse

from forestallies.lib import clock as portal_clock
from tests import world as worlds
from tests.html_forms import fields_of

HOUR = re.compile(r"(?<![\d:.])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])")
OFFSET = re.compile(r"UTC[+−]\d")
BLOCKS = {"li", "tr", "article", "section", "fieldset", "main", "body"}
SILENT = {"script", "style", "template", "option", "textarea"}
VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "path", "source", "track", "use", "wbr",
}  # fmt: skip
MATRIX = tomllib.loads((Path(__file__).parents[1] / "authorisation.toml").read_text())
ADDRESSES = {name: row for name, row in MATRIX.items() if name not in {"admin", "allauth"} and "GET" in row}
ADMIN = ("workshops_workshop", "programs_session")


class _Blocks(HTMLParser):
    """The words of a page, gathered by the innermost block that holds them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, list[str]]] = [("body", [])]
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        if tag not in {name for name, _ in self.open[1:]}:
            return
        while self.open[-1][0] != tag:
            self._close()
        self._close()

    def handle_data(self, data: str) -> None:
        if not SILENT & {name for name, _ in self.open}:
            self.open[-1][1].append(data)

    def close(self) -> None:
        super().close()
        while self.open:
            self._close()

    def _close(self) -> None:
        tag, words = self.open.pop()
        if tag in BLOCKS or not self.open:
            self.found.append(" ".join(" ".join(words).split()))
        else:
            self.open[-1][1].extend(words)


def bare_hours(html: str) -> list[str]:
    """The blocks of a page that name an hour and no offset."""
    page = _Blocks()
    page.feed(html)
    page.close()
    return [words for words in page.found if HOUR.search(words) and not OFFSET.search(words)]


@pytest.fixture
def world(ana, bo, cy, clock):
    return worlds.build(ana=ana, bo=bo, cy=cy, at=portal_clock.now())


def pages_of(world, person: str) -> list[str]:
    """Every address that answers with a page for somebody."""
    paths = []
    for row_name, row in ADDRESSES.items():
        if row["GET"].get(person, row["GET"].get("others")) == 200:
            paths.append(reverse(row_name, args=[world.arguments[argument] for argument in row.get("args", [])]))
    if person == "root":
        for model in ADMIN:
            paths.append(reverse(f"admin:{model}_changelist"))
            paths += [reverse(f"admin:{model}_{kind}", args=[world.objects[model].pk]) for kind in ("change", "cancel")]
    return paths


@pytest.mark.parametrize(
    ("html", "bare"),
    [
        ("<p>At 14:00</p>", ["At 14:00"]),
        ("<li><b>14:00</b> <small>Accra, UTC+0</small></li>", []),
        ("<ul><li>14:00</li></ul><p>Accra, UTC+0</p>", ["14:00"]),
        ("<li><p>14:00 (Lima, UTC−5)</p><p>19:00 GH</p></li>", []),
        ('<script>"14:00"</script><input value="14:00"><select><option>14:00</select>', []),
        ("<p>1:2:3 and 1.5:30 and 25:00</p>", []),
    ],
)
def test_bare_hours_are_found(html, bare):
    assert bare_hours(html) == bare


@pytest.mark.parametrize("person", ["anon", "ana", "fay", "bo", "root"])
def test_every_hour_on_every_page_stands_beside_its_offset(world, person):
    browser, wrong = worlds.sign_in(world.people[person]), []
    hours = 0
    for path in pages_of(world, person):
        answer = browser.get(path)
        if answer.streaming:
            b"".join(answer.streaming_content)  # read to its end, a file is closed
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        words = answer.content.decode()
        hours += len(HOUR.findall(words))
        wrong += [f"{path}: {block[:160]}" for block in bare_hours(words)]
    assert not wrong, "\n".join(wrong)
    assert hours > 2, "the pages show no hours at all"


def test_question_before_a_move_names_its_offsets(world):
    browser, event = worlds.sign_in(world.people["root"]), world.objects["workshops_workshop"]
    page = reverse("admin:workshops_workshop_change", args=[event.pk])
    question = browser.post(page, {**fields_of(browser.get(page)), "wall_time": "22:00"}).content.decode()
    assert 'name="_asked"' in question
    assert bare_hours(question) == []


@pytest.mark.parametrize("name", ["my_page", "workshop_page"])
def test_own_hour_comes_first_and_the_country_line_below(world, as_ana, name):
    slugs = [world.arguments["workshop"]] if name == "workshop_page" else []
    shown = re.sub(r"<[^>]+>", " ", as_ana.get(reverse(name, args=slugs)).content.decode())
    words = " ".join(shown.split())
    assert words.index("08:00") < words.index("Lima, UTC−5") < words.index("08:00 PE · 13:00 GH")
