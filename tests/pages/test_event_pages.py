"""What members see and do on the pages of events."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from events.models import Event, Registration
from tests.factories import MemberFactory, RegistrationFactory, WorkshopFactory, join

LINK = "https://meet.example.org/secret-room"


def page(browser, event) -> str:
    return browser.get(reverse("workshop_page", args=[event.slug])).content.decode()


def send(browser, name, event, key=None):
    return browser.post(reverse(name, args=[event.pk]), {"submission": key or uuid4()}, follow=True)


def words(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


@pytest.fixture
def english(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


@pytest.fixture
def secret(workshop) -> Event:
    workshop.join_url = LINK
    workshop.save(update_fields=["join_url"])
    return workshop


def test_own_time_comes_first_and_the_country_line_below(as_ana, workshop, clock):
    shown = page(as_ana, workshop)
    assert shown.index("08:00") < shown.index("13:00")  # Lima before the country line's Accra
    assert "UTC−5" in shown


def test_registering_and_cancelling_are_said_in_words(as_ana, english, workshop, clock):
    assert "You have a place" in words(send(as_ana, "registration_create", workshop))
    assert "cancelled" in words(send(as_ana, "registration_cancel", workshop))
    assert "You have a place" in words(send(as_ana, "registration_create", workshop))


def test_double_click_registers_once(as_ana, ana, workshop, clock):
    key = uuid4()
    for _ in range(2):
        send(as_ana, "registration_create", workshop, key)
    assert ana.registrations.get().transitions.count() == 1


def test_old_form_sent_again_after_a_cancellation_does_nothing(as_ana, ana, workshop, clock):
    key = uuid4()
    send(as_ana, "registration_create", workshop, key)
    send(as_ana, "registration_cancel", workshop)
    send(as_ana, "registration_create", workshop, key)
    assert ana.registrations.get().state == "cancelled"


def test_key_of_one_form_does_not_open_another(as_ana, ana, workshop, clock):
    key = uuid4()
    send(as_ana, "registration_create", workshop, key)
    assert send(as_ana, "registration_cancel", workshop, key).status_code == 400
    assert ana.registrations.get().state == "confirmed"


@pytest.mark.parametrize("key", ["", "not-a-key", "1" * 400])
def test_form_without_its_key_changes_nothing_and_says_so(as_ana, ana, english, workshop, clock, key):
    answer = as_ana.post(reverse("registration_create", args=[workshop.pk]), {"submission": key}, follow=True)
    assert "nothing was changed" in words(answer)
    assert not ana.registrations.exists()


def test_extra_fields_are_ignored(as_ana, ana, workshop, cy, clock):
    data = {"submission": uuid4(), "state": "offered", "member": cy.pk, "capacity": 999, "queue_no": 1}
    as_ana.post(reverse("registration_create", args=[workshop.pk]), data)
    assert (Registration.objects.get().member, Registration.objects.get().state) == (ana, "confirmed")


def test_full_workshop_shows_the_position(as_ana, english, workshop, clock):
    RegistrationFactory.create_batch(2, event=workshop)
    RegistrationFactory.create(event=workshop, state="waitlisted", queue_no=1)
    assert "waiting list" in words(send(as_ana, "registration_create", workshop))
    assert re.search(
        r"\b2\b[^<]*(waiting|list|in line)|(position|number)[^<]*\b2\b", page(as_ana, workshop), re.IGNORECASE
    )


def test_way_to_the_join_page_shows_with_a_seat_from_twenty_minutes_before(as_ana, ana, secret, clock):
    RegistrationFactory.create(event=secret, member=ana)
    way_in = f'href="{reverse("join_event", args=[secret.pk])}"'
    clock.move_to(secret.starts_at - timedelta(minutes=20, seconds=1))
    assert way_in not in page(as_ana, secret)
    clock.move_to(secret.starts_at - timedelta(minutes=20))
    assert way_in in page(as_ana, secret)
    assert LINK not in page(as_ana, secret)
    clock.move_to(secret.ends_at)
    assert way_in not in page(as_ana, secret)


@pytest.mark.parametrize(("state", "queue_no"), [("waitlisted", 1), ("cancelled", None)])
def test_meeting_link_stays_hidden_without_a_seat(as_ana, ana, secret, clock, state, queue_no):
    cancelled_by = "member" if state == "cancelled" else ""
    RegistrationFactory.create(event=secret, member=ana, state=state, queue_no=queue_no, cancelled_by=cancelled_by)
    clock.move_to(secret.starts_at)
    shown = page(as_ana, secret)
    assert LINK not in shown and reverse("join_event", args=[secret.pk]) not in shown


def test_calendar_file_never_holds_the_meeting_link(as_ana, ana, secret, clock):
    RegistrationFactory.create(event=secret, member=ana)
    answer = as_ana.get(reverse("event_calendar", args=[secret.pk]))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "secret-room" not in answer.content.decode()
    assert f"DTSTART:{secret.starts_at:%Y%m%dT%H%M%SZ}" in answer.content.decode()


def test_draft_is_unknown_to_members(as_ana, workshop):
    Event.objects.filter(pk=workshop.pk).update(state="draft")
    assert as_ana.get(reverse("workshop_page", args=[workshop.slug])).status_code == 404


def test_member_who_left_the_circle_finds_nothing(as_ana, ana, workshop, at, clock):
    ana.belongings.update(left_at=at)
    assert as_ana.get(reverse("workshop_page", args=[workshop.slug])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("my_page", 14), ("gathering_page", 12)])
def test_lists_cost_the_same_for_one_and_three(as_ana, ana, clock, rows, name, queries, django_assert_num_queries):
    workshops = [WorkshopFactory.create(capacity=1) for _ in range(rows)]
    for workshop in workshops:
        RegistrationFactory.create(event=workshop.event_ptr, member=ana)
        full = WorkshopFactory.create(capacity=0)
        RegistrationFactory.create(event=full.event_ptr, member=ana, state="waitlisted", queue_no=1)
        WorkshopFactory.create()
    arguments = [workshops[0].gathering.slug] if name == "gathering_page" else []
    as_ana.get(reverse(name, args=arguments))
    with django_assert_num_queries(queries):
        as_ana.get(reverse(name, args=arguments))


@pytest.mark.parametrize(
    "name", ["<b>Ana</b>", '"><svg/onload=alert(1)>', "{{ 7*7 }}", "O’Brien & Söhne", "李小龍 👩‍🌾"]
)
def test_any_name_is_shown_as_typed(client, community, name):
    member = join(MemberFactory.create(name=name), community.circle)
    client.force_login(member)
    shown = client.get(reverse("my_page")).content.decode()
    assert "<b>Ana" not in shown and "<svg/onload" not in shown and ">49<" not in shown
    assert client.get(reverse("my_page")).context["user"].name == name
