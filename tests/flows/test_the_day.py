"""The day of a session, walked in a real browser on real services: invited, joined, checked in, asked how it was."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from events.models import AttendanceEvidence, Event, Feedback, Registration, Role, Source
from events.places import FEEDBACK
from tests import chromium
from tests.flows.demo import start_in
from tests.flows.people import Person, sign_in
from tests.processes import Sink, mail_sink, web, worker

PHONE = {"width": 360, "height": 740}
GUEST = "efua.guest@example.org"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def on_a_phone(browser: Browser, address: str, sink: Sink, email: str) -> Person:
    """Somebody with an old phone, without script and without having signed in."""
    context = browser.new_context(locale="en-GB", viewport=PHONE, java_script_enabled=False)
    return Person(context, address, sink, email)


def at_a_desk(browser: Browser, address: str, sink: Sink, email: str) -> Person:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "django_language", "value": "en", "url": address}])
    sign_in(context, address, email)
    return Person(context, address, sink, email)


def invite_a_speaker(staff: Person, event: Event) -> None:
    page = staff.open(f"/staff/events/{event.pk}/roles/invite/")
    page.locator("#id_kind").select_option("speaker")
    page.locator("details.roles__new summary").click()
    page.locator("#id_name").fill("Efua Guest")
    page.locator("#id_email").fill(GUEST)
    page.locator("#id_country").select_option("GH")
    page.locator("main form button[type=submit]:not([value=find])").last.click()
    expect(page.locator("main")).to_contain_text("Efua Guest")


def accept_without_account(guest: Person, event: Event) -> None:
    """One button behind the link of the mail; looking at it changes nothing."""
    link = guest.link_in(guest.mail("guest speaker"), "/assignment/")
    page = guest.open(link)
    assert Role.objects.get(event=event, member__email=GUEST).state == "invited"
    page.locator("main form button[value=accept], main form:has(input[value=accept]) button").first.click()
    expect(page.locator("main")).to_contain_text("guest speaker", ignore_case=True)
    assert Role.objects.get(event=event, member__email=GUEST).state == "accepted"


def register(member: Person, event: Event) -> str:
    """Take a seat, and give the link to the join page that the mail about it carries."""
    sign_in(member.context, member.address, member.email)
    page = member.open(event.get_absolute_url())
    page.locator("form[action$='/register/'] button[type=submit]").first.click()
    member.context.clear_cookies()
    return member.link_in(member.mail(event.title), "/join/place/")


def join_with_a_neighbour(member: Person, link: str) -> list[str]:
    """Press the big button with somebody beside her; gives the meetings that the browser was sent to."""
    visited: list[str] = []

    def meeting(route: Route) -> None:
        visited.append(route.request.url)
        route.fulfill(body="the meeting")

    member.context.route("https://meet.example.org/**", meeting)
    page = member.open(link)
    page.locator("details.join-page__party summary").click()
    page.locator("#people").fill("2")
    page.locator("#companions").fill("Kofi Neighbour")
    page.locator("button.join-page__go").click()
    page.wait_for_url(re.compile("meet.example.org"))
    return visited


def check_in(member: Person, link: str, code: str) -> None:
    page = member.open(link)
    page.locator("#code").fill("WRONG1")
    page.locator("#check-in form button").click()
    expect(page.locator("#code-error")).to_contain_text("not the code")
    page.locator("#code").fill(code.lower())
    page.locator("#check-in form button").click()
    expect(page.locator("#check-in")).to_contain_text("your presence is noted")


def say_how_it_was(member: Person, event: Event) -> None:
    seat = Registration.objects.get(event=event, member__email=member.email)
    page = member.open(urlsplit(FEEDBACK.address(seat.pk)).path)
    page.locator("input[name=usefulness][value='5']").check()
    page.locator("textarea[name=most_useful]").fill("The neighbours’ case.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("Thank you")


def test_day_of_an_event(demo: None, tmp_path: Path) -> None:
    event = Event.objects.scheduled().filter(slug__contains="finance").latest("starts_at")
    with (
        mail_sink(tmp_path) as sink,
        web(tmp_path, EMAIL_URL=sink.url) as address,
        worker(tmp_path, EMAIL_URL=sink.url, SITE_URL=address),
        chromium.launched() as browser,
    ):
        staff = at_a_desk(browser, address, sink, "nadia.coulibaly@example.org")
        invite_a_speaker(staff, event)
        guest = on_a_phone(browser, address, sink, GUEST)
        accept_without_account(guest, event)
        ama = on_a_phone(browser, address, sink, "ama.boateng@example.org")
        link = register(ama, event)
        start_in(event, 0)
        assert join_with_a_neighbour(ama, link) == [event.join_url]
        code = staff.open(f"/staff/events/{event.pk}/check-in/").locator(".code-board__code").inner_text()
        check_in(ama, link, code)
        hints = staff.open(f"/staff/events/{event.pk}/attendance/").locator("main").text_content() or ""
        assert "Kofi Neighbour" in hints
        start_in(event, -3)
        say_how_it_was(ama, event)
        results = staff.open(f"/staff/events/{event.pk}/feedback/").locator("main").inner_text()
        assert "The neighbours’ case." not in results
    sources = AttendanceEvidence.objects.filter(event=event, member__email=ama.email).order_by("id")
    assert list(sources.values_list("source", "people")) == [(Source.JOIN_CLICK, 2), (Source.CODE, 1)]
    assert Feedback.objects.get(event=event).member is None
    assert staff.problems == []
