"""The first half of the road, walked in a real browser on real services.

A person applies, is approved, sets up her sign-in, registers for a workshop, waits for another, is moved up, and is
reminded.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from events.actions import registrations
from events.models import Event, Registration
from forestallies.lib import zones
from forestallies.lib.clock import now
from tests import chromium
from tests.flows.demo import coordinator, start_in
from tests.flows.people import PASSWORD, Person
from tests.processes import mail_sink, web, worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def workshop(*, full: bool) -> Event:
    """A workshop of the autumn gathering with, or without, a free seat."""
    at = now()
    rows = Event.objects.scheduled().upcoming(at).filter(kind="workshop", capacity__isnull=False)
    for event in rows:
        taken = Registration.objects.filter(event=event).seated().count()
        if (taken >= event.capacity) is full and event.starts_at > at + timedelta(days=2):
            return event
    raise AssertionError("the demo has no such workshop")


def visit_front_pages(visitor: Person) -> None:
    visitor.open("/")
    visitor.page.locator("main a[href='/sske/']").first.click()
    expect(visitor.page.locator("main")).to_contain_text(
        re.compile(r"09:00.*CO.*10:00.*DO.*11:00.*BR.*14:00", re.DOTALL)
    )
    visitor.open("/forest-allies/")
    visitor.page.locator("main a[href='/apply/']").first.click()


def apply(visitor: Person) -> None:
    page = visitor.page
    page.locator("[name=name]").fill("Kofi Walker-Demo")
    page.locator("[name=email]").fill(visitor.email)
    page.locator("[name=country]").select_option("BR")
    page.locator("[name=stakeholder]").select_option("COMM")
    page.locator("[name=organisation_name]").fill("Walkers of the Forest (demo)")
    page.locator("[name=role]").fill("Board member")
    page.locator("[name=why]").fill("We keep the forest and want to meet the companies that buy from it.")
    for consent in ("privacy", "code_of_conduct", "commitment", "competition"):
        page.locator(f"[name={consent}]").check()
    page.locator("main form:has([name=why]) button.btn-accent").click()
    # Brazil has several zones: the sentence stands beside the field, and nothing typed is lost.
    expect(page.locator("#div_id_zone")).to_contain_text("several time zones")
    expect(page.locator("[name=why]")).to_have_value(re.compile("We keep the forest"))
    expect(page.locator("[name=privacy]")).to_be_checked()
    page.locator("[name=zone]").select_option("America/Porto_Velho")
    page.locator("main form:has([name=why]) button.btn-accent").click()
    expect(page).to_have_url(re.compile("/apply/sent/"))


def approve(staff: Person) -> None:
    staff.sign_in()
    staff.open("/staff/applications/")
    staff.set_up_one_time_codes()
    staff.open("/staff/applications/")
    staff.page.get_by_role("link", name="Kofi Walker-Demo").first.click()
    staff.submit("/approve/")
    expect(staff.page.locator("body")).to_contain_text("is a member now")


def set_up_sign_in(member: Person) -> None:
    text = member.mail("Welcome")
    member.open(member.link_in(text, "/welcome/"))
    member.page.locator("input[type=password]").fill(PASSWORD)
    member.page.locator("main form:has(input[type=password]) button[type=submit]").click()
    expect(member.page).to_have_url(re.compile("/me/"))
    member.sign_out()
    member.sign_in_by_code()
    expect(member.page).to_have_url(re.compile("/me/"))


def register_cancel_and_come_back(member: Person, event: Event) -> None:
    page = member.open(event.get_absolute_url())
    hers = zones.local(event.starts_at, "America/Porto_Velho", "en")
    expect(page.locator(".when, .event-page__head").first).to_contain_text(hers.clock)
    expect(page.locator("main")).to_contain_text(hers.offset)
    member.submit("/register/")
    expect(page.locator("body")).to_contain_text("You have a place")
    assert hers.clock in member.mail("You have a place")
    with page.expect_download() as download:
        page.locator("a[href$='calendar.ics']").first.click()
    calendar = Path(download.value.path()).read_text()
    assert f"DTSTART:{event.starts_at:%Y%m%dT%H%M%SZ}" in calendar
    page.locator("details.confirm summary").first.click()
    member.submit("/cancel/")
    expect(page.locator("body")).to_contain_text("cancelled")
    member.submit("/register/")
    expect(page.locator("body")).to_contain_text("You have a place")


def wait_and_be_moved_up(member: Person, event: Event) -> None:
    waiting = Registration.objects.filter(event=event).waiting().count()
    page = member.open(event.get_absolute_url())
    member.submit("/register/")
    expect(page.locator("main")).to_contain_text(re.compile(rf"\b{waiting + 1}\b"))
    at = now()
    for seat in Registration.objects.filter(event=event).confirmed().select_related("member")[: waiting + 1]:
        registrations.cancel(registration=seat, by=seat.member, at=at)
    offer = member.mail("A seat is free for you until")
    member.open(member.link_in(offer, "/place/"))
    page.locator("button", has_text="Take the seat").click()
    expect(page.locator("main")).to_contain_text("You have a place")
    member.open(event.get_absolute_url())
    assert Registration.objects.get(event=event, member__email=member.email).state == "confirmed"
    expect(page.locator("main")).not_to_contain_text("waiting list position")


def be_reminded(member: Person, event: Event) -> None:
    start_in(event, hours=1)
    event.refresh_from_db()
    text = member.mail(event.title, number=len(member.mails(event.title)) + 1)
    hers = zones.local(event.starts_at, "America/Porto_Velho", "en")
    assert hers.clock in text and hers.offset in text
    reminders = [mail for mail in member.mails(event.title) if hers.clock in mail and hers.offset in mail]
    call_command("send_due_reminders", verbosity=0)
    call_command("deliver_notices", verbosity=0)
    assert len([mail for mail in member.mails(event.title) if hers.clock in mail]) == len(reminders)


def test_newcomer_walks_the_first_half_of_the_road(demo: None, tmp_path: Path) -> None:
    email = "kofi.walker@example.org"
    with (
        mail_sink(tmp_path) as sink,
        web(tmp_path, EMAIL_URL=sink.url) as address,
        worker(tmp_path, EMAIL_URL=sink.url, SITE_URL=address),
        chromium.launched() as browser,
    ):
        member = Person(browser.new_context(locale="en-GB"), address, sink, email)
        staff = Person(browser.new_context(locale="en-GB"), address, sink, coordinator().email or "")
        visit_front_pages(member)
        apply(member)
        assert "/apply/status/" in member.mail("application")
        approve(staff)
        set_up_sign_in(member)
        free = workshop(full=False)
        register_cancel_and_come_back(member, free)
        wait_and_be_moved_up(member, workshop(full=True))
        be_reminded(member, free)
        assert member.problems == staff.problems == []
