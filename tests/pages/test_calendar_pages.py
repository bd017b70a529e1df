"""The page about one's calendar, what is read at the private address, and the file of one event."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from events import feeds
from events.models import CalendarFeed, Event
from tests.calendars import read
from tests.factories import RegistrationFactory, RoleFactory, WorkshopFactory

PAGE = "/me/calendar/"


def send(browser, name, key=None):
    return browser.post(reverse(name), {"submission": key or uuid4()}, follow=True)


def shown_address(answer) -> str:
    found = re.search(r'id="address" type="url" value="([^"]+)"', answer.content.decode())
    return html.unescape(found[1]) if found else ""


@pytest.fixture
def english(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


@pytest.fixture
def token(english, workshop, at):
    RegistrationFactory.create(event=workshop, member=english)
    return feeds.renew(member=english, by=english, at=at)


@pytest.fixture
def path(token):
    return f"/ical/{token}.ics"


# --- The page ---


def test_new_address_is_shown_once_and_works(as_ana, english, workshop, settings, clock):
    RegistrationFactory.create(event=workshop, member=english)
    answer = send(as_ana, "calendar_address_renew")
    address = shown_address(answer)
    assert address.startswith(f"{settings.SITE_URL}/ical/") and address.endswith(".ics")
    assert f'href="webcal://{address.partition("://")[2]}"' in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(read(Client().get(address.removeprefix(settings.SITE_URL)).content).events) == 1
    assert shown_address(as_ana.get(PAGE)) == ""
    assert "/ical/" not in as_ana.get(PAGE).content.decode()


def test_double_tap_makes_one_address_and_shows_it(as_ana, ana, clock):
    key = uuid4()
    first = as_ana.post(reverse("calendar_address_renew"), {"submission": key})  # its answer is thrown away
    address = shown_address(send(as_ana, "calendar_address_renew", key))
    assert first.status_code == 302
    [token] = re.findall(r"/ical/([\w-]+)\.ics", address)
    assert CalendarFeed.objects.get().opens_with(token)


def test_new_address_ends_the_old_one(as_ana, english, path, clock):
    assert Client().get(path).status_code == 200
    send(as_ana, "calendar_address_renew")
    assert Client().get(path).status_code == 404


def test_address_made_elsewhere_meanwhile_is_not_shown(as_ana, ana, at, clock):
    as_ana.post(reverse("calendar_address_renew"), {"submission": uuid4()})
    feeds.renew(member=ana, by=ana, at=at)
    assert shown_address(as_ana.get(PAGE)) == ""


def test_address_can_be_ended(as_ana, english, path, clock):
    answer = send(as_ana, "calendar_address_withdraw")
    assert "has ended" in answer.content.decode()
    assert Client().get(path).status_code == 404
    assert "Make my private address" in answer.content.decode()


@pytest.mark.parametrize("name", ["calendar_address_renew", "calendar_address_withdraw"])
def test_form_without_its_key_changes_nothing(as_ana, english, path, name, clock):
    answer = as_ana.post(reverse(name), follow=True)
    assert "nothing was changed" in answer.content.decode()
    assert Client().get(path).status_code == 200


def test_page_tells_when_the_address_was_read(as_ana, english, path, clock):
    assert "No calendar program has read it yet" in as_ana.get(PAGE).content.decode()
    Client().get(path)
    assert "last read it on 21 November 2026" in as_ana.get(PAGE).content.decode()


def test_my_page_leads_there_for_who_is_registered(as_ana, token, clock):
    assert f'href="{PAGE}"' in as_ana.get(reverse("my_page")).content.decode()


# --- The feed ---


def test_feed_needs_no_sign_in_and_leaves_no_trace_in_the_browser(path, english, clock):
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Content-Language"] == "en"
    assert answer.headers["Content-Disposition"] == 'inline; filename="forest-allies.ics"'
    assert not answer.cookies


def test_feed_speaks_its_owners_language_whoever_asks(path, english, bo, clock):
    browser = Client(headers={"accept-language": "fr"})
    browser.force_login(bo)
    assert b"X-WR-CALNAME:Forest Allies: my sessions" in browser.get(path).content


def test_head_answers_like_get_without_a_body(path, clock):
    whole, head = Client().get(path), Client().head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]


def test_unchanged_feed_is_not_sent_again(path, clock):
    first = Client().get(path)
    clock.shift(timedelta(hours=7))
    for headers in (
        {"if-none-match": first.headers["ETag"]},
        {"if-modified-since": first.headers["Last-Modified"]},
    ):
        again = Client().get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == "private, no-cache"


def test_changed_feed_is_sent_again(path, english, clock):
    """Also when something dropped out, which no newest date of its entries would tell."""
    first = Client().get(path)
    clock.shift(timedelta(hours=7))
    english.registrations.update(state="cancelled", cancelled_by="member")
    for headers in (
        {"if-none-match": first.headers["ETag"]},
        {"if-modified-since": first.headers["Last-Modified"]},
    ):
        again = Client().get(path, headers=headers)
        assert again.status_code == 200
        assert read(again.content).events == []


def test_every_wrong_address_gets_the_same_answer(path, english, as_ana, clock):
    unknown = Client().get(f"/ical/{'x' * 32}.ics")
    send(as_ana, "calendar_address_renew")
    revoked = Client().get(path)
    english.is_active = False
    english.save(update_fields=["is_active"])
    other = feeds.renew(member=english, by=english, at=english.created_at)
    inactive = Client().get(f"/ical/{other}.ics")
    assert [answer.status_code for answer in (unknown, revoked, inactive)] == [404, 404, 404]
    assert unknown.content == revoked.content == inactive.content == b"There is no calendar at this address."
    assert not unknown.cookies


def test_one_address_is_not_read_without_end(path, english, settings, clock):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "calendar_feed": "600/m/ip,2/h/key"}
    assert [Client().get(path).status_code for _ in range(3)] == [200, 200, 429]
    assert Client().get(f"/ical/{'x' * 32}.ics").status_code == 404  # another address has a count of its own
    clock.shift(timedelta(hours=1, seconds=1))
    assert Client().get(path).status_code == 200


def test_limits_are_these(settings):
    assert settings.ACCOUNT_RATE_LIMITS["calendar_feed"] == "600/m/ip,60/h/key"


def queries_of_a_reading(path, django_assert_max_num_queries) -> int:
    with django_assert_max_num_queries(100) as seen:
        assert Client().get(path).status_code == 200
    return len(seen)


def test_reading_costs_the_same_for_one_and_thirty(path, english, clock, django_assert_max_num_queries):
    for _ in range(2):
        Client().get(path)  # the day and the counters are there
    one = queries_of_a_reading(path, django_assert_max_num_queries)
    for _ in range(29):
        RegistrationFactory.create(event=WorkshopFactory.create().event_ptr, member=english)
    Client().get(path)
    assert queries_of_a_reading(path, django_assert_max_num_queries) == one


# --- The file of one event ---


def test_file_publishes_the_event_under_its_name(as_ana, english, workshop, token, clock):
    answer = as_ana.get(reverse("event_calendar", args=[workshop.pk]))
    calendar = read(answer.content)
    assert calendar.value("METHOD") == "PUBLISH"
    assert "X-WR-CALNAME" not in calendar.names()  # it is no calendar of its own
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{workshop.slug}.ics"'
    feed = read(Client().get(f"/ical/{token}.ics").content)
    assert calendar.event.value("UID") == feed.event.value("UID")


@pytest.mark.parametrize(
    ("state", "status"), [("scheduled", "CONFIRMED"), ("closed", "CONFIRMED"), ("cancelled", "CANCELLED")]
)
def test_file_says_whether_the_event_takes_place(as_ana, workshop, clock, state, status):
    Event.objects.filter(pk=workshop.pk).update(state=state)
    answer = as_ana.get(reverse("event_calendar", args=[workshop.pk]))
    assert read(answer.content).event.value("STATUS") == status


def test_file_says_that_she_waits(as_ana, english, workshop, clock):
    RegistrationFactory.create(event=workshop, member=english, state="waitlisted", queue_no=1)
    entry = read(as_ana.get(reverse("event_calendar", args=[workshop.pk])).content).event
    assert (entry.value("STATUS"), entry.value("SUMMARY")) == ("TENTATIVE", f"Waiting list: {workshop.title}")


def test_stranger_and_draft_find_no_file(as_ana, ana, cy, workshop, clock):
    stranger = Client()
    stranger.force_login(cy)
    assert stranger.get(reverse("event_calendar", args=[workshop.pk])).status_code == 404
    Event.objects.filter(pk=workshop.pk).update(state="draft")
    RoleFactory.create(event=workshop, member=ana)  # sees the draft, which nobody should have in a calendar yet
    assert as_ana.get(reverse("event_calendar", args=[workshop.pk])).status_code == 404
