"""The script beside the time field says what the server says, in a real browser."""

from collections.abc import Iterator
from datetime import date, time

import pytest
from django.conf import settings
from playwright.sync_api import Page

from events.local_times import clock_of
from forestallies.lib import zones
from forestallies.templatetags.portal import duration
from tests import chromium

pytestmark = pytest.mark.browser

COUNTRIES = ("GH", "PE", "BR", "DO", "FR", "US", "ID")
FORM = """
<!doctype html><html lang="en"><body>
<input id="id_wall_date" type="date"><input id="id_wall_time" type="time">
<select id="id_zone">{options}</select><input id="id_minutes" type="number" value="60">
<ul id="local-times" data-outside="odd" data-skipped="skipped" data-repeated="repeated">{items}</ul>
<p id="local-times-note"></p>
"""
ZONES = ("Africa/Accra", "Europe/Paris", "America/New_York", "America/Lima")


@pytest.fixture(scope="module")
def form() -> Iterator[Page]:
    clocks = [clock_of(code, None) for code in COUNTRIES]
    items = "".join(
        f'<li data-zone="{one.zone}"><span></span> <strong></strong> <span></span> <span></span> <em></em></li>'
        for one in clocks
    )
    with chromium.launched() as browser:
        page = browser.new_page()
        page.set_content(FORM.format(options="".join(f"<option>{zone}" for zone in ZONES), items=items))
        page.add_script_tag(path=settings.BASE_DIR / "static/js/local_times.js")
        yield page


@pytest.mark.parametrize(
    ("day", "clock", "zone"),
    [
        (date(2026, 12, 10), time(14), "Africa/Accra"),
        (date(2026, 12, 10), time(23, 30), "America/Lima"),
        (date(2027, 3, 28), time(1, 59), "Europe/Paris"),
        (date(2027, 3, 28), time(3, 0), "Europe/Paris"),
        (date(2027, 10, 31), time(2, 30), "Europe/Paris"),  # twice: the first is meant
        (date(2027, 3, 14), time(3, 0), "America/New_York"),
        (date(2027, 11, 7), time(1, 30), "America/New_York"),
        (date(2026, 12, 31), time(23, 59), "Africa/Accra"),
    ],
)
def test_clocks_are_those_of_the_server(form: Page, day: date, clock: time, zone: str) -> None:
    type_in(form, f"{day}", f"{clock:%H:%M}", zone)
    starts_at = zones.instants(day, clock, 60, zone)[0]
    assert form.locator("strong").all_inner_texts() == [clock_of(code, starts_at).clock for code in COUNTRIES]
    clocks = [clock_of(code, starts_at, 60) for code in COUNTRIES]
    assert form.locator("span:nth-of-type(3)").all_inner_texts() == [one.offset for one in clocks]
    assert form.locator("em").all_inner_texts() == [
        f"odd: {duration(one.minutes_outside)}" if one.outside else "" for one in clocks
    ]
    assert form.inner_text("#local-times-note") == ("repeated" if zones.is_repeated(day, clock, zone) else "")


def test_hour_that_the_clocks_jump_over_is_named(form: Page) -> None:
    type_in(form, "2027-03-28", "02:30", "Europe/Paris")
    assert form.inner_text("#local-times-note") == "skipped"
    assert set(form.locator("strong").all_inner_texts()) == {"–"}


def test_no_time_is_no_clock(form: Page) -> None:
    type_in(form, "2027-03-28", "", "Europe/Paris")
    assert set(form.locator("strong").all_inner_texts()) == {"–"}


def type_in(form: Page, day: str, clock: str, zone: str) -> None:
    form.fill("#id_wall_date", day)
    form.fill("#id_wall_time", clock)
    form.select_option("#id_zone", zone)
