"""A member's calendar feed: what stands in it, and the life of its private address."""

from datetime import timedelta

import pytest
import vobject
from django.conf import settings

from audit.models import Entry
from events import agenda, feeds
from events.invitation import calendar_for, calendar_uid
from events.models import CalendarFeed, Event, Registration, Role
from forestallies.lib import links
from tests.calendars import read
from tests.factories import RegistrationFactory, RoleFactory, WorkshopFactory

UNSURE = {"pending": "Not yet approved: ", "waitlisted": "Waiting list: ", "offered": "Place offered: "}


@pytest.fixture
def english(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


def register(event, member, state="confirmed", **fields):
    extra = {"waitlisted": {"queue_no": 1}, "cancelled": {"cancelled_by": "member"}}.get(state, {})
    if state == "offered":
        extra = {"offer_expires_at": event.starts_at}
    return RegistrationFactory.create(event=event, member=member, state=state, **extra, **fields)


def summaries(member, at) -> list[str]:
    return [entry.value("SUMMARY") for entry in read(agenda.feed_of(member, at=at)).events]


def test_every_unsure_state_has_its_words():
    assert set(agenda.UNSURE) == set(Registration.STANDING) - {Registration.State.CONFIRMED}
    assert {str(state): str(words) % {"title": ""} for state, words in agenda.UNSURE.items()} == UNSURE


def test_confirmed_place_is_in_the_feed(english, workshop, at):
    register(workshop, english)
    calendar = read(agenda.feed_of(english, at=at))
    assert calendar.value("METHOD") == "PUBLISH"
    assert calendar.value("X-WR-CALNAME") == "Forest Allies: my sessions"
    entry = calendar.event
    assert (entry.value("SUMMARY"), entry.value("STATUS")) == (workshop.title, "CONFIRMED")
    assert entry.value("DTSTART") == f"{workshop.starts_at:%Y%m%dT%H%M%SZ}"
    assert entry.value("URL") == settings.SITE_URL + workshop.get_absolute_url()
    assert entry.value("DESCRIPTION").startswith(
        "Wednesday, 2 December 2026, 08:00 (Lima, UTC−5)\n08:00 PE · 13:00 GH\n"
    )


@pytest.mark.parametrize(("state", "words"), UNSURE.items())
def test_unsure_place_is_tentative_and_says_why(english, workshop, at, state, words):
    register(workshop, english, state)
    entry = read(agenda.feed_of(english, at=at)).event
    assert (entry.value("SUMMARY"), entry.value("STATUS")) == (words + workshop.title, "TENTATIVE")


@pytest.mark.parametrize("state", sorted(set(Registration.State) - set(Registration.STANDING)))
def test_place_that_no_longer_stands_is_gone(english, workshop, at, state):
    register(workshop, english, state)
    assert summaries(english, at) == []


def test_roles_are_in_the_feed(english, workshop, at):
    RoleFactory.create(event=workshop, member=english, kind=Role.Kind.INTERPRETER, channel="es")
    RoleFactory.create(event=workshop, member=english, kind=Role.Kind.INTERPRETER, channel="fr")
    RoleFactory.create(event=workshop, member=english, kind=Role.Kind.FACILITATOR)
    entry = read(agenda.feed_of(english, at=at)).event
    assert entry.value("SUMMARY") == f"{workshop.title} (interpreter, facilitator)"
    assert entry.value("STATUS") == "CONFIRMED"


@pytest.mark.parametrize(
    ("state", "status"), [("invited", ["TENTATIVE"]), ("accepted", ["CONFIRMED"]), ("declined", []), ("replaced", [])]
)
def test_role_is_as_sure_as_its_answer(english, workshop, at, state, status):
    RoleFactory.create(event=workshop, member=english, state=state)
    assert [entry.value("STATUS") for entry in read(agenda.feed_of(english, at=at)).events] == status


def test_accepted_role_is_sure_although_she_waits_for_a_seat(english, workshop, at):
    register(workshop, english, "waitlisted")
    RoleFactory.create(event=workshop, member=english)
    assert summaries(english, at) == [f"{workshop.title} (facilitator)"]


def test_cancelled_event_stays_and_says_so(english, workshop, at):
    register(workshop, english)
    Event.objects.filter(pk=workshop.pk).update(state="cancelled", sequence=1)
    entry = read(agenda.feed_of(english, at=at)).event
    assert (entry.value("STATUS"), entry.value("SEQUENCE")) == ("CANCELLED", "1")


@pytest.mark.parametrize(("after", "shown"), [(timedelta(days=30, seconds=-1), 1), (timedelta(days=30), 0)])
def test_what_is_over_stays_for_thirty_days(english, workshop, after, shown):
    register(workshop, english)
    assert len(summaries(english, workshop.ends_at + after)) == shown


def test_only_her_own_are_in_the_feed(english, workshop, cy, bo, at):
    register(workshop, bo)
    register(workshop, cy)  # in no circle of it, so she does not see it herself
    draft = WorkshopFactory.create(state="draft").event_ptr
    RoleFactory.create(event=draft, member=english)
    assert [summaries(member, at) for member in (english, cy)] == [[], []]


def test_feed_speaks_her_language(ana, workshop, at):
    workshop.title_es, workshop.title_en = "Cacao y niñez", "Cocoa and childhood"
    workshop.save(update_fields=["title_es", "title_en"])
    register(workshop, ana)
    assert summaries(ana, at) == ["Cacao y niñez"]


def test_feed_download_and_mails_name_the_entry_alike(english, workshop, at):
    register(workshop, english)
    made = [agenda.feed_of(english, at=at), agenda.file_of(workshop, english, at=at)]
    made += [calendar_for(workshop, english, method=method, at=at) for method in ("REQUEST", "CANCEL")]
    assert {read(raw).event.value("UID") for raw in made} == {calendar_uid(workshop, english)}


def test_feed_holds_no_meeting_link_and_no_address(english, workshop, at):
    workshop.join_url, workshop.dial_in = "https://meet.example.org/secret-room", "+1 555 0100"
    workshop.save(update_fields=["join_url", "dial_in"])
    register(workshop, english)
    for raw in (agenda.feed_of(english, at=at), agenda.file_of(workshop, english, at=at)):
        words = raw.replace(b"\r\n ", b"")
        assert not [secret for secret in (b"secret-room", b"555 0100", b"ana@example.org") if secret in words]


def test_feed_is_the_same_until_something_changes(english, workshop, at):
    registration = register(workshop, english, "waitlisted")
    first = agenda.feed_of(english, at=at)
    assert agenda.feed_of(english, at=at + timedelta(days=3)) == first
    Registration.objects.filter(pk=registration.pk).update(state="confirmed", queue_no=None, state_since=at)
    assert agenda.feed_of(english, at=at) != first


def test_other_library_reads_the_feed(english, at):
    for number in range(3):
        event = WorkshopFactory.create(title=f"Niñez, cacao; y más: {number} \N{DECIDUOUS TREE}").event_ptr
        register(event, english)
    other = vobject.readOne(agenda.feed_of(english, at=at).decode())
    assert [entry.summary.value for entry in other.vevent_list] == summaries(english, at)
    assert {entry.dtstart.value for entry in other.vevent_list} == {event.starts_at}


@pytest.mark.parametrize("rows", [1, 30])
def test_feed_costs_the_same_however_long(english, at, rows, django_assert_num_queries):
    for _ in range(rows):
        event = WorkshopFactory.create().event_ptr
        register(event, english)
        RoleFactory.create(event=event, member=english)
    with django_assert_num_queries(3):
        raw = agenda.feed_of(english, at=at)
    assert len(read(raw).events) == rows


def test_address_is_kept_as_a_hash_and_replaced_by_a_new_one(ana, at):
    first, second = (feeds.renew(member=ana, by=ana, at=at) for _ in range(2))
    feed = CalendarFeed.objects.get()
    assert feed.token_hash == links.hash_token(second)
    assert len(second) == 32 and second not in str(vars(feed))
    assert [CalendarFeed.objects.behind(token).count() for token in (first, second)] == [0, 1]
    assert (feed.opens_with(first), feed.opens_with(second)) == (False, True)


def test_address_ends_when_withdrawn(ana, at):
    token = feeds.renew(member=ana, by=ana, at=at)
    assert feeds.withdraw(member=ana, by=ana, at=at)
    assert not feeds.withdraw(member=ana, by=ana, at=at)
    assert not CalendarFeed.objects.behind(token).exists()


def test_address_rests_while_its_owner_is_not_active(ana, at):
    token = feeds.renew(member=ana, by=ana, at=at)
    ana.is_active = False
    ana.save(update_fields=["is_active"])
    assert not CalendarFeed.objects.behind(token).exists()


def test_life_of_an_address_is_on_record_without_the_address(ana, at):
    tokens = [feeds.renew(member=ana, by=ana, at=at) for _ in range(2)]
    feeds.withdraw(member=ana, by=ana, at=at)
    entries = Entry.objects.filter(verb__startswith="calendar_feed.").order_by("id")
    assert [entry.verb for entry in entries] == ["calendar_feed.made", "calendar_feed.renewed", "calendar_feed.revoked"]
    assert {entry.actor_id for entry in entries} == {ana.pk}
    words = str([vars(entry) for entry in entries])
    assert not [token for token in tokens if token in words or links.hash_token(token) in words]


def test_reading_is_written_down_once_a_day_or_when_something_changed(ana, at, django_assert_num_queries):
    feeds.renew(member=ana, by=ana, at=at)

    def read_it(body, when, queries):
        feed = CalendarFeed.objects.get()
        with django_assert_num_queries(queries):
            return feeds.was_read(feed, body=body, at=when)[1]

    hour, day = timedelta(hours=1), timedelta(days=1)
    assert read_it(b"one", at, 1) == at
    assert read_it(b"one", at + hour, 0) == at
    assert read_it(b"one", at + day, 1) == at
    assert read_it(b"two", at + day + hour, 1) == at + day + hour
    feed = CalendarFeed.objects.get()
    assert (feed.last_used_on, feed.changed_at) == ((at + day).date(), at + day + hour)
