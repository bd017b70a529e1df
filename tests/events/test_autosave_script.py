"""Notes that save themselves, in a real browser: without a connection, after a reload, on two devices at once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from events.models import Event, Role, Room, RoomNote
from tests import chromium
from tests.factories import MemberFactory, RoleFactory, RoomFactory, WorkshopFactory
from tests.flows.people import sign_in
from tests.processes import end_other_sessions, web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVED = r"^Saved at \d\d:\d\d \(Accra, UTC\+0\)$"
OFFERED = "This device holds words that were not saved"


@pytest.fixture(autouse=True)
def _no_session_left_behind(transactional_db: None) -> Iterator[None]:
    yield
    end_other_sessions()


@pytest.fixture
def event(community) -> Event:
    return WorkshopFactory.create().event_ptr


@pytest.fixture
def room(event: Event) -> Room:
    room = RoomFactory.create(event=event, name="Andes")
    eve = MemberFactory.create(name="Eve Host", email="eve@example.org")
    room.hosts.add(RoleFactory.create(event=event, member=eve, kind=Role.Kind.CO_FACILITATOR))
    return room


class Device:
    """A browser in which Eve is signed in, on the page of her room."""

    def __init__(self, browser: Browser, address: str, event: Event, *, script: bool = True) -> None:
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=script, viewport={"width": 360, "height": 740}
        )
        sign_in(self.context, address, "eve@example.org")
        self.path = address + reverse("my_room", args=[event.pk])
        self.open()

    def open(self) -> Page:
        self.page = self.context.new_page()
        self.page.goto(self.path)
        return self.page

    def write(self, words: str) -> None:
        self.page.locator("#id_words").fill(words)

    def press(self) -> None:
        self.page.locator("#note button[type=submit]").click()

    @property
    def said(self):
        return expect(self.page.locator("[data-said]"))

    @property
    def words(self):
        return expect(self.page.locator("#id_words"))

    def kept(self) -> int:
        """How many things this device keeps of its own."""
        return int(self.page.evaluate("localStorage.length"))


@contextmanager
def devices(event: Event, folder: Path, number: int = 1, *, script: bool = True) -> Iterator[list[Device]]:
    with web(folder) as address, chromium.launched() as browser:
        yield [Device(browser, address, event, script=script) for _ in range(number)]


def kept() -> list[tuple[str, int]]:
    return list(RoomNote.objects.values_list("words", "version"))


def test_words_save_themselves_and_survive_a_lost_connection_and_a_reload(event, room, tmp_path):
    with devices(event, tmp_path) as [phone]:
        phone.write("Shade trees first")
        phone.said.to_have_text(re.compile(SAVED), timeout=15_000)
        assert (kept(), phone.kept()) == ([("Shade trees first", 1)], 0)

        phone.context.set_offline(True)
        phone.write("Shade trees first, then water")
        phone.said.to_have_text("Not saved yet: no connection. Your words are kept on this device.", timeout=15_000)
        assert kept() == [("Shade trees first", 1)]
        phone.context.set_offline(False)
        phone.said.to_have_text(re.compile(SAVED), timeout=15_000)
        assert (kept(), phone.kept()) == ([("Shade trees first, then water", 2)], 0)

        phone.context.set_offline(True)
        phone.write("Shade trees first, then water, then roads")
        phone.said.to_have_text(re.compile("no connection"), timeout=15_000)
        phone.page.close()
        phone.context.set_offline(False)
        phone.open()
        phone.words.to_have_value("Shade trees first, then water")
        expect(phone.page.get_by_text(OFFERED)).to_be_visible()
        phone.page.get_by_text("Put them into the notes").click()
        phone.said.to_have_text(re.compile(SAVED), timeout=15_000)
        assert (kept(), phone.kept()) == ([("Shade trees first, then water, then roads", 3)], 0)


def test_two_devices_overwrite_nothing_and_both_texts_are_shown(event, room, tmp_path):
    with devices(event, tmp_path, 2) as [phone, laptop]:
        phone.write("From the phone")
        phone.said.to_have_text(re.compile(SAVED), timeout=15_000)
        laptop.write("From the laptop")
        laptop.said.to_have_text(re.compile("saved from another page meanwhile"), timeout=15_000)
        laptop.press()
        expect(laptop.page.locator(".note--warning .noted__words").first).to_have_text("From the phone")
        laptop.words.to_have_value("From the laptop")
        assert kept() == [("From the phone", 1)]

        laptop.page.goto(laptop.path)  # away without a decision: the words are offered
        laptop.words.to_have_value("From the phone")
        laptop.page.get_by_text("Put them into the notes").click()
        laptop.words.to_have_value("From the phone\n\nFrom the laptop")
        laptop.press()
        laptop.said.to_have_text(re.compile(SAVED), timeout=15_000)
        assert kept() == [("From the phone\n\nFrom the laptop", 2)]


def test_words_that_are_refused_stay_and_are_named(event, room, tmp_path):
    with devices(event, tmp_path) as [phone]:
        phone.write("x" * 20_003)
        phone.said.to_have_text(re.compile("these are 20003"), timeout=15_000)
        assert (kept(), phone.kept()) == ([], 1)
        phone.write("short")
        phone.said.to_have_text(re.compile(SAVED), timeout=15_000)
        assert (kept(), phone.kept()) == ([("short", 1)], 0)


def test_session_that_ended_loses_no_words(event, room, tmp_path):
    with devices(event, tmp_path) as [phone]:
        cookies = phone.context.cookies()
        phone.context.clear_cookies()
        phone.write("Written while signed out")
        phone.said.to_have_text(re.compile("Please reload this page"), timeout=15_000)
        phone.context.add_cookies(cookies)
        phone.page.goto(phone.path)
        phone.page.get_by_text("Put them into the notes").click()
        phone.said.to_have_text(re.compile(SAVED), timeout=15_000)
        assert kept() == [("Written while signed out", 1)]


def test_without_script_the_button_saves(event, room, tmp_path):
    with devices(event, tmp_path, script=False) as [phone]:
        assert phone.page.get_by_text(OFFERED).is_hidden()
        phone.write("Shade")
        phone.press()
        expect(phone.page.get_by_role("status")).to_have_text(re.compile("Saved at"))
        phone.words.to_have_value("Shade")
        assert kept() == [("Shade", 1)]
